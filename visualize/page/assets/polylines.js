/** Lines along the axes: Bézier paths with their corners sharp, and rounded again. */

import { between, curvesOf, isStraight, NEAR, spots, toward } from "./paths.js";

/** @typedef {import("./types.js").Spot} Spot */

const BEND = 10; // the radius of what was a long curve
const SOON = 8; // after its start or before its end, where it turns
const ROUND = 0.45; // what a handle of a corner is shorter than the corner

/**
 * The way of a path with sharp corners, if it runs along the axes.
 * @param {number[]} path
 * @param {(corners: Spot[]) => boolean} [isFree] whether a way meets no box
 * @returns {{corners: Spot[], radius: number}}
 */
export function sharpened(path, isFree = () => true) {
  const all = spots(path);
  /** @type {Spot[]} */
  const corners = [all[0]];
  let radius = 0;
  for (const curve of curvesOf(all)) {
    const [start, first, second, end] = curve;
    if (!isStraight(curve)) {
      const leavesAlong = Math.abs(first[1] - start[1]) < NEAR;
      const arrivesAlong = Math.abs(second[1] - end[1]) < NEAR;
      corners.push(...turnsOf(start, end, leavesAlong, arrivesAlong, isFree));
      const length = leavesAlong === arrivesAlong ? BEND : Math.max(Math.abs(end[0] - start[0]), Math.abs(end[1] - start[1]));
      radius = Math.max(radius, length);
    }
    corners.push(end);
  }
  return { corners: withoutMiddles(corners), radius };
}

/**
 * The corners of a curve: one of a quarter of a turn, two of one that goes on as it came.
 * @param {Spot} start
 * @param {Spot} end
 * @param {boolean} leavesAlong whether it leaves to the side
 * @param {boolean} arrivesAlong
 * @param {(corners: Spot[]) => boolean} isFree
 * @returns {Spot[]}
 */
function turnsOf(start, end, leavesAlong, arrivesAlong, isFree) {
  if (leavesAlong !== arrivesAlong) return [leavesAlong ? [end[0], start[1]] : [start[0], end[1]]];
  const axis = leavesAlong ? 0 : 1;
  const length = end[axis] - start[axis];
  const near = Math.min(Math.abs(length) / 2, SOON) / (Math.abs(length) || 1);
  const ways = [0.5, 1 - near, near, 0.25, 0.75].map((part) => {
    const middle = start[axis] + length * part;
    return /** @type {Spot[]} */ (axis ? [[start[0], middle], [end[0], middle]] : [[middle, start[1]], [middle, end[1]]]);
  });
  return ways.find((way) => isFree([start, ...way, end])) ?? ways[0];
}

/**
 * A polyline without the points in the middle of a straight line.
 * @param {Spot[]} corners
 */
export function withoutMiddles(corners) {
  /** @type {Spot[]} */
  const kept = [];
  for (const spot of corners) {
    if (kept.length && between(kept[kept.length - 1], spot) < NEAR) continue;
    const [before, last] = [kept[kept.length - 2], kept[kept.length - 1]];
    const isMiddle = before && [0, 1].some((axis) => onLine(before, last, spot, axis));
    if (isMiddle) kept.pop();
    kept.push(spot);
  }
  return kept;
}

/**
 * @param {Spot} before
 * @param {Spot} middle
 * @param {Spot} after
 * @param {number} axis
 */
function onLine(before, middle, after, axis) {
  const isLevel = Math.abs(before[axis] - middle[axis]) < NEAR && Math.abs(after[axis] - middle[axis]) < NEAR;
  const other = 1 - axis;
  return isLevel && (middle[other] - before[other]) * (after[other] - middle[other]) >= 0;
}

/**
 * A polyline with rounded corners as a flat Bézier path.
 * @param {Spot[]} corners
 * @param {number} radius
 * @param {number} [head] what stays straight at its end, if half of the last part is no shorter
 * @returns {number[]}
 */
export function roundedLine(corners, radius, head = 0) {
  const path = [...corners[0]];
  let last = corners[0];
  for (let at = 1; at < corners.length - 1; at++) {
    const [before, corner, after] = [corners[at - 1], corners[at], corners[at + 1]];
    const halves = [
      between(before, corner) / (at === 1 ? 1 : 2),
      at === corners.length - 2 ? beforeHead(between(corner, after), head) : between(corner, after) / 2,
    ];
    const length = Math.min(radius, ...halves);
    const entry = toward(corner, before, length);
    const leave = toward(corner, after, length);
    straightOn(path, last, entry);
    path.push(...toward(corner, before, length * ROUND), ...toward(corner, after, length * ROUND), ...leave);
    last = leave;
  }
  straightOn(path, last, corners[corners.length - 1]);
  return path;
}

/**
 * @param {number} length of the last part
 * @param {number} head
 */
function beforeHead(length, head) {
  return head ? Math.max(length - head, length / 2) : length;
}

/**
 * @param {number[]} path
 * @param {Spot} start
 * @param {Spot} end
 */
function straightOn(path, start, end) {
  if (between(start, end) < NEAR) return;
  const [across, down] = [(end[0] - start[0]) / 3, (end[1] - start[1]) / 3];
  path.push(start[0] + across, start[1] + down, end[0] - across, end[1] - down, ...end);
}

/**
 * The point of a polyline that is nearest to another point.
 * @param {Spot[]} corners
 * @param {Spot} to
 * @returns {Spot}
 */
export function nearestOn(corners, to) {
  let best = corners[0];
  for (let at = 0; at + 1 < corners.length; at++) {
    const [start, end] = [corners[at], corners[at + 1]];
    const [across, down] = [end[0] - start[0], end[1] - start[1]];
    const square = across * across + down * down;
    const along = square ? ((to[0] - start[0]) * across + (to[1] - start[1]) * down) / square : 0;
    const part = Math.min(1, Math.max(0, along));
    /** @type {Spot} */
    const spot = [start[0] + across * part, start[1] + down * part];
    if (between(spot, to) < between(best, to)) best = spot;
  }
  return best;
}
