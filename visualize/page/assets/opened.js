/** Boxes and frames of a view that are open: what is inside them, and the room they want. */

import { crosses, holds, lineArea } from "./areas.js";
import { isAgainst } from "./flip.js";
import { openFrame } from "./openings.js";
import { axisAlong, laneWidth, planLanes } from "./routes.js";
import { closedLook, isClosable, isFramed } from "./shut.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Opening} Opening */
/** @typedef {import("./types.js").PageDocument} PageDocument */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PlainArrow} PlainArrow */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./routes.js").Link} Link */
/** @typedef {import("./openings.js").Side} Side */
/** @typedef {import("./stretch.js").Wish} Wish */
/** @typedef {import("./openings.js").OpenFrame} OpenFrame */
/** @typedef {import("./openings.js").OpenTree} OpenTree */
/** @typedef {import("./shut.js").ClosedLook} ClosedLook */
/**
 * @typedef {Object} Opened
 * @property {string} name the last step of its instance
 * @property {PlainBox|PlainFrame} box
 * @property {Opening} mode
 * @property {boolean} isFrame
 * @property {Part} part what is inside
 * @property {OpenFrame} frame
 * @property {Link[]} links
 * @property {{[side: string]: number}} moat
 * @property {number} lane the width of one in the moat
 * @property {number|null} tint of what is inside
 * @property {[number, number]} axis of the box, and of its frame, across the flow
 * @property {ClosedLook|null} look of a frame that is closed
 * @property {{end: Spot, side: Side}[]} ends of routes at a frame that is closed
 */

/** What is inside a closed frame. @type {Part} */
const NOTHING = { width: 0, height: 0, boxes: [], frames: [], lines: [], arrows: [], texts: [], samples: [], ports: [], insides: [] };
/** @type {OpenFrame} */
const NO_FRAME = { width: 0, height: 0, origin: [0, 0], texts: [], gates: [] };

/**
 * What is open in a view, and what each of its boxes is in: null for closed ones.
 * @param {PageDocument} document
 * @param {View} view
 * @param {OpenTree} tree
 * @param {(view: number, tree: OpenTree, flips: boolean) => Part} compose
 * @returns {{opened: Opened[], homes: (Opened|null)[], hidden: boolean[]}}
 */
export function openedIn(document, view, tree, compose) {
  /** @type {Opened[]} */
  const opened = [];
  const shut = (/** @type {string} */ name, /** @type {PlainFrame} */ box) => {
    if (!isClosable(view, box)) return null;
    /** @type {Opened} */
    const one = { name, box, mode: "shut", isFrame: true, part: NOTHING, frame: NO_FRAME, ...plainly(box, view) };
    one.look = closedLook(document, view, box);
    opened.push(one);
    return one;
  };
  const make = (/** @type {string} */ name, /** @type {PlainBox|PlainFrame} */ box, /** @type {boolean} */ isFrame) => {
    const inside = tree.inside.get(name);
    if (inside?.mode === "shut") return isFrame ? shut(name, /** @type {PlainFrame} */ (box)) : null;
    const place = inside?.mode === "open" && !isFrame ? /** @type {PlainBox} */ (box).opens : box.unfolds;
    if (!inside?.mode || place === undefined) return null;
    const isIn = (/** @type {number} */ at) => at >= 0 && (isFrame ? isFramed(view, at, box) : view.boxes[at] === box);
    const flips = isAgainst(view, box, isIn, document.direction);
    const part = compose(place, { mode: null, inside: inside.inside }, flips);
    const frame = openFrame(document, box, part, place === box.unfolds ? 0 : copiesIn(view, /** @type {PlainBox} */ (box)));
    /** @type {Opened} */
    const one = { name, box, mode: inside.mode, isFrame, part, frame, ...plainly(box, view) };
    opened.push(one);
    return one;
  };
  /** @type {(Opened|null)[]} */
  const frames = [];
  const hidden = view.frames.map((frame, at) => {
    const outer = frame.frame === undefined ? null : frames[frame.frame] ?? null;
    frames[at] = outer ?? make(`f${at}`, frame, true);
    return frames[at] !== null;
  });
  const homes = view.boxes.map((box, at) => {
    const outer = box.frame === undefined ? null : frames[box.frame];
    return outer ?? make(`${at}`, box, false);
  });
  return { opened, homes, hidden };
}

