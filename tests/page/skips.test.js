import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksWithSkips, filteredSkips } from "../../visualize/page/assets/skips.js";

const skips = [
  { kind: "identity", long: false, gradient: true },
  { kind: "concat", long: true, gradient: true },
  { kind: "identity", long: true, gradient: false },
];

test("filters narrow one another", () => {
  const none = { kind: "", long: false, blocked: false };
  assert.deepEqual(filteredSkips(skips, none), [0, 1, 2]);
  assert.deepEqual(filteredSkips(skips, { ...none, kind: "identity" }), [0, 2]);
  assert.deepEqual(filteredSkips(skips, { ...none, long: true }), [1, 2]);
  assert.deepEqual(filteredSkips(skips, { kind: "identity", long: true, blocked: true }), [2]);
});

test("each block has the skips that end in it, or none", () => {
  const skips = [{ merge: 2 }, { merge: 3 }, { merge: 9 }];
  const blocks = [
    { path: "a", type: "Block", operations: [1, 3] },
    { path: "b", type: "Block", operations: [4, 2, 8, 1] },
  ];
  const found = blocksWithSkips({ blocks, skips });
  assert.deepEqual(found.map((one) => one.skips), [[0, 1], []]);
  assert.deepEqual(found.map((one) => one.first), [1, 4]);
  assert.deepEqual(blocksWithSkips({ skips }), []);
});
