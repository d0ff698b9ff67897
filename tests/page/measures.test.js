import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesOf, normOf, peakIn, prunedOf, savedIn, statisticsOf, tensorsOf } from "../../visualize/page/assets/measures.js";
import { bytes, significant } from "../../visualize/page/assets/counts.js";
import { Model } from "../../visualize/page/assets/model.js";
import { isMeasured, overlayColors } from "../../visualize/page/assets/paint.js";
import { small } from "./small.js";

const none = new Map();
// Of the numbers 0, 2 and 3, 3.
const rows = { statistics: [[2, 1, 2, 1, 0], null, [2, 3, 0, 0, 0]] };

test("memory is summed, and the peak is the highest", () => {
  const document = { ops: { saved: [4, 8, 0], peak: [5, 9, 7] } };
  assert.equal(savedIn(document, [0, 1]), 12);
  assert.equal(peakIn(document, [0, 1, 2]), 9);
  assert.equal(savedIn({ ops: {} }, [0]), null);
  assert.equal(peakIn({ ops: {} }, [0]), null);
});

test("statistics of parts add up", () => {
  const all = statisticsOf({ ops: rows }, [0, 1, 2]);
  assert.deepEqual([all.count, all.mean, all.squares, all.zeros], [4, 2, 6, 1]);
  assert.equal(normOf(all), Math.sqrt(22));
  assert.equal(prunedOf(all), 0.25);
  assert.equal(statisticsOf({ ops: rows }, [1]), null);
  assert.equal(statisticsOf({ ops: {} }, [0]), null);
  const odd = statisticsOf({ ops: { statistics: [[2, null, null, 0, 0], [2, 3, 0, 1, 1]] } }, [0, 1]);
  assert.deepEqual([odd.count, normOf(odd), odd.zeros], [4, null, 1]);
});

test("a group reads what is made outside of its first copy, and the rest reads it", () => {
  const document = small();
  document.strings.push("8×4×4", "10");
  document.ops.reads = [[], [0, 2], [0, 2, 1, 2], [2, 2], [2, 2, 3, 2], [4, 3]];
  const model = new Model(document);
  const { inputs, outputs } = tensorsOf(model, model.group("1", none));
  assert.deepEqual([inputs, outputs], [["8×4×4"], ["8×4×4"]]);
  assert.deepEqual(tensorsOf(model, model.group("2", none)), { inputs: ["10"], outputs: [] });
});

test("attributes and weights have their names", () => {
  const document = small();
  document.strings.push("stride = (1, 1)\nweight: 4×3");
  document.ops.attributes = [2, 0, 0, 0, 0, 0];
  const [found] = attributesOf(new Model(document), [0, 1]);
  assert.deepEqual(found.rows, [["stride", "(1, 1)"], ["weight", "4×3"]]);
});

test("measures are written with what they measure", () => {
  assert.equal(bytes(2408448), "2.4 MB, 2,408,448 bytes");
  assert.equal(bytes(12), "12 bytes");
  assert.equal(significant(0.123456789), "0.123457");
  assert.equal(significant(null), "not finite");
});

test("colours show what was measured, and boxes without it keep theirs", () => {
  const box = (instance, operations) => ({ instance, role: "layer", facts: { operations, parameters: 1, macs: 1 } });
  const boxes = [box("0", [0]), box("1", [1]), box("2", [2])];
  const document = { ops: { ...rows, saved: [0, 4000, 1000] } };
  const memory = overlayColors("memory", boxes, false, document);
  assert.equal(memory.fills.get("0"), "#ffffff");
  assert.equal(memory.legend.at(-1)[0], "4.0 kB saved for backward");
  const norm = overlayColors("norm", boxes, false, document);
  assert.deepEqual([...norm.fills.keys()], ["0", "2"]);
  assert.equal(norm.legend.at(-1)[0], "4.24 L2 norm of the weights");
  const zero = overlayColors("sparsity", boxes, true, document);
  assert.equal(zero.legend.at(-1)[0], "50 % of the weights are zero");
  assert.deepEqual(["memory", "norm", "type"].map((name) => isMeasured(name, { ops: {} })), [false, false, true]);
  assert.ok(isMeasured("sparsity", document));
});
