/** The side panel: exact numbers of what is selected. */

import { bytes, exactCount, percent, significant } from "./counts.js";
import { button, element } from "./dom.js";
import { attributesOf, normOf, peakIn, prunedOf, savedIn, statisticsOf, tensorsOf } from "./measures.js";

/** As many operations or copies are listed at once. */
const LISTED = 40;
/** Of as many operations it is shown what they were made with; a larger box is opened for it. */
const DESCRIBED = 8;

/**
 * @typedef {Object} Deeds what the panel can ask for
 * @property {(instance: string) => void} open
 * @property {(instance: string) => void} unfold
 * @property {(instance: string) => void} close
 * @property {(instance: string) => void} flow
 * @property {(skip: number) => void} light
 * @property {(operation: number) => void} copy unfolds the selected group and selects the copy with it
 */

/**
 * Fills the panel with an instance, or with the model where none is selected.
 * @param {HTMLElement} panel
 * @param {import("./model.js").Model} model
 * @param {import("./state.js").State} state
 * @param {Deeds} deeds
 */
export function showDetails(panel, model, state, deeds) {
  const group = state.selected ? model.group(state.selected, state.open) : null;
  if (!group) {
    panel.replaceChildren(...wholeModel(model));
    return;
  }
  const facts = model.factsOf(group);
  const read = tensorsOf(model, group);
  panel.replaceChildren(
    element("h2", {}, facts.title || facts.type),
    ...actions(facts, state, deeds),
    factTable(factRows(facts, read, model.document)),
    ...attributesIn(facts, model),
    ...membersOf(facts, deeds),
    ...skipsOf(facts, model, deeds),
    ...operationsOf(facts, model),
    ...sourcesOf(facts),
  );
}

/** @param {import("./model.js").Model} model */
function wholeModel(model) {
  const { name, description, totals, skips } = model.document;
  const rows = /** @type {[string, string][]} */ ([
    ["Parameters", exactCount(totals.parameters)],
    ["MACs", exactCount(totals.macs)],
    ["Saved for backward", totals.saved ? bytes(totals.saved) : ""],
    ["Peak in inference", totals.peak ? bytes(totals.peak) : ""],
    ["Operations", exactCount(totals.operations)],
    ["Skip connections", exactCount(countOf(skips))],
  ]);
  return [
    element("h2", {}, name),
    factTable(rows.filter(([, value]) => value)),
    element("p", { class: "quiet" }, description),
    element("p", { class: "quiet" }, "Select a box to see its numbers."),
  ];
}

