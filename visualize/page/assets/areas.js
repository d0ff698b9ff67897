/** Rectangles. */

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {(at: number) => number} AxisMap */

const TOUCH = 0.05;

/**
 * Whether two rectangles have more than their borders in common. One without a width is a line.
 * @param {AreaOf} one
 * @param {AreaOf} other
 */
export function crosses(one, other) {
  return (
    one[0] + TOUCH < other[0] + other[2] &&
    other[0] + TOUCH < one[0] + one[2] &&
    one[1] + TOUCH < other[1] + other[3] &&
    other[1] + TOUCH < one[1] + one[3]
  ) || crossesLine(one, other);
}

/**
 * @param {AreaOf} area
 * @param {AreaOf} line
 */
function crossesLine(area, line) {
  if (line[2] && line[3]) return false;
  return (
    area[0] + TOUCH < line[0] + line[2] &&
    line[0] < area[0] + area[2] - TOUCH &&
    area[1] + TOUCH < line[1] + line[3] &&
    line[1] < area[1] + area[3] - TOUCH
  );
}

/**
 * The rectangle around a straight line.
 * @param {Spot} start
 * @param {Spot} end
 * @returns {AreaOf}
 */
export function lineArea(start, end) {
  return [
    Math.min(start[0], end[0]),
    Math.min(start[1], end[1]),
    Math.abs(start[0] - end[0]),
    Math.abs(start[1] - end[1]),
  ];
}

/**
 * The rectangle between the images of two corners.
 * @param {AreaOf} area
 * @param {AxisMap} mapX
 * @param {AxisMap} mapY
 * @returns {AreaOf}
 */
export function mappedArea([left, top, width, height], mapX, mapY) {
  const [x, y] = [mapX(left), mapY(top)];
  return [x, y, mapX(left + width) - x, mapY(top + height) - y];
}

/**
 * @param {AreaOf} area
 * @returns {Spot}
 */
export function centerOf([left, top, width, height]) {
  return [left + width / 2, top + height / 2];
}

/**
 * A rectangle of the same size around another centre.
 * @param {AreaOf} area
 * @param {Spot} center
 * @returns {AreaOf}
 */
export function around([, , width, height], [x, y]) {
  return [x - width / 2, y - height / 2, width, height];
}

/**
 * Whether a point is in a rectangle or on its border.
 * @param {AreaOf} area
 * @param {Spot} spot
 */
export function holds([left, top, width, height], [x, y]) {
  return (
    x > left - TOUCH && x < left + width + TOUCH && y > top - TOUCH && y < top + height + TOUCH
  );
}
