/**
 * What holds for every composed figure, whatever is open in it.
 *
 * `node check_composed.js DOCUMENT.json [COUNT] [SEED]` checks random sets of open boxes.
 */

import { readFileSync } from "node:fs";

import { compose } from "../../visualize/page/assets/compose.js";
import { Counts } from "./check_counts.js";

/** @typedef {import("../../visualize/page/assets/types.js").AreaOf} AreaOf */
/** @typedef {import("../../visualize/page/assets/types.js").Composed} Composed */
/** @typedef {import("../../visualize/page/assets/types.js").Opening} Opening */
/** @typedef {import("../../visualize/page/assets/types.js").PageDocument} PageDocument */

const SLACK = 0.6; // of borders; arrows of circles end on the circle
const STEPS = 6; // points that are looked at on each curve, at least
const APART = 8; // of those on a long one
const ROWS = 1e6; // squares of a grid in a column, at most

/**
 * @param {AreaOf} one
 * @param {AreaOf} other
 */
function overlap(one, other) {
  return (
    one[0] + SLACK < other[0] + other[2] &&
    other[0] + SLACK < one[0] + one[2] &&
    one[1] + SLACK < other[1] + other[3] &&
    other[1] + SLACK < one[1] + one[3]
  );
}

/**
 * @param {AreaOf} area
 * @param {number} x
 * @param {number} y
 */
function isIn([left, top, width, height], x, y) {
  return x > left + SLACK && x < left + width - SLACK && y > top + SLACK && y < top + height - SLACK;
}

/**
 * @param {number[]} path
 * @returns {[number, number][]}
 */
function along(path) {
  /** @type {[number, number][]} */
  const found = [];
  for (let at = 0; at + 7 < path.length; at += 6) {
    const steps = Math.max(STEPS, Math.ceil(Math.hypot(path[at + 6] - path[at], path[at + 7] - path[at + 1]) / APART));
    const [a, b, c, d, e, f, g, h] = path.slice(at, at + 8);
    for (let step = 0; step <= steps; step++) {
      const [part, rest] = [step / steps, 1 - step / steps];
      const [one, two, three, four] = [rest ** 3, 3 * rest * rest * part, 3 * rest * part * part, part ** 3];
      found.push([one * a + two * c + three * e + four * g, one * b + two * d + three * f + four * h]);
    }
  }
  return found;
}

/**
 * Boxes by the squares of a grid that they are in.
 * @template {{area: AreaOf}} Thing
 */
class Grid {
  /** @param {Thing[]} things */
  constructor(things) {
    /** @type {Map<number, Thing[]>} */
    this.squares = new Map();
    for (const thing of things) {
      for (const key of this.keys(thing.area)) {
        const known = this.squares.get(key);
        if (known) known.push(thing);
        else this.squares.set(key, [thing]);
      }
    }
  }

  /** @param {AreaOf} area @returns {number[]} */
  keys([left, top, width, height]) {
    const keys = [];
    for (let x = Math.floor(left / 100); x <= (left + width) / 100; x++) {
      for (let y = Math.floor(top / 100); y <= (top + height) / 100; y++) keys.push(x * ROWS + y);
    }
    return keys;
  }

  /** @param {number} x @param {number} y @returns {Thing[]} */
  at(x, y) {
    return this.squares.get(Math.floor(x / 100) * ROWS + Math.floor(y / 100)) ?? [];
  }

  /** @param {AreaOf} area @returns {Set<Thing>} */
  near(area) {
    return new Set(this.keys(area).flatMap((key) => this.squares.get(key) ?? []));
  }
}

/**
 * What is wrong with a composed figure.
 * @param {Composed} composed
 * @returns {string[]}
 */
export function faults(composed) {
  const closed = composed.boxes.filter((box) => !box.open);
  const grid = new Grid(composed.boxes);
  return [
    ...overlaps(composed, grid),
    ...crossings(composed, new Grid(closed)),
    ...looseEnds(composed),
    ...covered(composed, new Grid(closed)),
    ...sizes(composed),
  ];
}

/**
 * @param {string} inner
 * @param {string} outer
 */
function isWithin(inner, outer) {
  return inner.startsWith(`${outer}/`);
}

/**
 * @param {Composed} composed
 * @param {Grid<import("../../visualize/page/assets/types.js").Shown>} grid
 */
function overlaps(composed, grid) {
  const found = [];
  for (const one of composed.boxes) {
    for (const other of grid.near(one.area)) {
      if (one.instance >= other.instance) continue;
      if (isWithin(one.instance, other.instance) || isWithin(other.instance, one.instance)) continue;
      if (overlap(one.area, other.area)) found.push(`overlap: ${one.instance} and ${other.instance}`);
    }
    const around = composed.boxes.length < 3000 && one.parent ? composed.boxes.find((box) => box.instance === one.parent) : null;
    if (around && !isInside(one.area, around.area)) found.push(`outside: ${one.instance} of ${one.parent}`);
  }
  return found;
}

/**
 * @param {AreaOf} inner
 * @param {AreaOf} outer
 */
function isInside(inner, outer) {
  return (
    inner[0] > outer[0] - SLACK &&
    inner[1] > outer[1] - SLACK &&
    inner[0] + inner[2] < outer[0] + outer[2] + SLACK &&
    inner[1] + inner[3] < outer[1] + outer[3] + SLACK
  );
}

/**
 * @param {Composed} composed
 * @param {Grid<import("../../visualize/page/assets/types.js").Shown>} grid
 */
