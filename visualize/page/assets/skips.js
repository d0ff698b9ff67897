/** The skip inspector: all skip connections of the model in a list. */

import { exactCount } from "./counts.js";
import { button, element } from "./dom.js";

/**
 * @typedef {{kind: string, long: boolean, blocked: boolean}} SkipFilter kind "" takes all
 * @typedef {Object} SkipDeeds
 * @property {(skip: number|null) => void} point what the pointer or the focus is on
 * @property {(skip: number) => void} pick
 */

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
 * Builds the list with its filters.
 * @param {HTMLElement} panel
 * @param {any[]} skips
 * @param {SkipDeeds} deeds
 */
export function showSkips(panel, skips, deeds) {
  if (!skips.length) {
    panel.replaceChildren(element("p", { class: "quiet" }, "No skip connections."));
    return;
  }
  const kinds = [...new Set(skips.map((skip) => skip.kind))];
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
  panel.replaceChildren(element("p", { class: "filters" }, choice, long.label, blocked.label), count, list);
  refresh();
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
  row.addEventListener("pointerenter", () => deeds.point(at));
  row.addEventListener("focus", () => deeds.point(at));
  row.addEventListener("pointerleave", () => deeds.point(null));
  row.addEventListener("blur", () => deeds.point(null));
  return element("li", {}, row);
}

/**
 * Marks the one that is lit.
 * @param {HTMLElement} panel
 * @param {import("./state.js").Light} light
 */
export function markSkip(panel, light) {
  const lit = light.kind === "skip" ? String(light.skip) : "";
  for (const row of panel.querySelectorAll("button.skip")) {
    row.setAttribute("aria-pressed", String(row.getAttribute("data-skip") === lit));
  }
}
