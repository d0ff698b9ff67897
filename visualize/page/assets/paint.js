/**
 * What the page adds to the drawing: colours of an overlay, what is selected, lit and found, and
 * the markers that open and close.
 */

import { bytes, exactCount, shortCount, significant } from "./counts.js";
import { shape } from "./dom.js";
import { normOf, prunedOf, savedIn, statisticsOf } from "./measures.js";

/**
 * @typedef {{name: string, test: RegExp, day: string, night: string}} Category
 */

/** One colour means one thing in every model. The first that fits is taken. */
/** @type {Category[]} */
export const CATEGORIES = [
  { name: "input, output", test: /^(input|output)$/i, day: "#e9e9e9", night: "#3a3a3a" },
  { name: "attention", test: /atten/i, day: "#f3d9e8", night: "#5b2f49" },
  { name: "convolution", test: /conv/i, day: "#d3e4f7", night: "#22456b" },
  { name: "norm", test: /norm/i, day: "#e4dcf3", night: "#43366b" },
  { name: "embedding", test: /embed/i, day: "#fbe3c4", night: "#6a4716" },
  { name: "linear", test: /linear|addmm|matmul|bmm|mlp|einsum|dot_product/i, day: "#d2ecd6", night: "#1f5230" },
  { name: "pool, resize", test: /pool|interpol|upsample|pad/i, day: "#cdebea", night: "#1d5252" },
  { name: "merge", test: /^(i?add|i?mul|cat|concat|stack|sub|i?div)(_\d+)?$|^merge/i, day: "#fff2b8", night: "#5c5214" },
  { name: "activation", test: /relu|gelu|silu|swish|sigmoid|softmax|tanh|elu|mish|swiglu/i, day: "#f8d9d3", night: "#6b3026" },
];
const OTHER = { name: "other", day: "#f4f4f4", night: "#333333" };
const RAMP = { day: ["#ffffff", "#b3d2f2"], night: ["#20242a", "#1c3d60"] };
const TRAINED = { name: "trainable", day: "#d2ecd6", night: "#1f5230" };
const PARTLY = { name: "partly", day: "#fff2b8", night: "#5c5214" };
const FROZEN = { name: "frozen", day: "#d3e4f7", night: "#22456b" };
const WITHOUT = { name: "no parameters", day: "#f4f4f4", night: "#333333" };

/**
 * @param {string} one
 * @param {string} other
 * @param {number} part of the other
 */
