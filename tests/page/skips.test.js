import assert from "node:assert/strict";
import { test } from "node:test";
import { filteredSkips } from "../../visualize/page/assets/skips.js";

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
