/** Which boxes that are seen an arrow comes from and goes to, through the ports of open ones. */

/** @typedef {import("./types.js").Arrow} Arrow */

const PORT = "#";

/**
 * Whether a name is that of a port, as "3/1#0".
 * @param {string} name
 */
function isPortName(name) {
  return name.includes(PORT);
}

/**
 * Fills in the innermost boxes at both ends of each arrow.
 * @param {Arrow[]} arrows
 */
export function resolveArrows(arrows) {
  /** @type {Map<string, string[]>} */
  const after = new Map();
  /** @type {Map<string, string[]>} */
  const before = new Map();
  for (const arrow of arrows) {
    for (const [start, end] of arrow.joins) {
      if (isPortName(start)) addTo(after, start, end);
      if (isPortName(end)) addTo(before, end, start);
    }
  }
  /** @type {Map<string, string[]>} */
  const ends = new Map();
  /** @type {Map<string, string[]>} */
  const starts = new Map();
  for (const arrow of arrows) {
    if (!arrow.joins.some((names) => names.some(isPortName))) {
      arrow.pairs = arrow.joins;
      [arrow.from, arrow.to] = arrow.pairs[0] ?? ["", ""];
      continue;
    }
    /** @type {Map<string, [string, string]>} */
    const pairs = new Map();
    for (const [start, end] of arrow.joins) {
      for (const from of reached(start, before, starts)) {
        for (const to of reached(end, after, ends)) pairs.set(`${from} ${to}`, [from, to]);
      }
    }
    arrow.pairs = [...pairs.values()];
    [arrow.from, arrow.to] = arrow.pairs[0] ?? ["", ""];
  }
}

/**
 * @param {Map<string, string[]>} lists
 * @param {string} key
 * @param {string} one
 */
function addTo(lists, key, one) {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
}

/**
 * The boxes that a port leads to, or a box itself.
 * @param {string} name
 * @param {Map<string, string[]>} next
 * @param {Map<string, string[]>} known
 * @returns {string[]}
 */
function reached(name, next, known) {
  if (!isPortName(name)) return [name];
  const found = known.get(name);
  if (found) return found;
  known.set(name, []);
  const all = [...new Set((next.get(name) ?? []).flatMap((one) => reached(one, next, known)))];
  known.set(name, all);
  return all;
}
