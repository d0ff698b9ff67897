import assert from "node:assert/strict";
import { test } from "node:test";
import { CATEGORIES, mixed, overlayColors } from "../../visualize/page/assets/paint.js";

const facts = { type: "Conv2d", title: "3×3 conv, 64", operations: [1], parameters: 10, trainable: 10, macs: 4, opens: false };
const box = (instance, changes = {}, role = "layer") => ({ instance, role, facts: { ...facts, ...changes } });

test("colours are mixed by channel", () => {
  assert.equal(mixed("#000000", "#ffffff", 0.5), "#808080");
  assert.equal(mixed("#123456", "#ffffff", 0), "#123456");
});

test("a type has one colour, and the legend names those that are there", () => {
  const { fills, legend } = overlayColors("type", [box("0"), box("1", { type: "add", title: "+" }, "merge")], false);
  const named = new Map(CATEGORIES.map(({ name, day }) => [name, day]));
  assert.equal(fills.get("0"), named.get("convolution"));
  assert.equal(fills.get("1"), named.get("merge"));
  assert.deepEqual(legend.map(([name]) => name), ["convolution", "merge"]);
});

test("what costs most is darkest", () => {
  const { fills, legend } = overlayColors("macs", [box("0", { macs: 0 }), box("1", { macs: 1e9 })], false);
  assert.equal(fills.get("0"), "#ffffff");
  assert.equal(fills.get("1"), legend.at(-1)[1]);
  assert.equal(legend.at(-1)[0], "1.0 G MACs");
});

test("frozen, partly frozen, trainable, without parameters", () => {
  const boxes = [box("0", { trainable: 0 }), box("1", { trainable: 4 }), box("2"), box("3", { parameters: 0 })];
  const { legend } = overlayColors("trainable", boxes, true);
  assert.deepEqual(legend.map(([name]) => name), ["frozen", "partly", "trainable", "no parameters"]);
});

test("colours by stage are those of the figure", () => {
  assert.equal(overlayColors("stage", [box("0")], false).fills.size, 0);
});

/** Contrast as WCAG computes it. */
function contrast(one, other) {
  const light = (color) =>
    [1, 3, 5]
      .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

test("the smaller lines of boxes are read on every colour", () => {
  const darkest = overlayColors("macs", [box("0")], false).fills.get("0");
  for (const color of [darkest, ...CATEGORIES.map(({ day }) => day)]) {
    assert.ok(contrast(color, "#565656") >= 4.5, color);
  }
});
