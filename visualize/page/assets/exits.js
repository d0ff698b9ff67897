/** How a port of a view is reached from outside: straight, or around a corner where boxes are in the way. */

import { crosses, lineArea } from "./areas.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./openings.js").Side} Side */
/** @typedef {{side: Side, turn: Spot|null}} Exit */

const BESIDE = 5; // of a box, where a line passes it

/**
 * The way from a port to the border of its view that is free: a straight one, the nearest first,
 * else the shortest one around a corner. If there is none, the nearest.
 * @param {Spot} port
 * @param {Part} part
 * @returns {Exit}
 */
export function exitOf(port, part) {
  const isFree = (/** @type {Spot} */ one, /** @type {Spot} */ other) => {
    const line = lineArea(one, other);
    return !part.boxes.some((box) => crosses(box.area, line));
  };
  const straight = edgesOf(port, part);
  const free = straight.find(({ edge }) => isFree(port, edge));
  if (free) return { side: free.side, turn: null };
  /** @type {(Exit & {length: number})|null} */
  let best = null;
  for (const turn of cornersFrom(port, part).filter((one) => isFree(port, one))) {
    const away = Math.hypot(turn[0] - port[0], turn[1] - port[1]);
    for (const { side, edge, length } of edgesOf(turn, part)) {
      const goesOn = (side === "top" || side === "bottom") === (turn[0] === port[0]);
      if (goesOn || (best && best.length <= away + length) || !isFree(turn, edge)) continue;
      best = { side, turn, length: away + length };
    }
  }
  return best ?? { side: straight[0].side, turn: null };
}

/**
 * Where straight ways from a point end at the border of a view, the nearest first.
 * @param {Spot} spot
 * @param {Part} part
 */
function edgesOf([x, y], { width, height }) {
  /** @type {{side: Side, edge: Spot, length: number}[]} */
  const edges = [
    { side: "top", edge: [x, -1], length: y },
    { side: "bottom", edge: [x, height + 1], length: height - y },
    { side: "left", edge: [-1, y], length: x },
    { side: "right", edge: [width + 1, y], length: width - x },
  ];
  return edges.sort((one, other) => one.length - other.length);
}

/**
 * Places in line with a port from which a way may lead past a box.
 * @param {Spot} port
 * @param {Part} part
 * @returns {Spot[]}
 */
function cornersFrom([x, y], { boxes }) {
  return boxes.flatMap(({ area: [left, top, width, height] }) => {
    const xs = [left - BESIDE, left + width + BESIDE].map((at) => /** @type {Spot} */ ([at, y]));
    const ys = [top - BESIDE, top + height + BESIDE].map((at) => /** @type {Spot} */ ([x, at]));
    return [...xs, ...ys];
  });
}
