import assert from "node:assert/strict";
import { test } from "node:test";

import { stretched } from "../../visualize/page/assets/stretch.js";

test("without wishes nothing moves", () => {
  assert.equal(stretched([])(12.5), 12.5);
});

test("wishes are granted, in any order, with a slope of at least 1", () => {
  const wishes = [
    { low: 10, high: 20, wanted: 50 },
    { low: 0, high: 40, wanted: 60, at: 0 },
    { low: 15, high: 60, wanted: 100, at: 60 },
    { low: 70, high: 80, wanted: 5 },
  ];
  const map = stretched(wishes);
  for (const { low, high, wanted } of wishes) assert.ok(map(high) - map(low) >= wanted - 1e-9);
  for (let at = -5; at < 100; at++) assert.ok(map(at + 1) - map(at) >= 1 - 1e-9);
  const other = stretched([...wishes].reverse());
  for (let at = -5; at < 100; at++) assert.equal(map(at), other(at));
  assert.equal(map(-1), -1);
});

test("room is added at the place that is named", () => {
  const map = stretched([{ low: 10, high: 20, wanted: 30, at: 10 }]);
  assert.equal(map(10), 10);
  assert.equal(Math.round((map(20) - map(11)) * 100) / 100, 9);
});

test("what ends at the same place, rounded in another way, has all of the room", () => {
  const map = stretched([
    { low: 10, high: 20, wanted: 30, at: 20 },
    { low: 30, high: 40, wanted: 50, at: 30 },
  ]);
  assert.equal(Math.round((map(19.98) - 19.98) * 100) / 100, 20);
  assert.equal(Math.round((map(30.02) - 30.02) * 100) / 100, 20);
});
