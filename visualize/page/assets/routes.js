/** Ends of routes: at closed boxes, and around the frames of open ones to their ports. */

import { lineArea } from "./areas.js";
import { SIDES } from "./openings.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./openings.js").OpenFrame} OpenFrame */
/** @typedef {import("./openings.js").Gate} Gate */
/** @typedef {import("./openings.js").Side} Side */
/**
 * @typedef {Object} Link from the end of a route at an open box to a port of what is inside
 * @property {Spot} end where the route ends in the view as it was laid out
 * @property {Side} side of the box
 * @property {number} port
 * @property {number} stroke
 * @property {string[]} of the arrows that it is part of
 * @property {Side[]} sides those that it runs along
 * @property {number} lane from 1; 0 for one that leads straight to its port
 */

const SAME = 0.05;
const LANE = 6;
const MOST_MOAT = 60;
const STEP = 5; // the way in which a line is led aside
/** @type {{[side: string]: [number, number]}} */
const OUTWARDS = { top: [0, -1], right: [1, 0], bottom: [0, 1], left: [-1, 0] };

/**
 * The axis along a side: 0 for x, 1 for y.
 * @param {Side} side
 */
export function axisAlong(side) {
  return side === "top" || side === "bottom" ? 0 : 1;
}

/**
 * The side of a rectangle that is nearest to a point.
 * @param {AreaOf} area
 * @param {Spot} spot
 * @returns {Side}
 */
function nearestSide([left, top, width, height], [x, y]) {
  const away = [y - top, left + width - x, top + height - y, x - left].map(Math.abs);
  return SIDES[away.indexOf(Math.min(...away))];
}

/**
 * The end of a route on the border of the rectangle around its box, where a circle is within it.
 * @param {Spot[]} corners
 * @param {AreaOf} area
 * @returns {{end: Spot, side: Side}}
 */
export function borderEnd(corners, area) {
  const [before, tip] = corners.slice(-2);
  if (!tip) return { end: before, side: nearestSide(area, before) };
  const axis = Math.abs(before[0] - tip[0]) > Math.abs(before[1] - tip[1]) ? 0 : 1;
  const isLow = before[axis] < tip[axis];
  const side = SIDES[axis ? (isLow ? 0 : 2) : isLow ? 3 : 1];
  const at = area[axis] + (isLow ? 0 : area[2 + axis]);
  return { end: spotAt(axis, at, tip[1 - axis]), side };
}

/**
 * A route whose end is on the border of what a closed box may take, led on to the box.
 * @param {Spot[]} corners
 * @param {Spot} end where it was before
 * @param {PlainBox} box
 * @param {Spot} center where the box is now
 * @param {(area: AreaOf) => boolean} isFree whether a line meets no other box
 * @returns {Spot[]}
 */
export function joinedToBox(corners, end, box, center, isFree) {
  const [before, tip] = corners.slice(-2);
  if (!before || !tip) return corners;
  const along = Math.abs(before[0] - tip[0]) > Math.abs(before[1] - tip[1]) ? 0 : 1;
  const across = 1 - along;
  const half = box.area[2 + across] / 2;
  const offset = [0, 1].map((axis) => end[axis] - box.area[axis] - box.area[2 + axis] / 2);
  const limit = Math.max(half - box.radius, Math.abs(offset[across]));
  const aside = Math.min(limit, Math.max(-limit, tip[across] - center[across]));
  const wanted = center[across] + (box.circle ? offset[across] : aside);
  const rest = corners.slice(0, -1);
  const last = spotAt(along, center[along] + offset[along], wanted);
  if (Math.abs(wanted - tip[across]) < SAME) return [...rest, spotAt(along, last[along], tip[across])];
  const slid = slidTo(corners, across, wanted, last, isFree);
  return slid ?? ledAside(corners, along, wanted, last);
}

/**
 * @param {number} axis
 * @param {number} value on this axis
 * @param {number} other on the other one
 * @returns {Spot}
 */
function spotAt(axis, value, other) {
  return axis ? [other, value] : [value, other];
}

/**
 * The route with its last part moved aside, if nothing is in the way.
 * @param {Spot[]} corners
 * @param {number} across
 * @param {number} wanted
 * @param {Spot} last
 * @param {(area: AreaOf) => boolean} isFree
 */
function slidTo(corners, across, wanted, last, isFree) {
  const [first, before] = corners.slice(-3);
  if (corners.length < 3 || (wanted - first[across]) * (before[across] - first[across]) <= 0) return null;
  if (Math.abs(wanted - first[across]) < STEP) return null;
  const moved = spotAt(across, wanted, before[1 - across]);
  return isFree(lineArea(moved, last)) ? [...corners.slice(0, -2), moved, last] : null;
}

