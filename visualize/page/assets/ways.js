/** The routes of a view: trunks and arrows with sharp corners, cut at the frames that are open. */

import { addLinks, cutAt, portsOf } from "./opened.js";
import { sharpened } from "./polylines.js";

/** @typedef {import("./types.js").PlainArrow} PlainArrow */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./opened.js").Opened} Opened */
/**
 * @typedef {Object} Way
 * @property {Spot[]} corners
 * @property {number} radius
 * @property {number} stroke
 * @property {number} source the closed box that it starts at, or -1
 * @property {number} target the closed box that it ends at, or -1
 * @property {string[]} of
 */
/** @typedef {{corners: Spot[], radius: number}} Sharp */

/** @type {WeakMap<View, {lines: Sharp[], arrows: Sharp[]}>} */
const KNOWN = new WeakMap();

/**
 * @param {View} view
 * @returns {{lines: Sharp[], arrows: Sharp[]}}
 */
export function sharpWays(view) {
  const known = KNOWN.get(view);
  if (known) return known;
  const lines = view.lines.map((line) => sharpened(line.path));
  const arrows = view.arrows.map((arrow) => sharpened(arrow.path));
  const made = { lines, arrows };
  KNOWN.set(view, made);
  return made;
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
  const lines = view.lines.map((line, at) => ({ ...sharp.lines[at], stroke: line.stroke, source: -1, target: -1, of: [] }));
  /** @type {(Way|null)[]} */
  const arrows = view.arrows.map((arrow, at) => {
    const [start, end] = [homes[arrow.source] ?? null, homes[arrow.target] ?? null];
    if (start && start === end) return null;
    const first = arrow.via?.length ? lines[arrow.via[0]] : null;
    const source = start || arrow.source < 0 ? -1 : arrow.source;
    const target = end || arrow.target < 0 ? -1 : arrow.target;
    for (const number of arrow.via ?? []) lines[number].of.push(arrowName(at));
    if (first) first.source = source;
    return { ...sharp.arrows[at], stroke: arrow.stroke, source: first ? -1 : source, target, of: [arrowName(at)] };
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
    const tip = end.isFrame ? cutWays(ways, end) : way.corners[way.corners.length - 1];
    addLinks(end, tip, portsOf(arrow, end, true), way.stroke, way.of);
  }
  if (start) {
    const tip = start.isFrame ? cutBackwards(ways, start) : ways[0].corners[0];
    addLinks(start, tip, portsOf(arrow, start, false), ways[0].stroke, way.of);
  }
}

/**
 * Cuts the ways of an arrow where they enter a frame, and returns the place.
 * @param {Way[]} ways from its source on
 * @param {Opened} open
 * @returns {Spot}
 */
function cutWays(ways, open) {
  /** @type {Spot|null} */
  let tip = null;
  for (const way of ways) {
    if (tip) {
      way.corners = [];
      continue;
    }
    const cut = cutAt(way.corners, open.box.area);
    if (cut !== way.corners) tip = cut[cut.length - 1];
    way.corners = cut;
  }
  const last = ways[ways.length - 1].corners;
  return tip ?? last[last.length - 1];
}

/**
 * @param {Way[]} ways
 * @param {Opened} open
 * @returns {Spot}
 */
function cutBackwards(ways, open) {
  for (const way of ways) way.corners = [...way.corners].reverse();
  const tip = cutWays([...ways].reverse(), open);
  for (const way of ways) way.corners = [...way.corners].reverse();
  return tip;
}
