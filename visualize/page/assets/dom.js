/** Elements made without markup: what a model is called is only ever text. */

/**
 * An element of HTML.
 * @param {string} name
 * @param {{[attribute: string]: string}} [attributes]
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * An element of SVG.
 * @param {string} name
 * @param {{[attribute: string]: string|number}} [attributes]
 * @returns {SVGElement}
 */
export function shape(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * A button that says what it does.
 * @param {string} label
 * @param {() => void} act
 * @param {{[attribute: string]: string}} [attributes]
 */
export function button(label, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/**
 * The element of the skeleton with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Whether the reader asked for no motion. */
export function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Fills a place anew; what had the focus in it is followed by what is there now.
 * @param {HTMLElement} place
 * @param {(place: HTMLElement) => void} fill
 */
export function keepFocus(place, fill) {
  const held = place.contains(document.activeElement);
  fill(place);
  if (!held || place.contains(document.activeElement)) return;
  const next = place.querySelector("[aria-current], button") ?? place;
  /** @type {HTMLElement} */ (next).focus({ preventScroll: true });
}