function crossings(composed, grid) {
  const found = new Set();
  const routes = [
    ...composed.arrows.map((arrow) => ({ path: arrow.path, name: arrow.id })),
    ...composed.lines.filter((line) => line.kind !== "leader").map((line) => ({ path: line.path, name: `${line.kind} of ${line.parent}/${line.of[0]}` })),
  ];
  for (const { path, name } of routes) {
    for (const [x, y] of along(path)) {
      for (const box of grid.at(x, y)) {
        if (!box.box.role || box.open) continue;
        const isRound = "circle" in box.box && box.box.circle;
        if (isRound ? Math.hypot(x - box.area[0] - box.area[2] / 2, y - box.area[1] - box.area[3] / 2) < box.area[2] / 2 - SLACK : isIn(box.area, x, y)) {
          found.add(`through: ${name} and ${box.instance}`);
        }
      }
    }
  }
  return [...found];
}

/**
 * Arrows with a head end on the border of their box.
 * @param {Composed} composed
 */
function looseEnds(composed) {
  const boxes = new Map(composed.boxes.map((box) => [box.instance, box]));
  const found = [];
  for (const arrow of composed.arrows) {
    const box = boxes.get(arrow.to);
    if (!arrow.headed || !box || box.open) continue;
    const [x, y] = arrow.path.slice(-2);
    const [left, top, width, height] = box.area;
    const isRound = "circle" in box.box && box.box.circle;
    const away = isRound
      ? Math.abs(Math.hypot(x - left - width / 2, y - top - height / 2) - width / 2)
      : Math.max(Math.min(...[x - left, x - left - width].map(Math.abs), ...[y - top, y - top - height].map(Math.abs)), left - x, x - left - width, top - y, y - top - height);
    if (away > SLACK + (isRound ? 1 : 0)) found.push(`end: ${arrow.id} is ${away.toFixed(1)} off ${arrow.to}`);
  }
  return found;
}

/**
 * Labels and titles are over no box.
 * @param {Composed} composed
 * @param {Grid<import("../../visualize/page/assets/types.js").Shown>} grid
 */
function covered(composed, grid) {
  const found = [];
  const texts = composed.arrows.flatMap((arrow) => (arrow.label ? [{ text: arrow.label, of: arrow.id }] : []));
  for (const frame of composed.frames) texts.push(...frame.texts.map((text) => ({ text, of: frame.instance })));
  for (const box of composed.boxes) if (box.open) texts.push(...box.texts.map((text) => ({ text, of: box.instance })));
  for (const { text, of } of texts) {
    const left = text.x - text.width * { start: 0, middle: 0.5, end: 1 }[text.anchor];
    /** @type {AreaOf} */
    const area = [left, text.y - text.size * 0.7, text.width, text.size * 0.7];
    for (const box of grid.near(area)) if (overlap(box.area, area)) found.push(`label: "${text.text}" of ${of} on ${box.instance}`);
  }
  return found;
}

/** @param {Composed} composed */
function sizes(composed) {
  const numbers = [composed.width, composed.height, ...composed.boxes.flatMap((box) => box.area), ...composed.arrows.flatMap((arrow) => arrow.path)];
  const found = numbers.every(Number.isFinite) ? [] : ["size: not a number"];
  const right = Math.max(...composed.boxes.map((box) => box.area[0] + box.area[2]));
  const low = Math.max(...composed.boxes.map((box) => box.area[1] + box.area[3]));
  if (right > composed.width + SLACK || low > composed.height + SLACK) found.push("size: a box is off the page");
  return found;
}

/**
 * A random set of open boxes, the same for the same seed.
 * @param {PageDocument} document
 * @param {number} seed
 * @returns {Map<string, Opening>}
 */
export function randomOpen(document, seed) {
  let state = seed * 2654435761 + 1;
  const chance = () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
  /** @type {Map<string, Opening>} */
  const open = new Map();
  const part = 0.1 + 0.8 * chance();
  for (let level = 0; level < 5; level++) {
    const composed = compose(document, open);
    if (composed.boxes.length > 1500) break;
    const things = [...composed.boxes.filter((box) => !box.open), ...composed.frames];
    for (const thing of things) {
      const box = "frame" in thing ? thing.frame : thing.box;
      if (thing.instance.startsWith("i") || chance() > part) continue;
      const opens = "opens" in box && box.opens !== undefined;
      const place = /^f?/.exec(thing.instance.split("/").pop() ?? "")?.[0];
      if (place && chance() < 0.5) open.set(thing.instance, "shut");
      else if (opens && (box.unfolds === undefined || chance() < 0.5)) open.set(thing.instance, "open");
      else if (box.unfolds !== undefined) open.set(thing.instance, "unfold");
    }
  }
  return open;
}

if (process.argv[1]?.endsWith("check_composed.js")) {
  const [file, count = "50", seed = "0"] = process.argv.slice(2);
  /** @type {PageDocument} */
  const document = JSON.parse(readFileSync(file, "utf8"));
  const counts = new Counts(document, compose(document, new Map()));
  let failed = 0;
  for (let number = Number(seed); number < Number(seed) + Number(count); number++) {
    const open = randomOpen(document, number);
    const composed = compose(document, open);
    const found = [...faults(composed), ...counts.faults(composed, open)];
    if (found.length) failed++;
    for (const fault of found.slice(0, 4)) console.log(`${number}: ${fault}`);
  }
  console.log(`${file}: ${failed} of ${count} sets with faults`);
  process.exitCode = failed ? 1 : 0;
}
