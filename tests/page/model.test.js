import assert from "node:assert/strict";
import { test } from "node:test";
import { exactCount, percent, shortCount } from "../../visualize/page/assets/counts.js";
import { ownersOf, reach } from "../../visualize/page/assets/flow.js";
import { Model, positionsOf, resolvePath } from "../../visualize/page/assets/model.js";
import { boxWithin, deepestBox, deepestLevel, groupsOf, openToLevel, revealed, validOpen } from "../../visualize/page/assets/walk.js";
import { small } from "./small.js";

const none = new Map();

test("paths are resolved as relative imports are", () => {
  assert.equal(resolvePath(".", "a.b"), "a.b");
  assert.equal(resolvePath(".conv", "a.b"), "a.b.conv");
  assert.equal(resolvePath("..bn", "a.b"), "a.bn");
  assert.equal(resolvePath("...head.0", "a.b.c"), "a.head.0");
  assert.equal(resolvePath(".conv", ""), "conv");
  assert.equal(resolvePath("fc", "a"), "fc");
});

test("positions are runs", () => {
  assert.deepEqual(positionsOf([2, 3, 9, 1]), [2, 3, 4, 9]);
});

test("what is in a folded box is each of its copies", () => {
  const model = new Model(small());
  const conv = model.facts("1/0", none);
  assert.deepEqual(conv.operations, [1, 3]);
  assert.deepEqual(conv.paths, ["layers.0.conv", "layers.1.conv"]);
  assert.equal(conv.parameters, 20);
  assert.equal(conv.macs, 40);
  assert.deepEqual(model.facts("1", none).skips, [0, 1]);
  assert.deepEqual(model.facts("1", none).inputs, ["8×4×4"]);
});

test("what only one copy has is counted once", () => {
  const document = small();
  // The second block has no operation at the place of the convolution, and two at that of the sum.
  const block = document.views[0].boxes[1];
  Object.assign(block, { aligned: [[1, 2], [-1, 1, 4, 1]], also: [[1, 1, 3]] });
  const model = new Model(document);
  const conv = model.facts("1/0", none);
  assert.deepEqual([conv.operations, conv.paths, conv.copies], [[1], ["layers.0.conv"], 1]);
  assert.deepEqual([conv.parameters, conv.macs], [10, 20]);
  const sum = model.facts("1/1", none);
  assert.deepEqual([sum.operations, sum.copies], [[2, 4, 3], 2]);
  assert.deepEqual([sum.parameters, sum.macs], [10, 20]);
});

test("unfolded copies have a path and operations of their own", () => {
  const model = new Model(small());
  const open = new Map([["f0", "unfold"]]);
  assert.deepEqual(model.facts("f0/1", open).operations, [3, 4]);
  assert.deepEqual(model.facts("f0/1", open).paths, ["layers.1"]);
  assert.deepEqual(model.facts("f0/1/0", open).paths, ["layers.1.conv"]);
  assert.equal(model.facts("f0/1/0", open).parameters, 10);
  assert.equal(model.facts("f0/9", open), null);
});

test("all groups partition the operations", () => {
  const model = new Model(small());
  const leaves = [...groupsOf(model)].filter((group) => group.thing.opens === undefined);
  const all = leaves.flatMap((group) => model.copies(group).flat()).sort();
  assert.deepEqual(all, [0, 1, 2, 3, 4, 5]);
  assert.equal(deepestBox(model, 4), "1/1");
  assert.equal(boxWithin(model, [4]), "1/1");
  assert.equal(boxWithin(model, [4, ...all]), "1");
  assert.equal(deepestLevel(model), 1);
  assert.deepEqual([...openToLevel(model, 1)], [["1", "open"]]);
});

test("to see a box closes the frame that replaces it and opens what is around it", () => {
  const model = new Model(small());
  const open = new Map([["f0", "unfold"], ["f0/1", "open"]]);
  assert.deepEqual([...revealed(model, "1/0", open)], [["1", "open"]]);
});

test("only what the model has is opened", () => {
  const model = new Model(small());
  const open = new Map([["9", "open"], ["0", "open"], ["1", "open"], ["1/0", "open"], ["2/3", "open"]]);
  assert.deepEqual([...validOpen(model, open)], [["1", "open"]]);
});

test("reach is before and after, not beside", () => {
  const arrows = [["a", "b"], ["b", "d"], ["a", "c"], ["c", "d"]].map(([from, to]) => ({ from, to }));
  assert.deepEqual([...reach("b", arrows)].sort(), ["a", "b", "d"]);
  assert.equal(ownersOf([{ instance: "x", operations: [2] }]).get(2), "x");
});

test("counts", () => {
  assert.equal(exactCount(11689512), "11,689,512");
  assert.equal(shortCount(9408), "9.4 k");
  assert.equal(shortCount(7), "7");
  assert.equal(percent(1, 8), "12.5 %");
  assert.equal(percent(1, 10_000), "< 0.1 %");
  assert.equal(percent(0, 0), "");
});
