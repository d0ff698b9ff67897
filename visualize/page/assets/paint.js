/**
 * What the page adds to the drawing: colours of an overlay, what is selected, lit and found, and
 * the markers that open and close.
 */

import { exactCount, shortCount } from "./counts.js";
import { shape } from "./dom.js";

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
 * The colour of each box, and what the colours mean.
 * @param {string} overlay
 * @param {{instance: string, role: string, facts: import("./model.js").Facts}[]} boxes those drawn closed
 * @param {boolean} night
 * @returns {{fills: Map<string, string>, legend: [string, string][]}}
 */
export function overlayColors(overlay, boxes, night) {
  const theme = night ? "night" : "day";
  if (overlay === "parameters" || overlay === "macs") return ramp(overlay, boxes, theme);
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
 * @param {"parameters"|"macs"} column
 * @param {{instance: string, facts: import("./model.js").Facts}[]} boxes
 * @param {"day"|"night"} theme
 * @returns {{fills: Map<string, string>, legend: [string, string][]}}
 */
function ramp(column, boxes, theme) {
  const most = Math.max(1, ...boxes.map(({ facts }) => facts[column]));
  const [low, high] = RAMP[theme];
  const fill = (/** @type {number} */ value) => mixed(low, high, Math.sqrt(value / most));
  const unit = column === "macs" ? "MACs" : "parameters";
  const steps = [0, most / 16, most / 4, most].map(Math.round);
  return {
    fills: new Map(boxes.map(({ instance, facts }) => [instance, fill(facts[column])])),
    legend: [...new Set(steps)].map((step) => [
      `${step < 1000 ? exactCount(step) : shortCount(step)} ${step ? unit : ""}`.trim(),
      fill(step),
    ]),
  };
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
