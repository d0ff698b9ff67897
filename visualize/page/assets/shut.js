/** Frames that the figure draws open and that are closed: each is one box then, and takes less room. */

import { around, centerOf, crosses, lineArea } from "./areas.js";
import { roughWidth, SIDES } from "./openings.js";
import { sharpened } from "./polylines.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").Shown} Shown */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").PageDocument} PageDocument */
/** @typedef {import("./types.js").PlainText} PlainText */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").Writing} Writing */

const CLOSED_ROLES = ["layer", "block", "stage"];
const TEXT_MARGIN = 7; // between a text and the border
const ROW_STEP = 0.62; // from a line of text to the next, as a part of both their sizes
const ROW_BELOW = 0.7; // a line of text, as a part of its size
const SEATS_APART = 7; // lines that end at one side

/** @type {WeakMap<PlainFrame, boolean>} */
const CLOSABLE = new WeakMap();
/** @type {WeakMap<PlainFrame, PlainBox>} */
const BOXES = new WeakMap();
/** @type {WeakMap<PlainFrame, ClosedLook>} */
const LOOKS = new WeakMap();

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
 * How a frame is drawn once it is closed: as the closed boxes around it are.
 * @typedef {{size: [number, number], radius: number, texts: Writing[]}} ClosedLook texts from its corner
 */

/**
 * @param {PageDocument} document
 * @param {View} view
 * @param {PlainFrame} frame
 * @returns {ClosedLook}
 */
export function closedLook(document, view, frame) {
  const known = LOOKS.get(frame);
  if (known) return known;
  const alike = view.boxes.filter(({ role, circle, lines }) => CLOSED_ROLES.includes(role) && !circle && lines.length);
  const like = alike.find(({ role, lines }) => role !== "layer" && lines.length > 1) ?? alike[0];
  const [, , y, size] = like?.lines[0] ?? ["", 0, 0, document.size];
  let low = like ? y - like.area[1] : 1.3 * size;
  const written = rowsOf(document, frame);
  const width = Math.max(...written.map((row) => row[6]), 0) + 2 * TEXT_MARGIN;
  const widths = alike.map(({ area }) => area[2]).sort((one, other) => one - other);
  const wide = Math.max(width, widths[Math.floor(widths.length / 2)] ?? 0);
  const texts = written.map(([text, , , height, , , length], at) => {
    if (at) low += ROW_STEP * (height + written[at - 1][3]);
    const color = at ? null : document.text;
    /** @type {Writing} */
    const row = { text, x: wide / 2, y: low, size: height, color, anchor: "middle", width: length, kind: "line" };
    return row;
  });
  const tall = low + ROW_BELOW * (texts[texts.length - 1]?.size ?? size);
  /** @type {ClosedLook} */
  const made = { size: [wide, tall], radius: Math.min(like?.radius ?? frame.radius, tall / 2), texts };
  LOOKS.set(frame, made);
  return made;
}

/**
 * What a closed frame says: what the frame does, from above.
 * @param {PageDocument} document
 * @param {PlainFrame} frame
 * @returns {PlainText[]}
 */
function rowsOf(document, { texts, title, type }) {
  if (texts.length) return [...texts].sort((one, other) => one[2] - other[2]);
  const text = title || type;
  return text ? [[text, 0, 0, document.size, null, "middle", roughWidth(text, document.size)]] : [];
}

/**
 * A closed frame, as it is drawn.
 * @param {PlainFrame} frame
 * @param {string} instance
 * @param {Spot} center
 * @param {number|null} tint
 * @param {ClosedLook} look
 * @returns {Shown}
 */
export function shutBox(frame, instance, center, tint, { size, radius, texts }) {
  const area = around([0, 0, ...size], center);
  const lines = texts.map((text) => ({ ...text, x: text.x + area[0], y: text.y + area[1] }));
  const own = { instance, parent: "", depth: 0, box: boxOf(frame), area, radius, tint };
  return { ...own, open: false, texts: lines, note: null, shortcuts: [], detail: "" };
}

/**
 * Where lines end at a side of a closed frame, from its middle: in their order, and apart.
 * @param {number[]} places where they come from, from its middle, in order
 * @param {number} half of what is straight of the side
 * @returns {number[]}
 */
function seats(places, half) {
  const apart = Math.min(SEATS_APART, (2 * half) / Math.max(1, places.length - 1));
  const found = places.map((place) => Math.max(-half, Math.min(half, place)));
  for (let at = 1; at < found.length; at++) found[at] = Math.max(found[at], found[at - 1] + apart);
  for (let at = found.length - 1, most = half; at >= 0; at--, most -= apart) {
    found[at] = Math.min(found[at], most);
    if (found[at] < most) most = found[at];
  }
  return found;
}

/**
 * Where routes end at a closed frame.
 * @template {{end: Spot, side: import("./openings.js").Side}} End
 * @param {Shown} shown
 * @param {End[]} ends where they ended before
 * @param {(spot: Spot) => Spot} moved
 * @returns {Map<End, Spot>}
 */
export function spotsAt({ area, radius }, ends, moved) {
  /** @type {Map<End, Spot>} */
  const found = new Map();
  const center = centerOf(area);
  for (const side of SIDES) {
    const across = side === "top" || side === "bottom" ? 0 : 1;
    const place = (/** @type {End} */ { end }) => moved(end)[across] - center[across];
    const own = ends.filter((one) => one.side === side).sort((one, other) => place(one) - place(other));
    const places = [...new Set(own.map(place))];
    const taken = seats(places, Math.max(0, area[2 + across] / 2 - radius));
    const edge = area[1 - across] + (side === "right" || side === "bottom" ? area[3 - across] : 0);
    for (const one of own) {
      const at = center[across] + taken[places.indexOf(place(one))];
      found.set(one, across ? [edge, at] : [at, edge]);
    }
  }
  return found;
}