/** @param {{count?: number}[]} skips */
function countOf(skips) {
  return skips.reduce((total, skip) => total + (skip.count ?? 1), 0);
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {import("./state.js").State} state
 * @param {Deeds} deeds
 */
function actions(facts, { selected, open, light }, deeds) {
  const mode = open.get(selected);
  const buttons = [];
  if (facts.opens && mode !== "open") buttons.push(button("Open", () => deeds.open(selected)));
  if (facts.unfolds && mode !== "unfold") {
    buttons.push(button(`Unfold ×${facts.copies}`, () => deeds.unfold(selected)));
  }
  if (mode === "shut") buttons.push(button("Open", () => deeds.close(selected)));
  else if (mode || facts.shuts) buttons.push(button("Close", () => deeds.close(selected)));
  if (!mode || mode === "shut") {
    const isLit = light.kind === "flow" && light.from === selected;
    const pressed = { "aria-pressed": String(isLit), title: "All that reaches this box or is reached from it" };
    buttons.push(button("Path of the tensor", () => deeds.flow(selected), pressed));
  }
  return [element("p", { class: "actions" }, ...buttons)];
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {{inputs: string[], outputs: string[]}} read
 * @param {any} document
 */
function factRows(facts, read, document) {
  const { totals } = document;
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => {
    const text = percent(part, whole);
    return part && text ? `${exactCount(part)} (${text})` : exactCount(part);
  };
  const { copies, parameters, trainable } = facts;
  const each = (/** @type {number} */ value) =>
    copies > 1 && value ? [["", `${exactCount(value / copies)} each, ×${copies}`]] : [];
  const rows = [
    ["Path", facts.paths.length === 1 ? facts.paths[0] : ""],
    ["Class", facts.type],
    ["Input", read.inputs.join("; ") || facts.inputs.join("; ")],
    ["Output", read.outputs.join("; ") || facts.shape],
    ["Parameters", share(parameters, totals.parameters)],
    ...each(parameters),
    ["Trainable", parameters && trainable !== parameters ? exactCount(trainable) : ""],
    ["MACs", share(facts.macs, totals.macs)],
    ...each(facts.macs),
    ...measuredRows(facts.operations, document),
    ["Operations", exactCount(facts.operations.length)],
  ];
  return /** @type {[string, string][]} */ (rows.filter(([, value]) => value));
}

/**
 * Memory and the values of weights, where they were measured.
 * @param {number[]} operations
 * @param {any} document
 */
function measuredRows(operations, document) {
  const [saved, peak] = [savedIn(document, operations), peakIn(document, operations)];
  const values = statisticsOf(document, operations);
  const part = saved ? percent(saved, document.totals.saved) : "";
  return [
    ["Saved for backward", saved === null ? "" : bytes(saved) + (part && ` (${part})`)],
    ["Peak in inference", peak ? bytes(peak) : ""],
    ...(values
      ? [
          ["Weights", `mean ${significant(values.mean)}`],
          ["", `deviation ${significant(values.squares === null ? null : Math.sqrt(values.squares / values.count))}`],
          ["", `L2 norm ${significant(normOf(values))}`],
          ["", `zero ${exactCount(values.zeros)} (${(100 * prunedOf(values)).toFixed(1)} % pruned)`],
        ]
      : []),
  ];
}

/**
 * What the operations of the first copy were made with.
 * @param {import("./model.js").Facts} facts
 * @param {import("./model.js").Model} model
 */
function attributesIn({ operations, copies }, model) {
  const found = attributesOf(model, operations.slice(0, Math.ceil(operations.length / copies)));
  if (!found.length || found.length > DESCRIBED) return [];
  return found.flatMap(({ type, path, rows }) => {
    const details = element("details", { class: "section" });
    if (found.length <= 3) details.setAttribute("open", "");
    const name = element("span", { class: "quiet path" }, path && ` ${path}`);
    details.append(element("summary", {}, type, name), factTable(rows));
    return [details];
  });
}

/** @param {[string, string][]} rows */
function factTable(rows) {
  const list = element("table", { class: "facts" });
  const body = element("tbody");
  for (const [name, value] of rows) {
    body.append(
      element("tr", {}, element(name ? "th" : "td", name ? { scope: "row" } : {}, name), element("td", {}, value)),
    );
  }
  list.append(body);
  return list;
}

/**
 * A heading over a list, closed where it is long.
 * @param {string} title
 * @param {Node[]} items
 * @param {number} hidden how many more there are
 */
function section(title, items, hidden = 0) {
  if (!items.length) return [];
  const rest = hidden > 0 ? [element("li", { class: "quiet" }, `and ${exactCount(hidden)} more`)] : [];
  const details = element("details", { class: "section" });
  if (items.length <= 8) details.setAttribute("open", "");
  details.append(element("summary", {}, title), element("ul", {}, ...items, ...rest));
  return [details];
}

/**
 * The copies of a repeat, of which each can be gone to.
 * @param {import("./model.js").Facts} facts
 * @param {Deeds} deeds
 */
function membersOf({ paths, firsts, unfolds }, deeds) {
  if (new Set(paths).size < 2) return [];
  const items = paths.slice(0, LISTED).map((path, at) => {
    const name = path || "the model";
    if (!unfolds) return element("li", { class: "path" }, name);
    const about = { class: "link path", title: "Unfold the copies and select this one" };
    return element("li", {}, button(name, () => deeds.copy(firsts[at]), about));
  });
  return section(`Copies (${paths.length})`, items, paths.length - LISTED);
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {import("./model.js").Model} model
 * @param {Deeds} deeds
 */
function skipsOf(facts, model, deeds) {
  const items = facts.skips.slice(0, LISTED).map((at) => {
    const { kind, module } = model.document.skips[at];
    return element("li", {}, button(`${kind}${module ? `, ${module}` : ""}`, () => deeds.light(at), { class: "link" }));
  });
  if (!items.length) return [element("p", { class: "quiet" }, "Skip connections that end here: none")];
  return section(`Skip connections (${facts.skips.length})`, items, facts.skips.length - LISTED);
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {import("./model.js").Model} model
 */
function operationsOf({ operations }, model) {
  const items = operations.slice(0, LISTED).map((at) => {
    const { name, path, type, shape } = model.operation(at);
    const label = element("span", { class: "path" }, path || name);
    return element("li", {}, label, element("span", { class: "quiet" }, ` ${type} ${shape}`));
  });
  return section(`Operations (${exactCount(operations.length)})`, items, operations.length - LISTED);
}

/** @param {import("./model.js").Facts} facts */
function sourcesOf({ sources }) {
  const items = sources.slice(0, LISTED).map((line) => element("li", { class: "path" }, line));
  return section("Code", items, sources.length - LISTED);
}
