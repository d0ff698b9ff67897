/** Counts as the page writes them. */

const UNITS = /** @type {[number, string][]} */ ([
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
]);

/**
 * A count as figures write it: 9.4 k.
 * @param {number} count
 */
export function shortCount(count) {
  for (const [unit, name] of UNITS) {
    if (count >= unit) return `${(count / unit).toFixed(1)} ${name}`;
  }
  return String(count);
}

/**
 * A count with all its digits: 11,689,512.
 * @param {number} count
 */
export function exactCount(count) {
  return count.toLocaleString("en-US");
}

/**
 * A share in percent, or "" of nothing.
 * @param {number} part
 * @param {number} whole
 */
export function percent(part, whole) {
  if (!whole) return "";
  const share = (100 * part) / whole;
  return part && share < 0.05 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}
