/**
 * The search: words in paths, classes, labels and shapes; `>1M` parameters; kinds of skips.
 *
 * @typedef {{instance: string, text: string, parameters: number, skips: Set<string>}} Entry
 */

import { isIndex } from "./model.js";
import { groupsOf } from "./walk.js";

const COUNT = /^([<>]=?|=)(\d+(?:\.\d+)?)([kmgbt]?)$/i;
/** @type {{[letter: string]: number}} */
const SCALE = { "": 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9, t: 1e12 };

/**
 * Whether a count is as a word of the search asks, or null where the word asks for no count.
 * @param {string} word as ">1M"
 * @returns {((count: number) => boolean)|null}
 */
export function countFilter(word) {
  const found = COUNT.exec(word);
  if (!found) return null;
  const wanted = Number(found[2]) * SCALE[found[3].toLowerCase()];
  switch (found[1]) {
    case ">":
      return (count) => count > wanted;
    case ">=":
      return (count) => count >= wanted;
    case "<":
      return (count) => count < wanted;
    case "<=":
      return (count) => count <= wanted;
    default:
      return (count) => count === wanted;
  }
}

/**
 * What can be found: every box of the model, open or not, in the order of the figure.
 * @param {import("./model.js").Model} model
 * @returns {Entry[]}
 */
export function searchIndex(model) {
  const kinds = kindsByMerge(model.document.skips);
  /** @type {Entry[]} */
  const entries = [];
  for (const group of groupsOf(model)) {
    const { thing, instance } = group;
    const paths = model.paths(group);
    const words = [thing.title, thing.type, thing.shape, thing.role, ...new Set(paths)];
    const closed = thing.opens === undefined || thing.opens === null;
    const operations = model.copies(group).flat(2).filter(isIndex);
    const skips = closed ? operations.flatMap((at) => kinds.get(at) ?? []) : [];
    entries.push({
      instance,
      text: words.filter(Boolean).join("\n").toLowerCase(),
      parameters: model.sum("parameters", operations),
      skips: new Set(skips),
    });
  }
  return entries;
}

/**
 * @param {any[]} skips
 * @returns {Map<number, string[]>}
 */
function kindsByMerge(skips) {
  const kinds = new Map();
  for (const skip of skips) {
    const words = [skip.kind, ...(skip.long ? ["long"] : [])];
    kinds.set(skip.merge, [...(kinds.get(skip.merge) ?? []), ...words]);
  }
  return kinds;
}

/**
 * The instances that a search finds: all of its words fit.
 * @param {Entry[]} entries
 * @param {string} query
 * @returns {string[]}
 */
export function find(entries, query) {
  const words = query.toLowerCase().replaceAll(/([<>]=?)\s+/g, "$1").split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const tests = words.map((word) => {
    const count = countFilter(word);
    if (count) return (/** @type {Entry} */ entry) => count(entry.parameters);
    const spelled = word.replace(/(\d)x(?=\d)/g, "$1×");
    return (/** @type {Entry} */ entry) =>
      entry.text.includes(word) || entry.text.includes(spelled) || entry.skips.has(word);
  });
  return entries.filter((entry) => tests.every((test) => test(entry))).map((e) => e.instance);
}
