/** The routes of a view: trunks and arrows with sharp corners, cut at the frames that are open. */

import { crosses, lineArea } from "./areas.js";
import { addLinks, cutAt, portsOf } from "./opened.js";
import { NEAR } from "./paths.js";
import { sharpened, withoutMiddles } from "./polylines.js";
import { borderEnd } from "./routes.js";

/** @typedef {import("./types.js").PlainArrow} PlainArrow */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./opened.js").Opened} Opened */
/**
 * @typedef {Object} Way
 * @property {Spot[]} corners
 * @property {number} radius
 * @property {number[]} path as it was laid out, from and to the middles of ports
 * @property {number} stroke
 * @property {number} source the closed box that it starts at, or -1
 * @property {boolean} headed
 * @property {number} target the closed box that it ends at, or -1
 * @property {string[]} of
 * @property {Joint|null} [from] the closed frame that it starts at
 * @property {Joint|null} [to] the closed frame that it ends at
 */
/** @typedef {{open: Opened, border: {end: Spot, side: import("./openings.js").Side}}} Joint */
/** @typedef {{corners: Spot[], radius: number, path: number[]}} Sharp */

/** @type {WeakMap<View, {lines: Sharp[], arrows: Sharp[]}>} */
const KNOWN = new WeakMap();

/**
 * @param {View} view
 * @returns {{lines: Sharp[], arrows: Sharp[]}}
 */
export function sharpWays(view) {
  const known = KNOWN.get(view);
  if (known) return known;
  const lines = view.lines.map((line) => [...line.path]);
  const arrows = view.arrows.map((arrow) => [...arrow.path]);
  view.arrows.forEach((arrow, at) => {
    const first = arrow.via?.length ? lines[arrow.via[0]] : arrows[at];
    if (arrow.source < 0) toPort(first, 0, 2, view.ports[-1 - arrow.source]);
    const last = arrows[at].length - 2;
    if (arrow.target < 0) toPort(arrows[at], last, last - 2, view.ports[-1 - arrow.target]);
  });
  const sharpWay = (/** @type {number[]} */ path) => ({ ...sharpened(path, (corners) => isClear(corners, view)), path });
  const made = { lines: lines.map(sharpWay), arrows: arrows.map(sharpWay) };
  KNOWN.set(view, made);
  return made;
}

/**
 * Lets a path begin or end in the middle of a port, not at its border.
 * @param {number[]} path
 * @param {number} at the place of the end
 * @param {number} before that of the point before
 * @param {{x: number, y: number}} port
 */
function toPort(path, at, before, port) {
  const isDown = Math.abs(path[at] - path[before]) < NEAR;
  if (isDown) path[at + 1] = port.y;
  else path[at] = port.x;
}

/**
 * Whether a polyline meets no box.
 * @param {Spot[]} corners
 * @param {View} view
 */
function isClear(corners, view) {
  return corners.slice(1).every((end, at) => {
    const line = lineArea(corners[at], end);
    return !view.boxes.some((box) => crosses(box.area, line));
  });
}

/**
 * The name of an arrow in its view.
 * @param {number} at
 */
export function arrowName(at) {
  return `a${at}`;
}

/**
 * The routes that are seen. Ends at what is open are kept as links to its ports.
 * @param {View} view
 * @param {(Opened|null)[]} homes
 * @returns {{lines: Way[], arrows: (Way|null)[]}} null for arrows within what is unfolded
 */
export function waysOf(view, homes) {
  const sharp = sharpWays(view);
  /** @type {Way[]} */
  const lines = view.lines.map((line, at) => ({ ...sharp.lines[at], stroke: line.stroke, source: -1, target: -1, headed: false, of: [] }));
  /** @type {(Way|null)[]} */
  const arrows = view.arrows.map((arrow, at) => {
    const [start, end] = [homes[arrow.source] ?? null, homes[arrow.target] ?? null];
    if (start && start === end) return null;
    const first = arrow.via?.length ? lines[arrow.via[0]] : null;
    const source = start || arrow.source < 0 ? -1 : arrow.source;
    const target = end || arrow.target < 0 ? -1 : arrow.target;
    for (const number of arrow.via ?? []) lines[number].of.push(arrowName(at));
    if (first) first.source = source;
    return { ...sharp.arrows[at], stroke: arrow.stroke, source: first ? -1 : source, target, headed: target >= 0 || end?.mode === "shut", of: [arrowName(at)] };
  });
  view.arrows.forEach((arrow, at) => {
    const way = arrows[at];
    if (way) linkEnds(arrow, way, lines, homes);
  });
  return { lines: lines.filter((line) => line.of.length), arrows };
}

/**
 * @param {PlainArrow} arrow
 * @param {Way} way
 * @param {Way[]} lines
 * @param {(Opened|null)[]} homes
 */
function linkEnds(arrow, way, lines, homes) {
  const [start, end] = [homes[arrow.source] ?? null, homes[arrow.target] ?? null];
  const ways = [...(arrow.via ?? []).map((number) => lines[number]), way];
  if (end) {
    if (end.isFrame) cutWays(ways, end);
    const border = endAt(ways, end, "to");
    addLinks(end, border, portsOf(arrow, end, true), way.stroke, way.of);
    if (end.mode === "shut") takeTrunk(arrow, way, ways);
  }
  if (start) {
    const back = ways.map((one) => ({ ...one, corners: [...one.corners].reverse() })).reverse();
    if (start.isFrame) cutWays(back, start);
    const border = endAt(back, start, "from");
    back.reverse().forEach((one, at) => {
      ways[at].corners = one.corners.reverse();
      ways[at].from = one.from;
    });
    addLinks(start, border, portsOf(arrow, start, false), ways[0].stroke, way.of);
  }
}

/**
 * An arrow that is seen as a trunk alone takes it over, so that it has a head.
 * @param {PlainArrow} arrow
 * @param {Way} way its own
 * @param {Way[]} ways from the source on
 */
function takeTrunk(arrow, way, ways) {
  const last = ways.filter((one) => one.corners.length > 1).pop();
  if (!last || last === way || last.stroke !== arrow.stroke) return;
  [way.corners, way.source, way.from, way.to] = [last.corners, last.source, last.from, last.to];
  last.corners = [];
}

/**
 * Ends the last way that is seen on the border of an open box.
 * @param {Way[]} ways from the source on
 * @param {Opened} open
 * @param {"from"|"to"} name of this end
 */
function endAt(ways, open, name) {
  const last = ways.filter((way) => way.corners.length).pop() ?? ways[0];
  const before = last.corners.length > 1 ? last.corners : (ways[ways.indexOf(last) - 1]?.corners ?? []).concat(last.corners);
  const border = borderEnd(withoutMiddles(before), open.box.area);
  if (last.corners.length > 1) last.corners = [...last.corners.slice(0, -1), border.end];
  if (open.mode === "shut") {
    last[name] = { open, border };
    open.ends.push(border);
  }
  return border;
}

/**
 * Cuts the ways of an arrow where they enter a frame.
 * @param {Way[]} ways from its source on
 * @param {Opened} open
 */
function cutWays(ways, open) {
  let isInside = false;
  for (const way of ways) {
    /** @type {Spot[]} */
    const cut = isInside ? [] : cutAt(way.corners, open.box.area);
    isInside ||= cut !== way.corners;
    way.corners = cut;
  }
}
