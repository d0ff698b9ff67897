import assert from "node:assert/strict";
import { test } from "node:test";
import { shrinks } from "../../visualize/page/assets/shrink.js";
import { smallDocument } from "./fixture.js";

const NONE = () => false;

test("room is taken where nothing but what is closed is, and all of it", () => {
  const [view] = smallDocument().views;
  const low = view.height + 100;
  const wish = { low, high: low + 90, wanted: 30 };
  const found = shrinks(view, [[0, low, 50, 90]], NONE, [wish], 1);
  assert.deepEqual(found.map(({ extra }) => Math.round(extra)), [-88]);
});

test("nothing is taken where boxes are", () => {
  const [view] = smallDocument().views;
  const [, top, , height] = view.boxes[0].area;
  const wish = { low: top, high: top + height, wanted: 1 };
  assert.deepEqual(shrinks(view, [[400, top, 50, height]], NONE, [wish], 1), []);
});
