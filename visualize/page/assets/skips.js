/** The skip inspector: all skip connections of the model in a list. */

import { exactCount } from "./counts.js";
import { button, element } from "./dom.js";
import { positionsOf } from "./model.js";

/**
 * @typedef {{kind: string, long: boolean, blocked: boolean}} SkipFilter kind "" takes all
 * @typedef {Object} SkipDeeds
 * @property {(skip: number|null) => void} point what the pointer or the focus is on
 * @property {(skip: number) => void} pick
 * @property {(operation: number) => void} show selects the box with an operation
 */

/**
 * The blocks of a model, each with the skip connections that end in it.
 * @param {any} document
 * @returns {{path: string, type: string, first: number, skips: number[]}[]}
 */
export function blocksWithSkips({ blocks = [], skips }) {
  return blocks.map((/** @type {any} */ { path, type, operations }) => {
    const own = new Set(positionsOf(operations));
    const ending = skips.flatMap((/** @type {any} */ skip, /** @type {number} */ at) => (own.has(skip.merge) ? [at] : []));
    return { path, type, first: operations[0], skips: ending };
  });
}

/**
 * Which skips a filter lets through.
 * @param {any[]} skips
 * @param {SkipFilter} filter
 * @returns {number[]}
 */
export function filteredSkips(skips, { kind, long, blocked }) {
  return skips.flatMap((skip, at) =>
    (!kind || skip.kind === kind) && (!long || skip.long) && (!blocked || !skip.gradient) ? [at] : [],
  );
}

/**
 * Builds the list with its filters, and that of all blocks.
 * @param {HTMLElement} panel
 * @param {any} document
 * @param {SkipDeeds} deeds
 */
export function showSkips(panel, document, deeds) {
  const { skips } = document;
  const blocks = blockList(document, deeds);
  if (!skips.length) {
    panel.replaceChildren(element("p", { class: "quiet" }, "No skip connections."), ...blocks);
    return;
  }
  const kinds = [...new Set(skips.map((/** @type {any} */ skip) => skip.kind))];
  const choice = /** @type {HTMLSelectElement} */ (
    element("select", { "aria-label": "Kind of skip connection" }, element("option", { value: "" }, "all kinds"))
  );
  for (const kind of kinds) choice.append(element("option", { value: kind }, kind));
  const long = checkbox("long");
  const blocked = checkbox("no gradient");
  const count = element("p", { class: "quiet", role: "status" });
  const list = element("ul", { class: "skips" });
  const refresh = () => {
    const shown = filteredSkips(skips, {
      kind: choice.value,
      long: long.box.checked,
      blocked: blocked.box.checked,
    });
    count.textContent = `${exactCount(shown.length)} of ${exactCount(skips.length)}`;
    list.replaceChildren(...shown.map((at) => skipItem(skips[at], at, deeds)));
  };
  for (const control of [choice, long.box, blocked.box]) control.addEventListener("change", refresh);
  panel.replaceChildren(...blocks, element("p", { class: "filters" }, choice, long.label, blocked.label), count, list);
  refresh();
}

/**
 * Each block with the kinds of its skip connections, or "none".
 * @param {any} document
 * @param {SkipDeeds} deeds
 */
function blockList(document, deeds) {
  const blocks = blocksWithSkips(document);
  if (!blocks.length) return [];
  const without = blocks.filter(({ skips }) => !skips.length).length;
  const rows = blocks.map(({ path, type, first, skips }) => {
    const kinds = skips.map((at) => document.skips[at].kind);
    const row = button("", () => (skips.length ? deeds.pick(skips[0]) : deeds.show(first)), { class: "skip" });
    row.append(
      element("span", { class: "path" }, path || type),
      element("span", { class: kinds.length ? "kind" : "kind none" }, counted(kinds).join(", ") || "none"),
      element("span", { class: "quiet" }, type),
    );
    listenToPointing(row, skips[0] ?? null, deeds);
    return element("li", {}, row);
  });
  const count = without ? `, ${exactCount(without)} without a skip connection` : "";
  const details = element("details", { class: "section" });
  details.append(
    element("summary", {}, `By block (${exactCount(blocks.length)}${count})`),
    element("ul", { class: "skips blocks" }, ...rows),
  );
  return [details];
}

/**
 * Words, each once, with how often they are there: "2 identity".
 * @param {string[]} words
 */
function counted(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => (count > 1 ? `${count} ${word}` : word));
}

/** @param {string} name */
function checkbox(name) {
  const box = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox" }));
  return { box, label: element("label", {}, box, ` ${name}`) };
}

/**
 * @param {any} skip
 * @param {number} at
 * @param {SkipDeeds} deeds
 */
function skipItem(skip, at, deeds) {
  const notes = [
    `${exactCount(skip.parameters)} parameters bypassed`,
    ...(skip.count > 1 ? [`×${skip.count}`] : []),
    ...(skip.long ? ["long"] : []),
    skip.gradient ? "gradient flows" : "no gradient",
  ];
  const row = button("", () => deeds.pick(at), { class: "skip", "data-skip": String(at), "aria-pressed": "false" });
  row.append(
    element("span", { class: "kind" }, skip.kind),
    element("span", { class: "path" }, skip.module || "the model"),
    element("span", { class: "quiet" }, notes.join(" · ")),
  );
  listenToPointing(row, at, deeds);
  return element("li", {}, row);
}

/**
 * Lights a skip connection for as long as the pointer or the focus is on a row.
 * @param {HTMLElement} row
 * @param {number|null} skip
 * @param {SkipDeeds} deeds
 */
function listenToPointing(row, skip, deeds) {
  for (const name of ["pointerenter", "focus"]) row.addEventListener(name, () => deeds.point(skip));
  for (const name of ["pointerleave", "blur"]) row.addEventListener(name, () => deeds.point(null));
}

/**
 * Marks the one that is lit.
 * @param {HTMLElement} panel
 * @param {import("./state.js").Light} light
 */
export function markSkip(panel, light) {
  const lit = light.kind === "skip" ? String(light.skip) : "";
  for (const row of panel.querySelectorAll("button[data-skip]")) {
    row.setAttribute("aria-pressed", String(row.getAttribute("data-skip") === lit));
  }
}
