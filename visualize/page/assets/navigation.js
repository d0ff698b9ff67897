/** Where the keys lead: along the flow, in and out of groups, across skips, from hit to hit. */

import { positionsOf } from "./model.js";
import { find, searchIndex } from "./search.js";
import { parentOf } from "./state.js";
import { acrossSkips, neighbours } from "./steps.js";
import { boxWithin } from "./walk.js";

/** Steps from what is selected. */
export class Navigation {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    /** @type {string[]} */
    this.hits = [];
    this.hit = -1;
    /** @type {import("./search.js").Entry[]|null} */
    this.entries = null;
  }

  /**
   * The next or previous operation.
   * @param {"from"|"to"} end
   */
  along(end) {
    const { app } = this;
    const { selected } = app.state;
    if (!selected) return this.go(app.figure.closed()[0]?.instance);
    const [next] = neighbours(app.figure, selected, end);
    if (next) return this.go(next);
    // A group without an arrow of its own, as a frame of copies, is left by way of what is in it.
    const closed = app.figure.closed().map((box) => box.instance);
    const at = closed.indexOf(selected);
    if (at >= 0) this.go(closed[at + (end === "from" ? 1 : -1)]);
  }

  /** @param {string|undefined} instance */
  go(instance) {
    this.app.wantsFocus = true;
    if (instance) this.app.select(instance);
  }

  /** Into a group, which opens; a box that does not open leads to its sibling in the next branch. */
  into() {
    const { app } = this;
    const { selected } = app.state;
    const shown = app.figure.shown.get(selected);
    if (!shown) return this.along("from");
    app.wantsFocus = true;
    if (!shown.open) app.toggle(selected);
    const first = app.figure.closed().find(({ instance }) => instance.startsWith(`${selected}/`));
    if (first) return this.go(`${selected}/${first.instance.slice(selected.length + 1).split("/")[0]}`);
    this.sibling();
  }

  /** The next of the boxes that read what this one reads. */
  sibling() {
    const { figure, state } = this.app;
    const sources = neighbours(figure, state.selected, "to");
    const branches = [...new Set(sources.flatMap((source) => neighbours(figure, source, "from")))];
    const at = branches.indexOf(state.selected);
    if (branches.length > 1) this.go(branches[(at + 1) % branches.length]);
  }

  out() {
    const { selected } = this.app.state;
    if (selected) this.go(parentOf(selected));
  }

  skip() {
    const { selected } = this.app.state;
    if (selected) this.go(acrossSkips(this.app.figure, selected)[0]);
  }

  /**
   * The frame of copies that a box is in, or "".
   * @param {string} instance
   */
  frameAround(instance) {
    const { app } = this;
    const group = instance ? app.model.group(instance, app.state.open) : null;
    const frame = group && !group.isFrame ? group.thing.frame : undefined;
    if (frame === undefined || frame === null) return "";
    const around = parentOf(instance);
    const name = `${around && `${around}/`}f${frame}`;
    return app.figure.shown.has(name) ? name : "";
  }

  /**
   * From a box in a panel to the one in the figure that does the same, which opens what it is in.
   * @param {string} instance
   */
  toFigure(instance) {
    const { app } = this;
    const shown = app.figure.composed.boxes.find((/** @type {any} */ one) => one.instance === instance);
    const operations = positionsOf(shown?.box.holds ?? []);
    if (!operations.length) return app.select("");
    const found = boxWithin(app.model, operations);
    app.reveal(found);
    app.select(app.figure.visible(found));
  }

  /** @param {string} query */
  search(query) {
    const { app } = this;
    this.entries ??= searchIndex(app.model);
    this.hits = find(this.entries, query);
    this.hit = -1;
    app.change({ type: "query", value: query });
  }

  /**
   * To the next hit, or the previous one.
   * @param {number} by
   */
  step(by) {
    const { app, hits } = this;
    if (!hits.length) return;
    const from = this.hit < 0 && by < 0 ? 0 : this.hit;
    this.hit = (from + by + hits.length) % hits.length;
    const instance = hits[this.hit];
    app.reveal(instance);
    app.select(instance);
    app.controls.announce(`${this.hit + 1} of ${hits.length}`);
  }
}
