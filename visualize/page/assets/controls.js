/** Toolbar, tabs, keys, pointer, legend and help. */

import { byId, element, shape } from "./dom.js";
import { deedOf, PAGE_KEYS } from "./keys.js";
import { draw } from "./draw.js";
import { isMeasured } from "./paint.js";
import { download, pngFile, svgFile } from "./save.js";
import { deepestLevel, lowestLevel, openToLevel } from "./walk.js";

const TABS = /** @type {const} */ (["details", "skips", "outline"]);
const THEMES = ["auto", "day", "night"];
const CALLED = /** @type {{[theme: string]: string}} */ ({ auto: "auto", day: "light", night: "dark" });

/** What a reader can press. */
export class Controls {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    this.level = 0;
    /** @type {number|undefined} */
    this.deepest = undefined;
    this.deeds = this.allDeeds();
    this.listen();
    this.fillHelp();
    this.limitColors();
  }

  /** Colours by what was not measured cannot be chosen, and say what is missing. */
  limitColors() {
    for (const option of byId("overlay").querySelectorAll("option")) {
      if (isMeasured(option.value, this.app.model.document)) continue;
      option.disabled = true;
      option.label = `${option.value} (${option.value === "memory" ? "not measured" : "needs --weights"})`;
    }
  }

  /** @returns {{[deed: string]: () => void}} what keys and buttons ask for */
  allDeeds() {
    const { app } = this;
    const { navigation, viewport } = app;
    const chosen = (/** @type {(instance: string) => void} */ act) => () => {
      app.wantsFocus = true;
      if (app.state.selected) act(app.state.selected);
    };
    const tab = (/** @type {string} */ value) => () => this.showPanel(value);
    const zoom = (/** @type {number} */ by) => () => viewport.glide(viewport.scaled(viewport.camera.scale * by));
    return {
      next: () => navigation.along("from"),
      previous: () => navigation.along("to"),
      into: () => navigation.into(),
      out: () => navigation.out(),
      skip: () => navigation.skip(),
      shut: chosen(() => app.shut()),
      toggle: chosen((instance) => app.toggle(instance)),
      unfold: chosen((instance) => app.unfold(instance)),
      flow: chosen((instance) => app.lightFlow(instance)),
      search: () => byId("query").focus(),
      hit: () => navigation.step(1),
      "hit-back": () => navigation.step(-1),
      more: () => this.toLevel(this.level + 1),
      less: () => this.toLevel(this.level - 1),
      collapse: () => this.toLevel(0),
      fit: () => viewport.glide(viewport.fitted()),
      "true-size": () => viewport.trueSize(),
      "zoom-in": zoom(1.4),
      "zoom-out": zoom(1 / 1.4),
      details: tab("details"),
      skips: tab("skips"),
      outline: tab("outline"),
      theme: () => this.nextTheme(),
      clear: () => this.clear(),
      help: () => /** @type {HTMLDialogElement} */ (byId("help")).showModal(),
      "save-svg": () => this.save("svg"),
      "save-png": () => this.save("png"),
    };
  }

  listen() {
    const { app } = this;
    for (const one of document.querySelectorAll("[data-deed]")) {
      one.addEventListener("click", () => this.deeds[one.getAttribute("data-deed") ?? ""]?.());
    }
    document.addEventListener("keydown", (event) => {
      const deed = deedOf(event);
      if (!deed) return;
      event.preventDefault();
      this.deeds[deed]();
    });
    app.stage.addEventListener("click", (event) => this.click(event));
    app.stage.addEventListener("dblclick", (event) => this.doubleClick(event));
    byId("overlay").addEventListener("change", (event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      app.change({ type: "overlay", value });
    });
    this.listenToSearch();
    this.listenToTabs();
  }

  listenToSearch() {
    const { app } = this;
    const query = /** @type {HTMLInputElement} */ (byId("query"));
    query.addEventListener("input", () => app.navigation.search(query.value));
    query.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      query.value = "";
      app.navigation.search("");
      app.stage.focus({ preventScroll: true });
    });
    byId("search").addEventListener("submit", (event) => event.preventDefault());
    query.addEventListener("keydown", (event) => {
      if (event.key === "Enter") app.navigation.step(event.shiftKey ? -1 : 1);
    });
  }

  listenToTabs() {
    for (const name of TABS) {
      byId(`tab-${name}`).addEventListener("click", () => this.showPanel(name));
      byId(`tab-${name}`).addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
        this.showPanel(next);
        byId(`tab-${next}`).focus();
      });
    }
    byId("fold").addEventListener("click", () => this.fold(!document.body.classList.contains("is-folded")));
    this.fold(matchMedia("(max-width: 640px)").matches);
  }

  /** @param {boolean} folded */
  fold(folded) {
    document.body.classList.toggle("is-folded", folded);
    byId("fold").setAttribute("aria-expanded", String(!folded));
    byId("fold").textContent = folded ? "▴" : "▾";
  }

  /** @param {string} name */
  showPanel(name) {
    this.fold(false);
    this.app.change({ type: "panel", value: name });
  }

  /** @param {MouseEvent} event @returns {string} */
  under(event) {
    const target = /** @type {Element} */ (event.target);
    const instance = target.closest("[data-instance]")?.getAttribute("data-instance") ?? "";
    return this.app.figure.shown.has(instance) ? instance : "";
  }

  /** @param {MouseEvent} event */
  click(event) {
    const { app } = this;
    if (app.viewport.wasDrag()) return;
    const target = /** @type {Element} */ (event.target);
    const marked = target.closest("[data-marker]")?.getAttribute("data-marker");
    const inPanel = target.closest("[data-detail]")?.getAttribute("data-instance");
    app.wantsFocus = true;
    if (marked) {
      app.select(marked, false);
      app.toggle(marked);
    } else if (inPanel) {
      app.navigation.toFigure(inPanel);
    } else {
      app.select(this.under(event), false);
    }
  }

  /** @param {MouseEvent} event */
  doubleClick(event) {
    const { app } = this;
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-marker]") || app.viewport.wasDrag()) return;
    const instance = this.under(event);
    if (instance) return app.toggle(instance);
    const [x, y] = app.viewport.local(event);
    app.viewport.glide(app.viewport.scaled(app.viewport.camera.scale * 2, x, y));
  }

  /** @param {number} level */
  toLevel(level) {
    const { app } = this;
    const deepest = (this.deepest ??= deepestLevel(app.model));
    this.level = Math.min(deepest, Math.max(lowestLevel(app.model), level));
    const open = openToLevel(app.model, this.level);
    app.change({ type: "set-open", open, selected: app.model.group(app.state.selected, open) ? app.figure.visible(app.state.selected) : "" });
    const { selected } = app.state;
    if (selected && !app.figure.shown.has(selected)) app.select(app.figure.visible(selected), false);
    app.viewport.glide(app.figure.beginning());
    this.announce(`Level ${this.level} of ${deepest}`);
  }

  nextTheme() {
    const at = THEMES.indexOf(this.app.state.theme);
    this.app.change({ type: "theme", value: THEMES[(at + 1) % THEMES.length] });
  }

  /** Puts out the light, then ends the search, then the selection. */
  clear() {
    const { app } = this;
    if (app.state.light.kind !== "none") app.change({ type: "light", light: { kind: "none" } });
    else if (app.state.query) app.navigation.search("");
    else app.select("", false);
  }

  /** @param {"svg"|"png"} format */
  async save(format) {
    const { app } = this;
    const { composed } = app.figure;
    const { name, description } = app.model.document;
    const night = app.nightFigure();
    const drawn = draw(document, composed, app.model.document, night);
    for (const [outline, fill] of this.overlaid(drawn)) outline.setAttribute("fill", fill);
    const { width, height } = composed;
    const factsOf = (/** @type {string} */ instance) => app.model.facts(instance, app.state.open);
    const { parameters } = app.model;
    const about = { width, height, parameters, name, description, factsOf };
    const svg = svgFile(drawn, about);
    const file = (name || "model").replaceAll(/[^\w.-]+/g, "_");
    if (format === "svg") return download(new Blob([svg], { type: "image/svg+xml" }), `${file}.svg`);
    download(await pngFile(svg, width, height, app.paper()), `${file}.png`);
  }

  /**
   * The outlines of a second drawing, and the colours that the page has them in.
   * @param {SVGElement} drawn
   * @returns {[Element, string][]}
   */
  overlaid(drawn) {
    const painted = new Map(
      this.app.figure.repainted.map(([outline]) => [
        outline.parentElement?.getAttribute("data-instance") ?? "",
        outline.getAttribute("fill") ?? "none",
      ]),
    );
    return [...drawn.querySelectorAll("[data-instance]")].flatMap((group) => {
      const fill = painted.get(group.getAttribute("data-instance") ?? "");
      const outline = group.querySelector(":scope > path, :scope > ellipse");
      return fill && outline ? [/** @type {[Element, string]} */ ([outline, fill])] : [];
    });
  }

  /** @param {import("./state.js").State} state */
  show(state) {
    const { hits, hit } = this.app.navigation;
    for (const name of TABS) {
      const is = state.panel === name;
      byId(name).hidden = !is;
      byId(`tab-${name}`).setAttribute("aria-selected", String(is));
      byId(`tab-${name}`).tabIndex = is ? 0 : -1;
    }
    const at = hit >= 0 ? `${hit + 1}/${hits.length}` : String(hits.length);
    byId("hits").textContent = state.query ? at : "";
    const query = /** @type {HTMLInputElement} */ (byId("query"));
    if (document.activeElement !== query) query.value = state.query;
    byId("theme").textContent = `Theme: ${CALLED[state.theme]}`;
    /** @type {HTMLSelectElement} */ (byId("overlay")).value = state.overlay;
    if (!state.open.size) this.level = 0;
    byId("level").textContent = `Level ${this.level}`;
  }

  /** @param {[string, string][]} entries */
  showLegend(entries) {
    const legend = byId("legend");
    legend.hidden = !entries.length;
    legend.replaceChildren(
      ...entries.map(([name, color]) => {
        const sample = shape("svg", { width: 14, height: 14, "aria-hidden": "true" });
        sample.append(shape("rect", { width: 14, height: 14, rx: 3, fill: color }));
        return element("span", { class: "entry" }, sample, name);
      }),
    );
  }

  fillHelp() {
    const rows = PAGE_KEYS.map(({ shown, does }) =>
      element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, shown)), element("td", {}, does)),
    );
    byId("keys").querySelector("tbody")?.replaceChildren(...rows);
  }

  /** @param {string} text for screen readers */
  announce(text) {
    byId("announcer").textContent = text;
  }
}
