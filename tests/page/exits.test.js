import assert from "node:assert/strict";
import { test } from "node:test";

import { exitOf } from "../../visualize/page/assets/exits.js";

/** @typedef {import("../../visualize/page/assets/types.js").AreaOf} AreaOf */
/** @typedef {import("../../visualize/page/assets/types.js").Part} Part */

/**
 * @param {AreaOf[]} areas of boxes
 * @param {number[][]} paths of arrows
 */
function part(areas, paths = []) {
  const boxes = areas.map((area) => ({ area }));
  const arrows = paths.map((path) => ({ path }));
  return /** @type {Part} */ (/** @type {unknown} */ ({ width: 200, height: 200, boxes, arrows, lines: [] }));
}

/** @type {AreaOf[]} */
const AROUND = [
  [60, 20, 80, 20],
  [20, 60, 40, 80],
  [140, 60, 40, 80],
  [60, 160, 80, 20],
];

test("a way that is straight and free is taken, the nearest first", () => {
  assert.deepEqual(exitOf([100, 50], part([])), { side: "top", turn: null });
  assert.deepEqual(exitOf([100, 50], part(AROUND.slice(0, 1))), { side: "left", turn: null });
});

test("with boxes on all sides the way has a corner, apart from them", () => {
  assert.deepEqual(exitOf([100, 90], part(AROUND)), { side: "left", turn: [100, 55] });
});

test("it does not go back where data came from", () => {
  const above = [100, 40, 100, 60, 100, 70, 100, 90];
  assert.deepEqual(exitOf([100, 90], part(AROUND, [above])), { side: "left", turn: [100, 145] });
});

test("without any way the nearest side is named", () => {
  assert.deepEqual(exitOf([100, 90], part([[50, 50, 100, 100]])), { side: "top", turn: null });
});
