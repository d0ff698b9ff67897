/** Where the reader was: a page that is loaded again shows the same place of the figure. */

/** @typedef {import("./viewport.js").Camera} Camera */

/**
 * Keeps the camera with the entry of the browser's history.
 * @param {Camera} camera
 */
export function keepPlace(camera) {
  try {
    history.replaceState({ camera }, "");
  } catch {
    // A page in a frame without an address of its own has no history.
  }
}

/**
 * The camera that was kept, if the page was loaded again.
 * @returns {Camera|undefined}
 */
export function keptPlace() {
  const [loaded] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return loaded?.type === "reload" ? history.state?.camera : undefined;
}