/**
 * The route with a step aside before its end.
 * @param {Spot[]} corners
 * @param {number} along
 * @param {number} wanted
 * @param {Spot} last
 */
function ledAside(corners, along, wanted, last) {
  const [before, tip] = corners.slice(-2);
  const room = last[along] - tip[along];
  const forth = Math.sign(last[along] - before[along]);
  const length = Math.abs(tip[along] - before[along]);
  const at = Math.abs(room) > 2 * STEP ? tip[along] + room / 2 : tip[along] - forth * Math.min(1.6 * STEP, length / 2);
  const turn = spotAt(along, at, tip[1 - along]);
  return [...corners.slice(0, -1), turn, spotAt(along, at, wanted), last];
}

/**
 * The sides that each link runs along, its lane there, and the room that all lanes take.
 * @param {Link[]} links
 * @param {OpenFrame} frame
 * @param {(link: Link) => number} place of its end along its side, from the frame's corner
 * @returns {{[side: string]: number}} the width of the moat at each side
 */
export function planLanes(links, frame, place) {
  const waiting = [];
  for (const link of links) {
    const gate = frame.gates[link.port];
    const axis = axisAlong(gate.side);
    const aside = Math.abs(place(link) - gate.edge[axis]);
    if (gate.side === link.side && aside < SAME) continue;
    link.sides = sidesAround(link.side, gate, place(link), frame);
    waiting.push({ link, length: link.sides.length * 1000 + aside });
  }
  waiting.sort((one, other) => one.length - other.length);
  /** @type {{[side: string]: number}} */
  const most = { top: 0, right: 0, bottom: 0, left: 0 };
  for (const { link } of waiting) {
    link.lane = 1 + Math.max(...link.sides.map((side) => most[side]));
    for (const side of link.sides) most[side] = link.lane;
  }
  const width = laneWidth(links);
  for (const side of SIDES) most[side] = most[side] && (most[side] + 0.7) * width;
  return most;
}

/**
 * The width of a lane: less where there are many.
 * @param {Link[]} links
 */
export function laneWidth(links) {
  return Math.min(LANE, MOST_MOAT / links.reduce((most, link) => Math.max(most, link.lane), 1));
}

/**
 * The sides from that of an end to that of a port, the shorter way around.
 * @param {Side} side
 * @param {Gate} gate
 * @param {number} place
 * @param {OpenFrame} frame
 * @returns {Side[]}
 */
function sidesAround(side, gate, place, frame) {
  const [from, to] = [SIDES.indexOf(side), SIDES.indexOf(gate.side)];
  const turns = (to - from + 4) % 4;
  if (turns === 0) return [side];
  if (turns !== 2) return [side, gate.side];
  const axis = axisAlong(side);
  const isBefore = place + gate.edge[axis] < (axis ? frame.height : frame.width);
  if (axis === 0) return [side, isBefore ? "left" : "right", gate.side];
  return [side, isBefore ? "top" : "bottom", gate.side];
}

/**
 * The way of a link, from the end of the route to the port.
 * @param {Link} link
 * @param {Spot} end where the route ends now
 * @param {OpenFrame} frame
 * @param {Spot} corner of the frame
 * @param {number} lane the width of a lane
 * @returns {Spot[]}
 */
export function linkCorners(link, end, frame, corner, lane) {
  const gate = frame.gates[link.port];
  const [edge, ...way] = [gate.edge, ...gate.way].map(([x, y]) => /** @type {Spot} */ ([x + corner[0], y + corner[1]]));
  const along = axisAlong(gate.side);
  if (gate.side === link.side && Math.abs(end[along] - edge[along]) < SAME) return [end, ...way];
  const away = Math.max(1, link.lane) * lane;
  const sides = link.sides.length ? link.sides : [link.side];
  const spots = [end, ledTo(end, sides[0], frame, corner, away)];
  for (let at = 1; at < sides.length; at++) {
    spots.push(ledTo(spots[spots.length - 1], sides[at], frame, corner, away));
  }
  const last = spots[spots.length - 1];
  spots.push(spotAt(along, edge[along], last[1 - along]), ...way);
  return spots;
}

/**
 * A point moved straight to the lane at a side of a frame.
 * @param {Spot} spot
 * @param {Side} side
 * @param {OpenFrame} frame
 * @param {Spot} corner
 * @param {number} away
 * @returns {Spot}
 */
function ledTo(spot, side, frame, corner, away) {
  const axis = 1 - axisAlong(side);
  const sign = OUTWARDS[side][axis];
  const size = axis ? frame.height : frame.width;
  const at = corner[axis] + (sign > 0 ? size + away : -away);
  return spotAt(axis, at, spot[1 - axis]);
}
