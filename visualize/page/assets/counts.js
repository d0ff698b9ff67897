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

const SIZES = /** @type {[number, string][]} */ ([
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
]);

/**
 * Bytes with all their digits: 2.4 MB, 2,408,448 bytes.
 * @param {number} count
 */
export function bytes(count) {
  const exact = `${exactCount(count)} bytes`;
  const size = SIZES.find(([unit]) => count >= unit);
  return size ? `${(count / size[0]).toFixed(1)} ${size[1]}, ${exact}` : exact;
}

/**
 * A value that was measured, with six digits.
 * @param {number|null} value null: it is not finite
 */
export function significant(value) {
  return value === null ? "not finite" : String(Number(value.toPrecision(6)));
}
