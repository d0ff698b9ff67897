import assert from "node:assert/strict";
import { test } from "node:test";
import { shiftOf } from "../../visualize/page/assets/redraw.js";

test("points that moved alike are a shift", () => {
  assert.deepEqual(shiftOf([0, 0, 4, 5], [1, 2, 5, 7]), [1, 2]);
  assert.deepEqual(shiftOf([], []), [0, 0]);
});

test("a stretch is none, nor another number of points", () => {
  assert.equal(shiftOf([0, 0, 4, 5], [0, 0, 4, 6]), null);
  assert.equal(shiftOf([0, 0], [0, 0, 1, 1]), null);
});