/**
 * What is known of something open before its routes are.
 * @param {PlainBox|PlainFrame} box
 * @param {View} view
 * @returns {Pick<Opened, "links"|"moat"|"lane"|"axis"|"tint"|"look"|"ends">}
 */
function plainly(box, view) {
  return { links: [], moat: {}, lane: 0, axis: [0, 0], tint: tintOf(box, view), look: null, ends: [] };
}

/**
 * The copies of a box that no frame around it counts already.
 * @param {View} view
 * @param {PlainBox} box
 */
function copiesIn(view, box) {
  let copies = box.copies?.length ?? 1;
  for (let at = box.frame; at !== undefined; at = view.frames[at].frame) copies /= view.frames[at].repeat || 1;
  return Math.max(1, Math.round(copies));
}

/**
 * The tint of a box; that of a frame is what its boxes have.
 * @param {PlainBox|PlainFrame} box
 * @param {View} view
 * @returns {number|null}
 */
function tintOf(box, view) {
  if ("tint" in box) return box.tint;
  return view.boxes.find((one) => one.frame !== undefined && view.frames[one.frame] === box && !one.circle)?.tint ?? null;
}

/**
 * The ports of an open box at which an arrow goes on, or from which it comes.
 * @param {PlainArrow} arrow
 * @param {Opened} open
 * @param {boolean} into
 * @returns {number[]}
 */
export function portsOf(arrow, open, into) {
  if (open.mode === "shut") return [];
  const isCopies = open.mode === "unfold";
  const named = into
    ? isCopies ? arrow.intoCopies ?? [] : arrow.into ?? []
    : isCopies ? arrow.outOfCopies ?? [] : arrow.outOf ?? [];
  if (named.length) return named;
  const first = open.part.ports.findIndex((port) => port.into === into);
  return first < 0 ? [] : [first];
}

/**
 * Adds the links from an end at an open box to ports of what is inside.
 * @param {Opened} open
 * @param {{end: Spot, side: Side}} border
 * @param {number[]} ports
 * @param {number} stroke
 * @param {string[]} of
 */
export function addLinks(open, { end, side }, ports, stroke, of) {
  for (const port of ports) {
    const same = open.links.find((link) => link.port === port && isNear(link.end, end));
    if (same) same.of.push(...of);
    else open.links.push({ end, side, port, stroke, of: [...of], sides: [], lane: 0 });
  }
}

/**
 * @param {Spot} one
 * @param {Spot} other
 */
function isNear(one, other) {
  return Math.abs(one[0] - other[0]) < 0.05 && Math.abs(one[1] - other[1]) < 0.05;
}

/**
 * The wishes of an open box on both axes. Its main port stays in line with the route that ends
 * there; room is added at both of its sides, and evenly along the flow.
 * @param {Opened} open
 * @param {boolean} isVertical whether the flow is
 * @returns {[Wish[], Wish[]]}
 */
