/** Where the reader was: a page that is loaded again shows the same place of the figure. */

/** @typedef {import("./viewport.js").Camera} Camera */

const keyOfPlace = () => `visualize ${location.pathname}`;

/**
 * Keeps the camera for as long as the tab lives.
 * @param {Camera} camera
 */
export function keepPlace(camera) {
  try {
    sessionStorage.setItem(keyOfPlace(), JSON.stringify(camera));
  } catch {
    // A page in a frame without an origin of its own has no storage.
  }
}

/**
 * The camera that was kept, if the page was loaded again.
 * @returns {Camera|undefined}
 */
export function keptPlace() {
  const [loaded] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (loaded?.type !== "reload") return undefined;
  try {
    const { x, y, scale } = JSON.parse(sessionStorage.getItem(keyOfPlace()) ?? "{}");
    return [x, y, scale].every(Number.isFinite) ? { x, y, scale } : undefined;
  } catch {
    return undefined;
  }
}
