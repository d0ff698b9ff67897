/** The figure on the page: drawn for what is open, and marked for what is selected and lit. */

import { compose } from "./compose.js";
import { ownersOf, reach } from "./flow.js";
import { isIndex } from "./model.js";
import { boxOutline, marker, overlayColors } from "./paint.js";
import { Redrawer } from "./redraw.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {{instance: string, role: string, facts: Facts}} Closed
 * @typedef {{instance: string, thing: any, area: number[], open: any, parent: string}} Shown
 */

/** One drawing and what can be asked of it. */
export class Figure {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./viewport.js").Viewport} viewport
   */
  constructor(model, viewport) {
    this.model = model;
    this.viewport = viewport;
    this.drawing = new Redrawer(document, model.document);
    /** @type {any} */
    this.composed = null;
    /** @type {SVGElement|null} */
    this.svg = null;
    /** @type {Map<string, SVGElement>} */
    this.groups = new Map();
    /** @type {Map<string, Shown>} */
    this.shown = new Map();
    /** @type {{from: string, to: string, skip: boolean}[]} which boxes are joined */
    this.pairs = [];
    /** @type {Closed[]|null} */
    this.closedBoxes = null;
    /** @type {Map<number, string>|null} */
    this.ownerMap = null;
    /** @type {Map<Element, string>} */
    this.marked = new Map();
    /** @type {[SVGElement, string][]} */
    this.repainted = [];
    /** @type {State["open"]} */
    this.open = new Map();
  }

  /**
   * Draws what is open.
   * @param {State} state
   * @param {boolean} night
   */
  render(state, night) {
    const { model } = this;
    this.composed = compose(model.document, state.open);
    this.open = state.open;
    this.closedBoxes = null;
    this.ownerMap = null;
    this.shown = new Map();
    for (const { instance, box, area, open, parent, detail } of this.composed.boxes) {
      if (!detail && !instance.startsWith("i")) this.shown.set(instance, { instance, thing: box, area, open, parent });
    }
    for (const { instance, frame, area, parent, panel } of this.composed.frames) {
      if (panel || instance.startsWith("i") || !(isIndex(frame.unfolds) || this.shuts(instance))) continue;
      this.shown.set(instance, { instance, thing: frame, area, open: false, parent });
    }
    this.pairs = this.composed.arrows.flatMap((/** @type {any} */ arrow) =>
      arrow.pairs.map((/** @type {[string, string]} */ [from, to]) => ({ from, to, skip: Boolean(arrow.skip) })),
    );
    const svg = this.drawing.draw(this.composed, night, this.markers());
    this.svg = svg;
    this.groups = this.drawing.groups;
    this.viewport.show(svg, this.composed.width, this.composed.height);
  }

  /** The plus and minus of all that opens and closes. */
  markers() {
    return [...this.shown.values()]
      .filter(({ instance, thing, open }) => open || isIndex(thing.opens) || isIndex(thing.unfolds) || !this.isBox(instance))
      .map((one) => ({
        key: `marker ${one.instance}`,
        parent: one.parent,
        like: [this.isOpened(one)],
        points: [one.area[0] + one.area[2], one.area[1]],
        make: () => marker(one, this.isOpened(one)),
      }));
  }

  /** Whether its marker closes it. @param {Shown} one */
  isOpened({ instance, thing, open }) {
    return Boolean(open) || !(this.isDrawn(instance) || isIndex(thing.unfolds));
  }

  /** The camera that shows the first box, and as much after it as can be read. */
  beginning() {
    return this.viewport.readable(this.shown.values().next().value?.area ?? [0, 0, 0, 0]);
  }

  /** The boxes that are drawn closed: together they hold every operation once. */
  closed() {
    if (this.closedBoxes) return this.closedBoxes;
    const { open } = this;
    /** @type {Closed[]} */
    const found = [];
    for (const { instance, thing, open: mode } of this.shown.values()) {
      if (mode || !this.isDrawn(instance)) continue;
      const facts = this.model.facts(instance, open);
      if (facts) found.push({ instance, role: thing.role, facts });
    }
    found.sort((one, other) => one.facts.operations[0] - other.facts.operations[0]);
    this.closedBoxes = found;
    return found;
  }

  /** @param {string} instance */
  isBox(instance) {
    return !instance.slice(instance.lastIndexOf("/") + 1).startsWith("f");
  }

  /** Whether it is drawn as a box: frames are where they are closed. @param {string} instance */
  isDrawn(instance) {
    return this.isBox(instance) || this.open.get(instance) === "shut";
  }

  /** Whether a frame can be closed. @param {string} instance */
  shuts(instance) {
    const group = this.model.group(instance, this.open);
    return group !== null && this.model.shuts(group);
  }

  /** Which box each operation is in. */
  owners() {
    this.ownerMap ??= ownersOf(
      this.closed().map(({ instance, facts }) => ({ instance, operations: facts.operations })),
    );
    return this.ownerMap;
  }