export function wishesOf(open, isVertical) {
  const { area } = open.box;
  const across = isVertical ? 0 : 1;
  if (open.look) return closedWishes(open, open.look, across);
  const [low, size] = [area[across], area[2 + across]];
  open.axis = mainAxis(open, across);
  const [from, to] = open.axis;
  open.moat = planLanes(open.links, open.frame, (link) => {
    const axis = axisAlong(link.side);
    if (axis === across) return link.end[axis] - from + to;
    const length = axis ? open.frame.height : open.frame.width;
    return ((link.end[axis] - area[axis]) / area[2 + axis]) * length;
  });
  open.lane = laneWidth(open.links);
  const { top, right, bottom, left } = open.moat;
  const whole = [open.frame.width + left + right, open.frame.height + top + bottom];
  const before = across ? top : left;
  const after = across ? bottom : right;
  const length = across ? open.frame.height : open.frame.width;
  /** @type {[Wish[], Wish[]]} */
  const wishes = [[], []];
  wishes[across] = [
    { low, high: from, wanted: before + to, at: low },
    { low: from, high: low + size, wanted: length - to + after, at: low + size },
  ];
  const start = area[1 - across];
  wishes[1 - across] = [{ low: start, high: start + area[3 - across], wanted: whole[1 - across] }];
  return wishes;
}

/**
 * The room that a closed frame needs: its box is on the axis of the route that ends there.
 * @param {Opened} open
 * @param {ClosedLook} look
 * @param {0|1} across
 * @returns {[Wish[], Wish[]]}
 */
function closedWishes(open, { size }, across) {
  const { area } = open.box;
  const center = area[across] + area[2 + across] / 2;
  const aside = (/** @type {{end: Spot}} */ { end }) => Math.abs(end[across] - center);
  const ends = open.ends.filter(({ side }) => axisAlong(side) === across).sort((one, other) => aside(one) - aside(other));
  const [low, high] = [area[across], area[across] + area[2 + across]];
  const at = Math.min(high - 1, Math.max(low + 1, ends[0]?.end[across] ?? center));
  const half = size[across] / 2;
  open.axis = [at, half];
  /** @type {[Wish[], Wish[]]} */
  const wishes = [[], []];
  wishes[across] = [{ low, high: at, wanted: half, at: low }, { low: at, high, wanted: half, at: high }];
  const along = 1 - across;
  wishes[along] = [{ low: area[along], high: area[along] + area[2 + along], wanted: size[along] }];
  return wishes;
}

/**
 * The place of the main port in the box, as the route to it ends there, and in its frame.
 * @param {Opened} open
 * @param {number} across
 * @returns {[number, number]}
 */
function mainAxis(open, across) {
  const { area } = open.box;
  const center = area[across] + area[2 + across] / 2;
  let best = null;
  for (const link of open.links) {
    const gate = open.frame.gates[link.port];
    if (gate.side !== link.side || axisAlong(link.side) !== across) continue;
    const rank = Math.abs(link.end[across] - center) + (gate.into ? 0 : 1000);
    if (!best || rank < best.rank - 0.01) best = { rank, from: link.end[across], to: gate.edge[across] };
  }
  if (best) return [best.from, best.to];
  const gate = open.frame.gates.find((one) => axisAlong(one.side) === across);
  const length = across ? open.frame.height : open.frame.width;
  return [center, gate ? gate.edge[across] : length / 2];
}

/**
 * The part of a route before it enters a rectangle; all of it where it does not.
 * @param {Spot[]} corners
 * @param {AreaOf} area
 * @returns {Spot[]}
 */
export function cutAt(corners, area) {
  if (corners.length && holds(area, corners[0])) return [corners[0]];
  for (let at = 1; at < corners.length; at++) {
    const [start, end] = [corners[at - 1], corners[at]];
    const way = lineArea(start, end);
    if (crosses(area, way) || holds(area, end)) return [...corners.slice(0, at), borderOf(start, end, area)];
  }
  return corners;
}

/**
 * @param {Spot} start
 * @param {Spot} end
 * @param {AreaOf} area
 * @returns {Spot}
 */
function borderOf(start, end, [left, top, width, height]) {
  if (Math.abs(start[0] - end[0]) < Math.abs(start[1] - end[1])) {
    return [start[0], start[1] < end[1] ? top : top + height];
  }
  return [start[0] < end[0] ? left : left + width, start[1]];
}
