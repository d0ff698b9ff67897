/** Where the selection is: the model, the groups around it, itself. */

import { button, element } from "./dom.js";
import { ancestorsOf } from "./state.js";

/**
 * @param {HTMLElement} place
 * @param {import("./model.js").Model} model
 * @param {import("./state.js").State} state
 * @param {{select: (instance: string) => void}} deeds
 */
export function showCrumbs(place, model, { selected, open }, deeds) {
  const list = element("ol");
  const crumb = (/** @type {string} */ label, /** @type {string} */ instance) => {
    /** @type {{[attribute: string]: string}} */
    const here = instance === selected ? { "aria-current": "true" } : {};
    list.append(element("li", {}, button(label, () => deeds.select(instance), here)));
  };
  crumb(model.document.name, "");
  for (const name of selected ? [...ancestorsOf(selected), selected] : []) {
    const thing = model.group(name, open)?.thing;
    crumb(thing?.title || thing?.type || name, name);
  }
  place.replaceChildren(list);
}
