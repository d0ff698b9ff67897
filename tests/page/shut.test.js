import assert from "node:assert/strict";
import { test } from "node:test";
import { compose } from "../../visualize/page/assets/compose.js";
import { isClosable, spotsAt } from "../../visualize/page/assets/shut.js";
import { smallDocument } from "./fixture.js";

/** The second and third box in a frame. */
function framed() {
  const document = smallDocument();
  const [root] = document.views;
  root.boxes[1].frame = root.boxes[2].frame = 0;
  root.boxes[3].area = [150, 5, 80, 20];
  const text = ["blocks", 8, 58, 7, 1, "start", 30];
  root.frames.push({ area: [4, 50, 106, 90], radius: 8, fill: 0, line: 1, texts: [text], title: "blocks", repeat: 1, type: "", copies: [[1, 2]], paths: [".blocks"] });
  return document;
}

test("a closed frame is one box, which is shorter", () => {
  const document = framed();
  const composed = compose(document, [["f0", "shut"]]);
  assert.deepEqual(composed.boxes.map(({ instance }) => instance).sort(), ["0", "3", "f0"]);
  const box = composed.boxes.find(({ instance }) => instance === "f0");
  assert.ok(box && box.area[3] < 60);
  assert.ok(composed.height < document.views[0].height);
  const [first] = composed.arrows;
  assert.deepEqual([first.from, first.to, first.headed], ["0", "f0", true]);
  assert.ok(Math.abs(first.path[first.path.length - 1] - box.area[1]) < 0.01);
});

test("a frame does not close over what is not in it", () => {
  const document = framed();
  const [root] = document.views;
  assert.ok(isClosable(root, root.frames[0]));
  const other = framed().views[0];
  other.boxes[3].area = [60, 100, 80, 20];
  assert.ok(!isClosable(other, other.frames[0]));
});

test("a closed frame is as wide as the boxes around it, and its rows are in its middle", () => {
  const document = framed();
  const { boxes } = compose(document, [["f0", "shut"]]);
  const box = boxes.find(({ instance }) => instance === "f0");
  assert.ok(box && box.area[2] < document.views[0].frames[0].area[2]);
  const widths = boxes.filter((one) => one !== box).map(({ area }) => area[2]);
  assert.ok(box.area[2] <= Math.max(...widths));
  for (const text of box.texts) assert.equal(text.x, box.area[0] + box.area[2] / 2);
});

test("a frame that is opened again is what it was", () => {
  const document = framed();
  const before = JSON.stringify(compose(document, []));
  compose(document, [["f0", "shut"]]);
  assert.equal(JSON.stringify(compose(document, [])), before);
});

test("lines that end at one side of a closed frame stay apart, in their order", () => {
  const { boxes } = compose(framed(), [["f0", "shut"]]);
  const box = boxes.find(({ instance }) => instance === "f0");
  assert.ok(box);
  const ends = [30, -500, 500, 31].map((x) => ({ end: /** @type {[number, number]} */ ([x, 50]), side: /** @type {const} */ ("top") }));
  const found = spotsAt(box, ends, (spot) => spot);
  const places = [1, 0, 3, 2].map((at) => found.get(ends[at])?.[0] ?? NaN);
  assert.ok(places.slice(1).every((place, at) => place > places[at]), places.join());
  assert.ok(ends.every((one) => found.get(one)?.[1] === box.area[1]));
});
