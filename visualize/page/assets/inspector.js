/** The side panel: exact numbers of what is selected. */

import { exactCount, percent } from "./counts.js";
import { button, element } from "./dom.js";

/** As many operations or copies are listed at once. */
const LISTED = 40;

/**
 * @typedef {Object} Deeds what the panel can ask for
 * @property {(instance: string) => void} open
 * @property {(instance: string) => void} unfold
 * @property {(instance: string) => void} close
 * @property {(instance: string) => void} flow
 * @property {(skip: number) => void} light
 */

/**
 * Fills the panel with an instance, or with the model where none is selected.
 * @param {HTMLElement} panel
 * @param {import("./model.js").Model} model
 * @param {import("./state.js").State} state
 * @param {Deeds} deeds
 */
export function showDetails(panel, model, state, deeds) {
  const facts = state.selected ? model.facts(state.selected, state.open) : null;
  if (!facts) {
    panel.replaceChildren(...wholeModel(model));
    return;
  }
  panel.replaceChildren(
    element("h2", {}, facts.title || facts.type),
    ...actions(facts, state, deeds),
    factTable(factRows(facts, model.document.totals)),
    ...membersOf(facts),
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
    ["Operations", exactCount(model.root.runs[0].length)],
    ["Skip connections", exactCount(countOf(skips))],
  ]);
  return [
    element("h2", {}, name),
    factTable(rows),
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
  if (mode) buttons.push(button("Close", () => deeds.close(selected)));
  if (!mode) {
    const isLit = light.kind === "flow" && light.from === selected;
    const pressed = { "aria-pressed": String(isLit), title: "All that reaches this box or is reached from it" };
    buttons.push(button("Path of the tensor", () => deeds.flow(selected), pressed));
  }
  return [element("p", { class: "actions" }, ...buttons)];
}

/**
 * @param {import("./model.js").Facts} facts
 * @param {{parameters: number, macs: number}} totals
 */
function factRows(facts, totals) {
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
    ["Reads", facts.inputs.join(", ")],
    ["Output", facts.shape],
    ["Parameters", share(parameters, totals.parameters)],
    ...each(parameters),
    ["Trainable", parameters && trainable !== parameters ? exactCount(trainable) : ""],
    ["MACs", share(facts.macs, totals.macs)],
    ...each(facts.macs),
    ["Operations", exactCount(facts.operations.length)],
  ];
  return /** @type {[string, string][]} */ (rows.filter(([, value]) => value));
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

/** @param {import("./model.js").Facts} facts */
function membersOf({ paths }) {
  const distinct = [...new Set(paths)];
  if (distinct.length < 2) return [];
  const items = distinct.slice(0, LISTED).map((path) => element("li", { class: "path" }, path || "the model"));
  return section(`Copies (${distinct.length})`, items, distinct.length - LISTED);
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