export function mixed(one, other, part) {
  const channel = (/** @type {string} */ color, /** @type {number} */ at) =>
    parseInt(color.slice(1 + 2 * at, 3 + 2 * at), 16);
  const parts = [0, 1, 2].map((at) => {
    const [from, to] = [channel(one, at), channel(other, at)];
    return Math.round(from + (to - from) * part).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/**
 * @typedef {{instance: string, role: string, facts: import("./model.js").Facts}} Painted
 * @typedef {Object} Measure
 * @property {(facts: import("./model.js").Facts, document: any) => number|null} value null: the box keeps its colour
 * @property {(value: number) => string} text
 * @property {boolean} [linear] whether the colour grows with the value, and not with its root
 */

/** @type {{[overlay: string]: Measure}} */
const MEASURES = {
  parameters: { value: (facts) => facts.parameters, text: (value) => amountText(value, "parameters") },
  macs: { value: (facts) => facts.macs, text: (value) => amountText(value, "MACs") },
  memory: {
    value: ({ operations }, document) => savedIn(document, operations),
    text: (value) => (value ? `${bytes(value).split(",")[0]} saved for backward` : "0"),
  },
  norm: {
    value: ({ operations }, document) => measured(document, operations, normOf),
    text: (value) => (value ? `${Number(value.toPrecision(3))} L2 norm of the weights` : "0"),
    linear: true,
  },
  sparsity: {
    value: ({ operations }, document) => measured(document, operations, prunedOf),
    text: (value) => `${significant(Number((100 * value).toPrecision(3)))} % of the weights are zero`,
    linear: true,
  },
};

/**
 * Which overlays a document has the numbers for.
 * @param {string} overlay
 * @param {any} document
 */
export function isMeasured(overlay, { ops }) {
  if (overlay === "memory") return Boolean(ops.saved);
  return !["norm", "sparsity"].includes(overlay) || Boolean(ops.statistics);
}

/**
 * @param {any} document
 * @param {number[]} operations
 * @param {(statistics: import("./measures.js").Statistics) => number|null} value
 */
function measured(document, operations, value) {
  const statistics = statisticsOf(document, operations);
  return statistics && value(statistics);
}

/**
 * The colour of each box, and what the colours mean.
 * @param {string} overlay
 * @param {Painted[]} boxes those drawn closed
 * @param {boolean} night
 * @param {any} [document]
 * @returns {{fills: Map<string, string>, legend: [string, string][]}}
 */
export function overlayColors(overlay, boxes, night, document = { ops: {} }) {
  const theme = night ? "night" : "day";
  if (overlay in MEASURES) return ramp(MEASURES[overlay], boxes, theme, document);
  /** @type {Map<string, string>} */
  const fills = new Map();
  /** @type {Map<string, string>} */
  const legend = new Map();
  for (const { instance, role, facts } of overlay === "stage" ? [] : boxes) {
    const entry = overlay === "type" ? categoryOf(facts, role) : trainedOf(facts);
    fills.set(instance, entry[theme]);
    legend.set(entry.name, entry[theme]);
  }
  return { fills, legend: [...legend] };
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {string} role
 */
function categoryOf(facts, role) {
  const words = [role === "merge" ? "merge" : facts.type, ...(facts.opens ? [] : [facts.title])];
  return CATEGORIES.find(({ test }) => words.some((word) => test.test(word))) ?? OTHER;
}

/** @param {import("./model.js").Facts} facts */
function trainedOf({ parameters, trainable, operations }) {
  if (!parameters || !operations.length) return WITHOUT;
  if (!trainable) return FROZEN;
  return trainable < parameters ? PARTLY : TRAINED;
}

/**
 * @param {Measure} measure
 * @param {Painted[]} boxes
 * @param {"day"|"night"} theme
 * @param {any} document
 * @returns {{fills: Map<string, string>, legend: [string, string][]}}
 */
function ramp({ value, text, linear }, boxes, theme, document) {
  /** @type {[string, number][]} */
  const values = boxes.flatMap(({ instance, facts }) => {
    const found = value(facts, document);
    return found === null ? [] : [[instance, found]];
  });
  if (!values.length) return { fills: new Map(), legend: [] };
  const most = Math.max(...values.map(([, one]) => one));
  const [low, high] = RAMP[theme];
  const part = (/** @type {number} */ one) => (most ? one / most : 0);
  const fill = (/** @type {number} */ one) => mixed(low, high, linear ? part(one) : Math.sqrt(part(one)));
  const steps = linear ? [0, most / 2, most] : [0, most / 16, most / 4, most].map(Math.round);
  return {
    fills: new Map(values.map(([instance, one]) => [instance, fill(one)])),
    legend: [...new Set(steps)].map((step) => [text(step), fill(step)]),
  };
}

/**
 * @param {number} value
 * @param {string} unit
 */
function amountText(value, unit) {
  return `${value < 1000 ? exactCount(value) : shortCount(value)} ${value ? unit : ""}`.trim();
}

/**
 * The outline of a box or frame, by which it is coloured.
 * @param {Element} group
 * @returns {SVGElement|null}
 */
export function boxOutline(group) {
  return group.querySelector(":scope > path, :scope > ellipse");
}

/**
 * The marker that opens or closes a box, at its upper right corner.
 * @param {{instance: string, area: number[]}} box
 * @param {boolean} open
 */
export function marker(box, open) {
  const [left, y, width] = box.area;
  const x = left + width;
  const group = shape("g", {
    class: `marker ${open ? "closes" : "opens"}`,
    "data-marker": box.instance,
    "aria-hidden": "true",
  });
  group.append(
    shape("circle", { class: "target", cx: x, cy: y, r: 8 }),
    shape("circle", { class: "disc", cx: x, cy: y, r: 4 }),
    shape("path", { d: `M${x - 2},${y}h4${open ? "" : `M${x},${y - 2}v4`}` }),
  );
  return group;
}
