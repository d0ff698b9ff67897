import assert from "node:assert/strict";
import { test } from "node:test";

import { compose } from "../../visualize/page/assets/compose.js";
import { faults, randomOpen } from "./check_composed.js";
import { smallDocument } from "./fixture.js";

const DOCUMENT = smallDocument();

/** @param {import("../../visualize/page/assets/types.js").Composed} composed */
const byName = (composed) => new Map(composed.boxes.map((box) => [box.instance, box]));

test("with nothing open the figure is as it was laid out", () => {
  const composed = compose(DOCUMENT, new Map());
  assert.deepEqual(composed.boxes.map((box) => box.area), DOCUMENT.views[0].boxes.map((box) => box.area));
  assert.deepEqual(composed.arrows.map((arrow) => arrow.path), DOCUMENT.views[0].arrows.map((arrow) => arrow.path));
  assert.deepEqual([composed.width, composed.height], [240, 150]);
});

test("an open box makes room, and the spine stays straight", () => {
  const composed = compose(DOCUMENT, new Map([["1", "open"]]));
  const boxes = byName(composed);
  assert.equal(boxes.get("1")?.open, "open");
  const middles = ["0", "1/0", "1/1", "2"].map((name) => {
    const [left, , width] = boxes.get(name)?.area ?? [];
    return left + width / 2;
  });
  for (const middle of middles) assert.ok(Math.abs(middle - middles[0]) < 0.01);
  assert.deepEqual(boxes.get("2")?.area.slice(2), [80, 20]);
  assert.equal(boxes.get("1/0")?.tint, 1);
  assert.equal(boxes.get("0")?.tint, DOCUMENT.neutral);
  assert.deepEqual(faults(composed), []);
});

test("the title of an open box does not count the copies that the frame around it counts", () => {
  const titles = [6, 3].map((copies) => {
    const document = smallDocument();
    const view = document.views[0];
    view.frames = [{ area: [5, 5, 90, 30], radius: 5, fill: 0, line: null, texts: [], repeat: 3, title: "×3", type: "", copies: [], paths: [] }];
    Object.assign(view.boxes[0], { frame: 0, copies: Array(copies).fill([0, 1]), paths: ["first.0"] });
    return byName(compose(document, new Map([["0", "open"]]))).get("0")?.texts.map(({ text }) => text).join(" ");
  });
  assert.deepEqual(titles, ["first first.0 ×2", "first first.0"]);
});

test("the order of clicks and earlier figures change nothing", () => {
  const one = compose(smallDocument(), new Map([["0", "open"], ["1", "open"]]));
  compose(DOCUMENT, new Map([["0", "open"]]));
  compose(DOCUMENT, new Map());
  assert.deepEqual(compose(DOCUMENT, new Map([["1", "open"], ["0", "open"]])), one);
});

test("what is inside a closed box is not seen", () => {
  const composed = compose(DOCUMENT, new Map([["1/0", "open"]]));
  assert.equal(composed.boxes.length, 4);
});

test("arrows go on to the operations inside, and have their heads there", () => {
  const composed = compose(DOCUMENT, new Map([["0", "open"], ["1", "open"]]));
  const pairs = composed.arrows.flatMap((arrow) => arrow.pairs.map((pair) => pair.join(" ")));
  for (const pair of ["0/1 1/0", "1/1 2", "0/1 2", "1/0 1/1"]) assert.ok(pairs.includes(pair), pair);
  const heads = new Map(composed.arrows.map((arrow) => [arrow.id, arrow.headed]));
  assert.equal(heads.get("a0"), false);
  assert.equal(heads.get("1/a0"), true);
  assert.equal(heads.get("1/a2"), false);
  const links = composed.lines.filter((line) => line.kind === "link");
  assert.ok(links.some((line) => line.of.includes("a0")));
});

test("data that flows up turns around what is inside", () => {
  const document = smallDocument();
  const arrow = document.views[0].arrows[1];
  document.views[0].arrows = [{ ...arrow, source: 2, target: 1, path: [50, 110, 50, 100, 50, 90, 50, 80], into: [0] }];
  const boxes = byName(compose(document, new Map([["1", "open"]])));
  assert.ok((boxes.get("1/0")?.area[1] ?? 0) > (boxes.get("1/1")?.area[1] ?? 0));
});

test("random sets of open boxes have no faults", () => {
  for (let seed = 0; seed < 50; seed++) {
    const open = randomOpen(DOCUMENT, seed);
    assert.deepEqual(faults(compose(DOCUMENT, open)), []);
  }
});

test("the checker finds faults", () => {
  const composed = compose(smallDocument(), new Map());
  composed.boxes[0].area = composed.boxes[1].area;
  composed.arrows[1].path = composed.arrows[1].path.map((value) => value + 9);
  const found = faults(composed).map((fault) => fault.split(":")[0]);
  for (const kind of ["overlap", "end", "through"]) assert.ok(found.includes(kind), kind);
});
