import assert from "node:assert/strict";
import { test } from "node:test";
import { Model } from "../../visualize/page/assets/model.js";
import { countFilter, find, searchIndex } from "../../visualize/page/assets/search.js";
import { small } from "./small.js";

const entries = searchIndex(new Model(small()));

test("words are found in paths, classes, labels and shapes, closed groups too", () => {
  assert.deepEqual(find(entries, "layers.1.conv"), ["1/0"]);
  assert.deepEqual(find(entries, "linear"), ["2"]);
  assert.deepEqual(find(entries, "3x3 CONV"), ["1/0"]);
  assert.deepEqual(find(entries, "8x4x4 stem"), ["0"]);
  assert.deepEqual(find(entries, "  "), []);
});

test("parameters are compared", () => {
  assert.deepEqual(find(entries, ">9 conv"), ["1/0"]);
  assert.deepEqual(find(entries, "> 9 conv"), ["1/0"]);
  assert.deepEqual(find(entries, "=6"), ["0"]);
  assert.equal(countFilter(">1M")(1_000_000), false);
  assert.equal(countFilter(">=1M")(1_000_000), true);
  assert.equal(countFilter("<2.5k")(2_499), true);
  assert.equal(countFilter("conv"), null);
});

test("a kind of skip finds where it ends", () => {
  assert.deepEqual(find(entries, "identity"), ["1/1"]);
});
