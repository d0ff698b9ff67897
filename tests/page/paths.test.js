import assert from "node:assert/strict";
import { test } from "node:test";

import { arrowHead, dataOf, digits, outlineOf, spots, strandsOf, withoutHead } from "../../visualize/page/assets/paths.js";
import { nearestOn, roundedLine, sharpened, withoutMiddles } from "../../visualize/page/assets/polylines.js";

const CORNER = [0, 0, 3, 0, 6, 0, 10, 0, 13.3, 0, 16, 2.7, 16, 6, 16, 10, 16, 20, 16, 30];

test("numbers are short", () => {
  assert.deepEqual([1.5, -0.0001, 12.345678, 3].map(digits), ["1.5", "0", "12.35", "3"]);
});

test("a path with round corners becomes a polyline and back", () => {
  const { corners, radius } = sharpened(CORNER);
  assert.deepEqual(corners, [[0, 0], [16, 0], [16, 30]]);
  assert.equal(radius, 6);
  const again = roundedLine(corners, radius);
  assert.deepEqual(sharpened(again), { corners, radius });
  assert.deepEqual(again.slice(-2), [16, 30]);
});

test("the last corner leaves room for a head, but not for all of one on a short part", () => {
  const straight = (/** @type {number} */ length) => {
    const path = roundedLine([[0, 0], [30, 0], [30, length]], 10, 5);
    return length - path[path.length - 7];
  };
  assert.deepEqual([straight(30), straight(12), straight(8)], [20, 5, 4]);
});

test("a curve that goes on as it came has two corners, where it meets no box", () => {
  const curve = [0, 0, 0, 20, 50, 20, 50, 40];
  assert.deepEqual(sharpened(curve).corners, [[0, 0], [0, 20], [50, 20], [50, 40]]);
  const { corners } = sharpened(curve, (way) => way[1][1] !== 20);
  assert.deepEqual(corners[1], [0, 32]);
});

test("points in the middle of a line go, turns back stay", () => {
  assert.deepEqual(withoutMiddles([[0, 0], [5, 0], [9, 0], [9, 0], [9, 4]]), [[0, 0], [9, 0], [9, 4]]);
  assert.equal(withoutMiddles([[0, 0], [9, 0], [4, 0]]).length, 3);
});

test("the nearest point is on the line", () => {
  assert.deepEqual(nearestOn([[0, 0], [10, 0], [10, 10]], [6, 3]), [6, 0]);
});

test("heads, strands and outlines are drawn as in the SVG", () => {
  const path = spots([0, 0, 0, 10, 0, 20, 0, 30]);
  const shaft = withoutHead(path);
  assert.deepEqual(shaft[shaft.length - 1], [0, 25]);
  const head = arrowHead(shaft, [0, 30], 0);
  assert.deepEqual(head?.[1], [0, 30]);
  assert.deepEqual(strandsOf(path, 2).map((strand) => strand[0][0]), [1, -1]);
  assert.equal(dataOf(path), "M0,0L0,30");
  assert.equal(outlineOf([0, 0, 10, 4], 0), "M0,0L10,0L10,4L0,4L0,0Z");
});
