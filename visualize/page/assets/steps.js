/** What is next to a box: along the flow, across skip connections. */

import { isIndex } from "./model.js";
import { isInside } from "./state.js";

/** @typedef {import("./figure.js").Figure} Figure */

/**
 * Whether a box is an instance or in it: in an open box by its name, in a frame of copies by
 * what the frame is around.
 * @param {Figure} figure
 * @param {string} instance
 * @returns {(name: string) => boolean}
 */
function memberOf(figure, instance) {
  const one = figure.shown.get(instance);
  const roots = [instance];
  if (one && !one.open && !figure.isBox(instance)) {
    const number = Number(instance.slice(instance.lastIndexOf("f") + 1));
    const { frames } = figure.model.document.views[figure.model.inside(one.parent, figure.open)?.view ?? 0];
    for (const box of figure.shown.values()) {
      let at = box.parent === one.parent ? box.thing.frame : undefined;
      while (isIndex(at) && at !== number) at = frames[at].frame;
      if (at === number) roots.push(box.instance);
    }
  }
  return (name) => roots.some((root) => name === root || isInside(name, root));
}

/**
 * The boxes after or before an instance along the flow, those of the main path first.
 * @param {Figure} figure
 * @param {string} instance
 * @param {"from"|"to"} end where the instance is
 * @returns {string[]}
 */
export function neighbours(figure, instance, end) {
  const other = end === "from" ? "to" : "from";
  const within = memberOf(figure, instance);
  const arrows = figure.pairs.filter(
    (arrow) => within(arrow[end]) && arrow[other] && !within(arrow[other]),
  );
  arrows.sort((one, another) => Number(one.skip) - Number(another.skip));
  return [...new Set(arrows.map((arrow) => arrow[other]))];
}

/**
 * The boxes at the other end of the skips that begin or end in an instance, then the ends of
 * those that bypass it.
 * @param {Figure} figure
 * @param {string} instance
 * @returns {string[]}
 */
export function acrossSkips(figure, instance) {
  const owners = figure.owners();
  const within = memberOf(figure, instance);
  /** @type {string[]} */
  const found = [];
  /** @type {string[]} */
  const beside = [];
  for (const { fork, merge, bypassed } of figure.model.document.skips) {
    const [from, to] = [owners.get(fork) ?? "", owners.get(merge) ?? ""];
    const isPassed = () => bypassed.some((/** @type {number} */ at) => within(owners.get(at) ?? ""));
    if (within(from) && !within(to)) found.unshift(to);
    else if (within(to) && !within(from)) found.push(from);
    else if (!within(to) && isPassed()) beside.push(to);
  }
  return [...found, ...beside].filter(Boolean);
}
