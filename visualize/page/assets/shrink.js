/** What closed frames leave free: the axes are shorter where nothing else is. */

import { crosses, holds, lineArea } from "./areas.js";
import { sharpWays } from "./ways.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").PlainText} PlainText */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./stretch.js").Spread} Spread */
/** @typedef {import("./stretch.js").Wish} Wish */

const HEAD_ROOM = 14; // that heads of arrows have before what stays as it is
const LANE_ROOM = 4; // at both sides of a line
const STEEPEST = 0.02; // what wishes to be longer gets it again

/**
 * What is taken from an axis where nothing but what is closed is.
 * @param {View} view
 * @param {AreaOf[]} areas of what is closed
 * @param {(at: number) => boolean} isGone whether a box is in one of them
 * @param {Wish[]} wishes for the room that each of them needs, which are granted later
 * @param {0|1} axis
 * @returns {Spread[]}
 */
export function shrinks(view, areas, isGone, wishes, axis) {
  const wide = [...solids(view, areas, isGone, axis), ...lanesOf(view, areas, axis)];
  const cuts = [...new Set([...wide, ...wishes].flatMap(({ low, high }) => [low, high]))].sort((one, other) => one - other);
  const found = [];
  for (let at = 1; at < cuts.length; at++) {
    const [low, high] = [cuts[at - 1], cuts[at]];
    const covers = (/** @type {{low: number, high: number}} */ one) => one.low <= low && one.high >= high;
    if (wishes.some(covers) && !wide.some(covers)) found.push({ low, high, extra: (STEEPEST - 1) * (high - low) });
  }
  return found;
}

/**
 * Boxes, texts and panels that stay, with room for heads of arrows around them.
 * @param {View} view
 * @param {AreaOf[]} areas
 * @param {(at: number) => boolean} isGone
 * @param {0|1} axis
 */
function solids(view, areas, isGone, axis) {
  const length = (/** @type {AreaOf} */ area, room = HEAD_ROOM) => ({ low: area[axis] - room, high: area[axis] + area[2 + axis] + room });
  const found = view.boxes.filter((_, at) => !isGone(at)).map(({ area }) => length(area));
  const isClosed = (/** @type {AreaOf} */ one) => areas.some((area) => crosses(area, one));
  for (const { area, panel } of view.islands ?? []) {
    // Title and legend have a band of their own across the page.
    if ((panel || axis) && !isClosed(area)) found.push(length(area));
  }
  const { frames, brackets, arrows } = view;
  const labels = arrows.flatMap(({ label }) => (label ? [label] : []));
  for (const area of [...frames.flatMap(({ texts }) => texts), ...labels].map(areaOf)) if (!isClosed(area)) found.push(length(area));
  // No arrow leads to those of brackets.
  for (const area of brackets.flatMap(({ texts }) => texts).map(areaOf)) if (!isClosed(area)) found.push(length(area, 0));
  return found;
}

/**
 * @param {PlainText} text
 * @returns {AreaOf}
 */
function areaOf([, x, y, size, , anchor, width]) {
  return [x - { start: 0, middle: 0.5, end: 1 }[anchor] * width, y - size, width, 1.4 * size];
}

/**
 * Lines that run across an axis, but for those in what is closed: side by side they stay apart.
 * @param {View} view
 * @param {AreaOf[]} areas
 * @param {0|1} axis
 */
function lanesOf(view, areas, axis) {
  const { lines, arrows } = sharpWays(view);
  const found = [];
  for (const { corners } of [...lines, ...arrows]) {
    for (let at = 1; at < corners.length; at++) {
      const [start, end] = [corners[at - 1], corners[at]];
      if (Math.abs(start[axis] - end[axis]) > LANE_ROOM) continue;
      if (areas.some((area) => crosses(area, lineArea(start, end)) || (holds(area, start) && holds(area, end)))) continue;
      found.push({ low: Math.min(start[axis], end[axis]) - LANE_ROOM, high: Math.max(start[axis], end[axis]) + LANE_ROOM });
    }
  }
  return found;
}