  /**
   * The instance itself where it is drawn, else the closed group that it is in, or "".
   * @param {string} instance
   */
  visible(instance) {
    let at = instance;
    while (at && !this.shown.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
    return at;
  }

  /**
   * The operations of a skip connection, by what they are in it.
   * @param {number} at
   */
  skipParts(at) {
    const skip = this.model.document.skips[at];
    const owners = this.owners();
    const of = (/** @type {number[]} */ operations) =>
      new Set(operations.map((operation) => owners.get(operation) ?? ""));
    return {
      ends: of([skip.fork, skip.merge]),
      branch: of(skip.branch),
      bypassed: of(skip.bypassed),
    };
  }

  /**
   * The marks of everything: classes by element.
   * @param {State} state
   * @param {import("./state.js").Light} light
   * @param {string[]} hits
   */
  paint(state, light, hits) {
    /** @type {Map<Element, string>} */
    const marks = new Map();
    const add = (/** @type {Element|undefined} */ one, /** @type {string} */ name) => {
      if (one) marks.set(one, `${marks.get(one) ?? ""} ${name}`);
    };
    for (const hit of hits) add(this.groups.get(this.visible(hit)), "is-hit");
    add(this.groups.get(state.selected), "is-selected");
    const lit = this.lit(light);
    this.svg?.classList.toggle("is-dimmed", lit !== null);
    if (lit) {
      for (const [instance, part] of lit) add(this.groups.get(instance), `is-lit is-${part}`);
      for (const arrow of this.litArrows(light, lit)) add(arrow, "is-lit");
    }
    for (const [one, names] of this.marked) {
      one.classList.remove(...names.trim().split(" "));
    }
    for (const [one, names] of marks) one.classList.add(...names.trim().split(" "));
    this.marked = marks;
  }

  /**
   * The boxes that are lit and what they are, or null where nothing is.
   * @param {import("./state.js").Light} light
   * @returns {Map<string, string>|null}
   */
  lit(light) {
    if (light.kind === "flow") {
      const from = this.visible(light.from);
      const found = [...reach(from, this.pairs)];
      return new Map(found.map((instance) => [instance, instance === from ? "end" : "path"]));
    }
    if (light.kind === "none" || !this.model.document.skips[light.skip]) return null;
    const { ends, branch, bypassed } = this.skipParts(light.skip);
    const parts = new Map([...bypassed].map((instance) => [instance, "bypassed"]));
    for (const instance of branch) parts.set(instance, "branch");
    for (const instance of ends) parts.set(instance, "end");
    return parts;
  }

  /**
   * @param {import("./state.js").Light} light
   * @param {Map<string, string>} lit
   */
  litArrows(light, lit) {
    const joins = (/** @type {any} */ arrow) =>
      (light.kind === "skip" && arrow.skips.includes(light.skip)) ||
      arrow.pairs.some((/** @type {[string, string]} */ [from, to]) => lit.has(from) && lit.has(to));
    const names = new Set(this.composed.arrows.filter(joins).map((/** @type {any} */ arrow) => arrow.id));
    return [...(this.svg?.querySelectorAll("[data-arrow], [data-of]") ?? [])].filter((one) => {
      const own = one.getAttribute("data-arrow");
      const parts = own === null ? (one.getAttribute("data-of") ?? "").split(" ") : [own];
      return parts.some((part) => names.has(part));
    });
  }

  /**
   * Colours boxes by what an overlay shows.
   * @param {string} overlay
   * @param {boolean} night whether the figure has a look by night and it is that
   */
  recolor(overlay, night) {
    for (const [outline, fill] of this.repainted) outline.setAttribute("fill", fill);
    this.repainted = [];
    if (overlay === "stage") return [];
    const { fills, legend } = overlayColors(overlay, this.closed(), night, this.model.document);
    for (const [instance, fill] of fills) {
      const group = this.groups.get(instance);
      const outline = group && boxOutline(group);
      if (!outline) continue;
      this.repainted.push([outline, outline.getAttribute("fill") ?? "none"]);
      outline.setAttribute("fill", fill);
    }
    return legend;
  }

  /** What the outline lists. */
  leaves() {
    const children = new Map();
    for (const one of this.shown.values()) {
      if (!this.isDrawn(one.instance) && !one.open) continue;
      const parent = this.shown.has(one.parent) ? one.parent : "";
      children.set(parent, [...(children.get(parent) ?? []), one]);
    }
    /** @type {import("./tree.js").Leaf[]} */
    const leaves = [];
    const visit = (/** @type {string} */ parent) => {
      for (const { instance, thing, open } of children.get(parent) ?? []) {
        const label = thing.title || thing.type || thing.role;
        const opens = !this.isBox(instance) || isIndex(thing.opens) || isIndex(thing.unfolds);
        leaves.push({ instance, parent, label, opens, open: Boolean(open) });
        visit(instance);
      }
    };
    visit("");
    return leaves;
  }
}
