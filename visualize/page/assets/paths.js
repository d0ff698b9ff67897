/** Lines on the page: cubic Bézier paths, the same as the SVG of a figure draws them. */

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Spot} Spot */

export const HEAD_LENGTH = 5;
const HALF_HEAD = 0.35 * HEAD_LENGTH;
const APART = 2; // between the middles of the lines of a double or triple one
export const NEAR = 0.01;

/**
 * A number as it is written in an attribute.
 * @param {number} value
 */
export function digits(value) {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/**
 * The points of a flat path.
 * @param {number[]} path
 * @returns {Spot[]}
 */
export function spots(path) {
  /** @type {Spot[]} */
  const found = [];
  for (let at = 0; at < path.length; at += 2) found.push([path[at], path[at + 1]]);
  return found;
}

/**
 * @param {Spot} one
 * @param {Spot} other
 */
export function between(one, other) {
  return Math.hypot(other[0] - one[0], other[1] - one[1]);
}

/**
 * The point that is `distance` from `start` on the way to `end`.
 * @param {Spot} start
 * @param {Spot} end
 * @param {number} distance
 * @returns {Spot}
 */
export function toward(start, end, distance) {
  const part = distance / (between(start, end) || 1);
  return [start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part];
}

/**
 * The curves of a path that lead anywhere.
 * @param {Spot[]} path
 * @returns {Spot[][]}
 */
export function curvesOf(path) {
  const found = [];
  for (let at = 0; at + 3 < path.length; at += 3) {
    if (between(path[at], path[at + 3]) >= NEAR) found.push(path.slice(at, at + 4));
  }
  return found;
}

/** @param {Spot[]} curve */
export function isStraight(curve) {
  const [start, end] = [curve[0], curve[3]];
  const [across, down] = [end[0] - start[0], end[1] - start[1]];
  const limit = NEAR * Math.hypot(across, down);
  return [curve[1], curve[2]].every(
    ([x, y]) => Math.abs((x - start[0]) * down - (y - start[1]) * across) < limit,
  );
}

/**
 * A path that ends where its head begins.
 * @param {Spot[]} path
 * @returns {Spot[]}
 */
export function withoutHead(path) {
  let whole = path;
  while (whole.length > 4 && between(whole[whole.length - 4], whole[whole.length - 1]) < NEAR) whole = whole.slice(0, -3);
  const [start, before, tip] = [whole[whole.length - 4], whole[whole.length - 2], whole[whole.length - 1]];
  const length = between(tip, before);
  const base = length ? toward(tip, before, HEAD_LENGTH) : tip;
  let handle = length > HEAD_LENGTH ? before : base;
  if (between(start, tip) > 3 * HEAD_LENGTH) {
    handle = [before[0] + base[0] - tip[0], before[1] + base[1] - tip[1]];
  }
  return [...whole.slice(0, -2), handle, base];
}

/**
 * The triangle at the end of an arrow; null for one without a direction.
 * @param {Spot[]} shaft
 * @param {Spot} tip
 * @param {number} width
 * @returns {Spot[]|null}
 */
export function arrowHead(shaft, tip, width) {
  const base = shaft[shaft.length - 1];
  const length = between(base, tip);
  if (!length) return null;
  const [across, down] = [(tip[0] - base[0]) / length, (tip[1] - base[1]) / length];
  const back = ((width / 2) * Math.hypot(HEAD_LENGTH, HALF_HEAD)) / HALF_HEAD;
  const [x, y] = [base[0] - across * back, base[1] - down * back];
  return [
    [x - down * HALF_HEAD, y + across * HALF_HEAD],
    [x + across * HEAD_LENGTH, y + down * HEAD_LENGTH],
    [x + down * HALF_HEAD, y - across * HALF_HEAD],
  ];
}

/**
 * The direction in which a curve leaves its first point.
 * @param {Spot[]} curve
 * @returns {Spot}
 */
function leavingOf(curve) {
  const start = curve[0];
  const spot = curve.slice(1).find((one) => between(start, one) >= NEAR) ?? curve[3];
  const length = between(start, spot) || 1;
  return [(spot[0] - start[0]) / length, (spot[1] - start[1]) / length];
}

/**
 * A path at a constant distance to the right of another one.
 * @param {Spot[]} path
 * @param {number} distance
 * @returns {Spot[]}
 */
function beside(path, distance) {
  /** @type {Spot[]} */
  const moved = [];
  for (const curve of curvesOf(path)) {
    const [start, first, second, end] = curve;
    const [leaving, arriving] = [leavingOf(curve), leavingOf([...curve].reverse())];
    /** @type {Spot} */
    const one = [start[0] - leaving[1] * distance, start[1] + leaving[0] * distance];
    /** @type {Spot} */
    const other = [end[0] + arriving[1] * distance, end[1] - arriving[0] * distance];
    const scale = between(one, other) / between(start, end);
    const [leaves, arrives] = [between(start, first) * scale, between(end, second) * scale];
    if (!moved.length) moved.push(one);
    moved.push(
      [one[0] + leaving[0] * leaves, one[1] + leaving[1] * leaves],
      [other[0] + arriving[0] * arrives, other[1] + arriving[1] * arrives],
      other,
    );
  }
  return moved;
}

/**
 * The lines of a stroke along a path: one, or several side by side.
 * @param {Spot[]} path
 * @param {number} strands
 * @returns {Spot[][]}
 */
export function strandsOf(path, strands) {
  return Array.from({ length: strands }, (_, strand) => {
    const aside = (strand - (strands - 1) / 2) * APART;
    return aside ? beside(path, aside) : path;
  });
}

/** @param {Spot} spot */
function pairOf(spot) {
  return `${digits(spot[0])},${digits(spot[1])}`;
}

/**
 * The corners of a polygon as an attribute.
 * @param {Spot[]} corners
 */
export function pointsOf(corners) {
  return corners.map(pairOf).join(" ");
}

/**
 * A path as the attribute `d`, with lines where it is straight.
 * @param {Spot[]} path
 */
export function dataOf(path) {
  if (!path.length) return "";
  const steps = curvesOf(path).map((curve) =>
    isStraight(curve) ? `L${pairOf(curve[3])}` : `C${curve.slice(1).map(pairOf).join(" ")}`,
  );
  return `M${pairOf(path[0])}${steps.join("")}`;
}

/**
 * The outline of a rectangle with rounded corners, as the attribute `d`.
 * @param {AreaOf} area
 * @param {number} radius
 */
export function outlineOf([left, top, width, height], radius) {
  const [right, bottom] = [left + width, top + height];
  /** @type {[Spot, Spot][]} */
  const corners = [
    [[right, top], [1, 0]],
    [[right, bottom], [0, 1]],
    [[left, bottom], [-1, 0]],
    [[left, top], [0, -1]],
  ];
  /** @type {Spot[]} */
  const path = [[left + radius, top]];
  for (const [[x, y], [across, down]] of corners) {
    /** @type {Spot} */
    const entry = [x - across * radius, y - down * radius];
    /** @type {Spot} */
    const leave = [x - down * radius, y + across * radius];
    path.push(path[path.length - 1], entry, entry);
    if (!radius) continue;
    for (const end of [entry, leave]) path.push([(x + end[0]) / 2, (y + end[1]) / 2]);
    path.push(leave);
  }
  return `${dataOf(path)}Z`;
}
