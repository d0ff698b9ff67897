/** Frames that the figure draws open and that are closed: each is one box then, and takes less room. */

import { crosses, lineArea } from "./areas.js";
import { sharpened } from "./polylines.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").Shown} Shown */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./stretch.js").Spread} Spread */

const ROOM = 14; // that heads of arrows have before what stays as it is
const SHORTEST = 26;
const STEEPEST = 0.12; // lines that end at a side of the box stay apart

/** @type {WeakMap<PlainFrame, boolean>} */
const CLOSABLE = new WeakMap();
/** @type {WeakMap<PlainFrame, PlainBox>} */
const BOXES = new WeakMap();

/**
 * Whether a box is in a frame, or in one that is in it.
 * @param {View} view
 * @param {number} at
 * @param {PlainBox|PlainFrame} frame
 */
export function isFramed(view, at, frame) {
  let around = view.boxes[at]?.frame;
  while (around !== undefined && view.frames[around] !== frame) around = view.frames[around].frame;
  return around !== undefined;
}

/**
 * Whether a frame can be closed: only what is in it is in its area.
 * @param {View} view
 * @param {PlainFrame} frame
 * @returns {boolean}
 */
export function isClosable(view, frame) {
  const known = CLOSABLE.get(frame);
  if (known !== undefined) return known;
  const isIn = (/** @type {number} */ at) => at >= 0 && isFramed(view, at, frame);
  const isAlone = view.boxes.every((box, at) => isIn(at) || !crosses(frame.area, box.area));
  const passes = view.arrows.some(({ source, target, path, via = [] }) => {
    if (isIn(source) || isIn(target)) return false;
    return [...via.map((line) => view.lines[line].path), path].some((one) => meets(one, frame.area));
  });
  const made = isAlone && !passes && frame.copies !== undefined;
  CLOSABLE.set(frame, made);
  return made;
}

/**
 * @param {number[]} path
 * @param {AreaOf} area
 */
function meets(path, area) {
  const { corners } = sharpened(path, () => true);
  return corners.slice(1).some((end, at) => crosses(area, lineArea(corners[at], end)));
}

/**
 * A frame as a box.
 * @param {PlainFrame} frame
 * @returns {PlainBox}
 */
export function boxOf(frame) {
  const known = BOXES.get(frame);
  if (known) return known;
  const { area, radius, title, type, copies, paths, unfolds } = frame;
  const sums = { parameters: frame.parameters ?? 0, macs: frame.macs ?? 0 };
  const made = { role: "block", area, radius, tint: null, lines: [], title, type, shape: "", copies, paths, unfolds, frame: frame.frame, ...sums };
  BOXES.set(frame, made);
  return made;
}

/**
 * How long a frame has to be along the flow for what is written in it.
 * @param {PlainFrame} frame
 * @param {0|1} axis
 */
function neededBy({ area, texts }, axis) {
  if (!axis) return Math.max(SHORTEST, ...texts.map((text) => text[6] + 20));
  let [top, bottom] = [0, 0];
  for (const [, , y, size] of texts) {
    const isLow = y - area[1] > area[3] / 2;
    if (isLow) bottom = Math.max(bottom, area[1] + area[3] - y + size);
    else top = Math.max(top, y - area[1] + size / 2);
  }
  return Math.max(SHORTEST, top + bottom + 4);
}

/**
 * What is taken from the axis of the flow where nothing but closed frames is.
 * @param {View} view
 * @param {PlainFrame[]} frames that are closed
 * @param {0|1} axis
 * @returns {Spread[]}
 */
export function shrinks(view, frames, axis) {
  const length = (/** @type {AreaOf} */ area) => ({ low: area[axis], high: area[axis] + area[2 + axis] });
  const isIn = (/** @type {number} */ at) => frames.some((frame) => isFramed(view, at, frame));
  const solid = view.boxes.filter((_, at) => !isIn(at)).map(({ area }) => length(area));
  solid.push(...(view.islands ?? []).map(({ area }) => length(area)));
  for (const text of [...view.frames.flatMap((one) => one.texts), ...labelsOf(view)]) {
    const shift = { start: 0, middle: 0.5, end: 1 }[text[5]] * text[6];
    /** @type {AreaOf} */
    const area = [text[1] - shift, text[2] - text[3], text[6], 1.4 * text[3]];
    if (!frames.some((frame) => crosses(frame.area, area))) solid.push(length(area));
  }
  const wide = solid.map(({ low, high }) => ({ low: low - ROOM, high: high + ROOM }));
  const closed = frames.map((frame) => ({ ...length(frame.area), needed: neededBy(frame, axis) }));
  const cuts = [...new Set([...wide, ...closed].flatMap(({ low, high }) => [low, high]))].sort((one, other) => one - other);
  const found = [];
  for (let at = 1; at < cuts.length; at++) {
    const [low, high] = [cuts[at - 1], cuts[at]];
    const covers = (/** @type {{low: number, high: number}} */ one) => one.low <= low && one.high >= high;
    const over = closed.filter(covers);
    if (!over.length || wide.some(covers)) continue;
    const slope = Math.max(STEEPEST, ...over.map((one) => one.needed / (one.high - one.low)));
    if (slope < 1) found.push({ low, high, extra: (slope - 1) * (high - low) });
  }
  return found;
}

/**
 * The labels of arrows that stay.
 * @param {View} view
 */
function labelsOf(view) {
  return view.arrows.flatMap(({ label }) => (label ? [label] : []));
}

/**
 * A closed frame, as it is drawn.
 * @param {PlainFrame} frame
 * @param {string} instance
 * @param {AreaOf} area
 * @param {number|null} tint
 * @param {import("./types.js").Writing[]} texts
 * @returns {Shown}
 */
export function shutBox(frame, instance, area, tint, texts) {
  const own = { instance, parent: "", depth: 0, box: boxOf(frame), area, radius: Math.min(frame.radius, area[2] / 2, area[3] / 2), tint };
  // On the colour of the box, not on that of the frame.
  const lines = texts.map((text) => ({ ...text, color: null, kind: "line" }));
  return { ...own, open: false, texts: lines, note: null, shortcuts: [], detail: "" };
}
