/** The page: what is asked for becomes a new state, and the state is shown. */

import { Controls } from "./controls.js";
import { showCrumbs } from "./crumbs.js";
import { byId, keepFocus } from "./dom.js";
import { Figure } from "./figure.js";
import { showDetails } from "./inspector.js";
import { Model } from "./model.js";
import { Navigation } from "./navigation.js";
import { isMeasured } from "./paint.js";
import { markSkip, showSkips } from "./skips.js";
import { keepPlace, keptPlace } from "./place.js";
import { fromAddress, initialState, reduce, toAddress } from "./state.js";
import { Outline } from "./tree.js";
import { unpacked } from "./unpack.js";
import { Viewport } from "./viewport.js";
import { deepestBox, revealed, validOpen } from "./walk.js";

/** @typedef {import("./state.js").Action} Action */

/** Milliseconds until outline and address follow: a key that is held down moves on without. */
const LATER = 60;

/** Wires the parts of the page. */
export class App {
  /** @param {any} data the document */
  constructor(data) {
    this.model = new Model(data);
    this.state = initialState();
    this.stage = byId("stage");
    this.viewport = new Viewport(this.stage);
    this.figure = new Figure(this.model, this.viewport);
    this.navigation = new Navigation(this);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    /** @type {import("./state.js").Light} what the pointer lights for as long as it is there */
    this.pointed = { kind: "none" };
    /** @type {import("./inspector.js").Deeds & import("./tree.js").TreeDeeds} */
    this.deeds = {
      open: (/** @type {string} */ instance) => this.change({ type: "open", instance }),
      unfold: (/** @type {string} */ instance) => this.change({ type: "unfold", instance }),
      close: (/** @type {string} */ instance) => this.close(instance),
      select: (/** @type {string} */ instance) => this.select(instance),
      flow: (/** @type {string} */ instance) => this.lightFlow(instance),
      light: (/** @type {number} */ skip) => this.lightSkip(skip),
      copy: (/** @type {number} */ operation) => this.selectCopy(operation),
    };
    /** @type {Element|undefined} the element of the selected box */
    this.chosen = undefined;
    /** Whether the address that is written next is a step to go back from. */
    this.isStep = false;
    /** Whether the figure gets the focus with what is selected next. */
    this.wantsFocus = false;
    /** @type {number|undefined} */
    this.waiting = undefined;
    this.outline = new Outline(byId("tree"), this.deeds);
    this.controls = new Controls(this);
    this.isPrinting = false;
    this.listenToBrowser();
  }

  /** Shows what the address names. */
  begin() {
    showSkips(byId("skips"), this.model.document, {
      point: (skip) => this.point(skip),
      pick: (skip) => this.lightSkip(skip),
      show: (operation) => this.select(this.figure.owners().get(operation) ?? ""),
    });
    this.restore();
    const place = keptPlace();
    if (place) this.viewport.jump(place);
    else this.settle();
  }

