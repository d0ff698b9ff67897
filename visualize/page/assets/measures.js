/** What was measured of operations: memory, values of weights; and what they read and were made with. */

import { isIndex } from "./model.js";

/**
 * @typedef {{count: number, mean: number|null, squares: number|null, zeros: number, idle: number}} Statistics
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./model.js").Group} Group
 */

/**
 * Bytes that are saved for the backward pass, or null where they were not measured.
 * @param {any} document
 * @param {number[]} operations
 * @returns {number|null}
 */
export function savedIn({ ops }, operations) {
  return ops.saved ? operations.reduce((total, at) => total + ops.saved[at], 0) : null;
}

/**
 * The most bytes that are alive at once in inference, or null.
 * @param {any} document
 * @param {number[]} operations
 * @returns {number|null}
 */
export function peakIn({ ops }, operations) {
  return ops.peak ? operations.reduce((most, at) => Math.max(most, ops.peak[at]), 0) : null;
}

/**
 * Those of the values of all weights together, or null where there are none, or they are unknown.
 * @param {any} document
 * @param {number[]} operations
 * @returns {Statistics|null}
 */
export function statisticsOf({ ops }, operations) {
  /** @type {Statistics|null} */
  let all = null;
  for (const at of ops.statistics ? operations : []) {
    const row = ops.statistics[at];
    if (!row) continue;
    const [count, mean, squares, zeros, idle] = row;
    all = all ? together(all, { count, mean, squares, zeros, idle }) : { count, mean, squares, zeros, idle };
  }
  return all;
}

/**
 * The statistics of two sets of numbers from those of each (Chan, Golub and LeVeque, 1979).
 * @param {Statistics} one
 * @param {Statistics} other
 * @returns {Statistics}
 */
function together(one, other) {
  const count = one.count + other.count;
  const added = { count, zeros: one.zeros + other.zeros, idle: one.idle + other.idle };
  if (one.mean === null || other.mean === null || one.squares === null || other.squares === null) {
    return { ...added, mean: null, squares: null };
  }
  const distance = other.mean - one.mean;
  return {
    ...added,
    mean: one.mean + distance * (other.count / count),
    squares: one.squares + other.squares + distance * distance * ((one.count * other.count) / count),
  };
}

/**
 * Their L2 norm, or null where they are not finite.
 * @param {Statistics} statistics
 */
export function normOf({ count, mean, squares }) {
  return mean === null || squares === null ? null : Math.sqrt(squares + count * mean * mean);
}

/**
 * The share of them that is zero, vectors of nothing but zeros left out.
 * @param {Statistics} statistics
 */
export function prunedOf({ count, zeros, idle }) {
  return (zeros - idle) / Math.max(count - idle, 1);
}

/**
 * The shapes that the first copy of a group reads from outside, and those that are read of it.
 * @param {Model} model
 * @param {Group} group
 */
export function tensorsOf(model, group) {
  const { ops, strings } = model.document;
  const [first] = model.copies(group);
  const own = new Set(first.flat().filter(isIndex));
  const entering = new Map();
  const leaving = new Map();
  ops.reads?.forEach((/** @type {number[]} */ row, /** @type {number} */ reader) => {
    for (let at = 0; at < row.length; at += 2) {
      const [source, shape] = [row[at], strings[row[at + 1]]];
      if (own.has(source) === own.has(reader)) continue;
      (own.has(reader) ? entering : leaving).set(`${source} ${shape}`, shape);
    }
  });
  return { inputs: [...entering.values()], outputs: [...leaving.values()] };
}

/**
 * What operations were made with, of those that say so: the name, the lines.
 * @param {Model} model
 * @param {number[]} operations
 */
export function attributesOf(model, operations) {
  const { ops, strings } = model.document;
  return operations.flatMap((at) => {
    const lines = strings[ops.attributes?.[at]] ?? "";
    const rows = lines.split("\n").filter(Boolean).map((/** @type {string} */ line) => attribute(line));
    return rows.length ? [{ type: strings[ops.type[at]], path: strings[ops.path[at]], rows }] : [];
  });
}

/**
 * @param {string} line "stride = (2, 2)", or "weight: 64×3×7×7"
 * @returns {[string, string]}
 */
function attribute(line) {
  const cut = /( = |: )/.exec(line);
  return cut ? [line.slice(0, cut.index), line.slice(cut.index + cut[0].length)] : [line, ""];
}
