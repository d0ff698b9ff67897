import assert from "node:assert/strict";
import { test } from "node:test";
import { compose } from "../../visualize/page/assets/compose.js";
import { isClosable } from "../../visualize/page/assets/shut.js";
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