  /** Until a reader does something the figure fits its window, which a frame may size late. */
  settle() {
    const size = () => `${this.stage.clientWidth} ${this.stage.clientHeight}`;
    let last = "";
    const fit = () => {
      if (size() === last) return;
      last = size();
      this.viewport.jump(this.figure.beginning());
      this.bringSelected();
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(this.stage);
    for (const deed of /** @type {const} */ (["click", "keydown", "pointerdown", "wheel"])) {
      addEventListener(deed, () => observer.disconnect(), { capture: true, once: true });
    }
  }

  /** The view that the address names; what opened or closed since the last one stays in place. */
  restore() {
    const before = this.state.open;
    const { shown } = this.figure;
    const view = fromAddress(location.hash);
    view.open = validOpen(this.model, view.open);
    if (!isMeasured(view.overlay, this.model.document)) view.overlay = initialState().overlay;
    this.state = reduce(this.state, { type: "restore", view });
    this.redraw();
    const names = [...before.keys(), ...view.open.keys()];
    const changed = names.find((name) => before.get(name) !== view.open.get(name)) ?? "";
    const [held, now] = [shown.get(changed)?.area, this.figure.shown.get(changed)?.area];
    if (held && now) this.hold(held, now);
  }

  listenToBrowser() {
    addEventListener("pagehide", () => keepPlace(this.viewport.camera));
    addEventListener("popstate", () => {
      this.restore();
      this.bringSelected();
    });
    this.dark.addEventListener("change", () => this.redraw());
    for (const moment of /** @type {const} */ (["beforeprint", "afterprint"])) {
      addEventListener(moment, () => {
        this.isPrinting = moment === "beforeprint";
        if (this.night()) this.redraw();
        this.viewport.print(this.isPrinting);
      });
    }
  }

  bringSelected() {
    const chosen = this.figure.shown.get(this.state.selected);
    if (chosen) this.viewport.bring(chosen.area);
  }

  /** Whether it is night, and whether the figure has a look of its own by night. */
  night() {
    const { theme } = this.state;
    return theme === "auto" ? this.dark.matches : theme === "night";
  }

  nightFigure() {
    const { colors, background, text } = this.model.document;
    const [day, night] = colors[background ?? text] ?? [];
    return this.night() && !this.isPrinting && day !== night;
  }

  /** The colour behind the figure. */
  paper() {
    const { colors, background } = this.model.document;
    const [day, night] = colors[background] ?? ["#ffffff", "#16181b"];
    return this.nightFigure() ? night : day;
  }

  /**
   * Applies an action. A box that opens or closes stays where it is.
   * @param {Action} action
   */
  change(action) {
    const before = this.state;
    performance.mark("change");
    const held = this.figure.shown.get(action.instance ?? "")?.area;
    this.state = reduce(before, action);
    if (this.state === before) return;
    if (this.state.open !== before.open || this.state.theme !== before.theme) {
      this.draw();
      const now = this.figure.shown.get(action.instance ?? "")?.area;
      if (held && now) this.hold(held, now);
    }
    this.isStep ||= this.state.open !== before.open;
    this.show();
    performance.measure(action.type, "change");
  }

  /**
   * Pans so that a corner stays where it was.
   * @param {number[]} before
   * @param {number[]} now
   */
  hold(before, now) {
    const { x, y, scale } = this.viewport.camera;
    const [left, top] = [before[0] - now[0], before[1] - now[1]];
    this.viewport.jump({ x: x + left * scale, y: y + top * scale, scale });
  }

  draw() {
    const root = document.documentElement;
    const theme = this.night() ? "night" : "day";
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
    this.figure.render(this.state, this.nightFigure());
    this.stage.style.background = this.paper();
    this.stage.classList.toggle("by-night", this.nightFigure());
  }

  redraw() {
    this.draw();
    this.show();
  }

  /** Shows the state in all that is beside the figure. */
  show() {
    const { state, figure } = this;
    const light = this.pointed.kind === "none" ? state.light : this.pointed;
    this.controls.showLegend(figure.recolor(state.overlay, this.nightFigure()));
    figure.paint(state, light, this.navigation.hits);
    keepFocus(byId("details"), (panel) => showDetails(panel, this.model, state, this.deeds));
    markSkip(byId("skips"), state.light);
    keepFocus(byId("crumbs"), (place) => showCrumbs(place, this.model, state, this.deeds));
    this.controls.show(state);
    this.rove(this.wantsFocus);
    this.wantsFocus = false;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.writeAddress();
      if (state.panel === "outline") this.outline.show(figure.leaves(), state.selected);
    }, LATER);
  }

  /**
   * The figure has the focus, and the selected box is what it names: focus on boxes that come and
   * go would have the browser lay out the figure twice.
   * @param {boolean} focus
   */
  rove(focus) {
    const chosen = this.figure.groups.get(this.state.selected);
    if (this.chosen !== chosen) this.chosen?.removeAttribute("id");
    this.chosen = chosen;
    chosen?.setAttribute("id", "chosen");
    if (chosen) this.stage.setAttribute("aria-activedescendant", "chosen");
    else this.stage.removeAttribute("aria-activedescendant");
    if (focus && document.activeElement !== this.stage) this.stage.focus({ preventScroll: true });
  }

  /**
   * @param {string} instance
   * @param {boolean} [bring] whether the window moves to it
   */
  select(instance, bring = true) {
    this.change({ type: "select", instance });
    const area = this.figure.shown.get(instance)?.area;
    if (bring && area) this.viewport.bring(area);
  }

  /** @param {string} instance */
  toggle(instance) {
    const shown = this.figure.shown.get(instance);
    if (!shown) return;
    if (shown.open || this.state.open.has(instance)) this.change({ type: "close", instance });
    else if (shown.thing.opens !== undefined && shown.thing.opens !== null) {
      this.change({ type: "open", instance });
    } else if (shown.thing.unfolds !== undefined && shown.thing.unfolds !== null) {
      this.change({ type: "unfold", instance });
    } else {
      this.close(instance);
    }
  }

  /**
   * Closes a group; a frame that the figure draws open becomes one box.
   * @param {string} instance
   */
  close(instance) {
    const isShut = !this.state.open.has(instance) && this.model.facts(instance, this.state.open)?.shuts;
    this.change({ type: isShut ? "shut" : "close", instance });
    if (isShut && !this.figure.shown.has(this.state.selected)) this.select(instance, false);
  }

  /** Closes the frame that is selected, or the one around what is. */
  shut() {
    const { selected, open } = this.state;
    const frame = this.model.facts(selected, open)?.shuts ? selected : this.navigation.frameAround(selected);
    if (!frame) return;
    if (open.has(frame)) this.change({ type: "close", instance: frame });
    this.close(frame);
  }

  /** @param {string} instance */
  unfold(instance) {
    const facts = instance ? this.model.facts(instance, this.state.open) : null;
    if (facts?.unfolds) return this.change({ type: "unfold", instance });
    const frame = this.navigation.frameAround(instance);
    if (frame) {
      this.change({ type: "select", instance: frame });
      this.change({ type: "unfold", instance: frame });
    }
  }

  /**
   * Unfolds what is selected, and selects the copy that an operation is in.
   * @param {number} operation
   */
  selectCopy(operation) {
    this.unfold(this.state.selected);
    const inner = this.figure.closed().find(({ facts }) => facts.operations.includes(operation));
    if (inner) this.select(inner.instance);
  }

  /** @param {string} instance */
  lightFlow(instance) {
    const { light } = this.state;
    const is = light.kind === "flow" && light.from === instance;
    this.change({ type: "light", light: is || !instance ? { kind: "none" } : { kind: "flow", from: instance } });
  }

  /**
   * Lights a skip connection and opens what hides its end; the same again puts it out.
   * @param {number} skip
   */
  lightSkip(skip) {
    const { light } = this.state;
    this.pointed = { kind: "none" };
    if (light.kind === "skip" && light.skip === skip) {
      this.change({ type: "light", light: { kind: "none" } });
      return;
    }
    const { merge } = this.model.document.skips[skip];
    const end = deepestBox(this.model, merge);
    const { ends } = this.figure.skipParts(skip);
    if (ends.size < 2) this.reveal(end);
    this.change({ type: "light", light: { kind: "skip", skip } });
    this.select(this.figure.owners().get(merge) ?? "", true);
  }

  /**
   * Opens what is around an instance.
   * @param {string} instance
   */
  reveal(instance) {
    const open = revealed(this.model, instance, this.state.open);
    if (toAddress({ ...this.state, open }) === toAddress(this.state)) return;
    this.change({ type: "set-open", open });
  }

  /** @param {number|null} skip */
  point(skip) {
    this.pointed = skip === null ? { kind: "none" } : { kind: "skip", skip };
    const light = skip === null ? this.state.light : this.pointed;
    this.figure.paint(this.state, light, this.navigation.hits);
  }

  /** Going back leads to what was open before. */
  writeAddress() {
    const address = toAddress(this.state) || location.pathname + location.search;
    const { isStep } = this;
    this.isStep = false;
    if (toAddress(this.state) === location.hash) return;
    try {
      if (isStep) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    } catch {
      // A page in a frame without an address of its own has no history.
    }
  }
}

/** Begins. */
export async function start() {
  const app = new App(await unpacked());
  app.begin();
  document.documentElement.dataset.ready = "true";
}

void start();
