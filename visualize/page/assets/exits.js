/** How a port of a view is reached from outside: straight, or around a corner where boxes are in the way. */

import { crosses, lineArea } from "./areas.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./openings.js").Side} Side */
/** @typedef {{side: Side, turn: Spot|null}} Exit */

const BESIDE = 5; // of a box, where a line passes it
const CLEAR = 4; // of all others
const BACK = 100; // how much longer a way may be that does not go back where data came from

/**
 * The way from a port to the border of its view that is free: a straight one, the nearest first,
 * else the shortest one around a corner. If there is none, the nearest.
 * @param {Spot} port
 * @param {Part} part
 * @returns {Exit}
 */
export function exitOf(port, part) {
  const isFree = (/** @type {Spot} */ one, /** @type {Spot} */ other, room = 0) => {
    const line = lineArea(one, other);
    return !part.boxes.some((box) => crosses(grown(box.area, room), line));
  };
  const straight = edgesOf(port, part);
  const free = straight.find(({ edge }) => isFree(port, edge));
  if (free) return { side: free.side, turn: null };
  const beside = neighborsOf(port, part);
  /** @type {(Exit & {length: number})|null} */
  let best = null;
  for (const turn of cornersFrom(port, part).filter((one) => isFree(port, one, CLEAR))) {
    const isDown = turn[0] === port[0];
    const forth = isDown ? turn[1] - port[1] : turn[0] - port[0];
    const isBack = beside.some(([x, y]) => (isDown ? y : x) * forth > 0);
    const away = Math.abs(forth) + (isBack ? BACK : 0);
    for (const { side, edge, length } of edgesOf(turn, part)) {
      const goesOn = (side === "top" || side === "bottom") === isDown;
      if (goesOn || (best && best.length <= away + length) || !isFree(turn, edge, CLEAR)) continue;
      best = { side, turn, length: away + length };
    }
  }
  return { side: best?.side ?? straight[0].side, turn: best?.turn ?? null };
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

/**
 * From where lines come to a port, or go on from it, seen from there.
 * @param {Spot} port
 * @param {Part} part
 * @returns {Spot[]}
 */
function neighborsOf([x, y], { arrows, lines }) {
  return [...arrows, ...lines].flatMap(({ path }) => {
    /** @type {[Spot, Spot][]} */
    const ends = [
      [[path[0], path[1]], [path[2], path[3]]],
      [/** @type {Spot} */ (path.slice(-2)), /** @type {Spot} */ (path.slice(-4, -2))],
    ];
    const here = ends.filter(([end]) => Math.hypot(end[0] - x, end[1] - y) < CLEAR);
    return here.map(([, before]) => /** @type {Spot} */ ([before[0] - x, before[1] - y]));
  });
}

/**
 * @param {AreaOf} area
 * @param {number} room
 * @returns {AreaOf}
 */
function grown([left, top, width, height], room) {
  return [left - room, top - room, width + 2 * room, height + 2 * room];
}
