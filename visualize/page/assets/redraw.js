/**
 * Drawing again with what is there: only what changed is made anew, what moved as a whole is moved.
 *
 * A browser lays out the text of a thousand new boxes in a third of a second; those that stay in
 * the page cost next to nothing.
 */

import { Drawer } from "./draw.js";
import { digits } from "./paths.js";

/**
 * @typedef {import("./types.js").Composed} Composed
 * @typedef {{like: any[], points: number[], element: SVGElement, at: string}} Item
 */

/** Points that differ by less than this are drawn in the same place. */
const ALIKE = 0.006;

/**
 * How far points moved together, or null where they did not.
 * @param {number[]} before x and y in turn
 * @param {number[]} now
 * @returns {[number, number]|null}
 */
export function shiftOf(before, now) {
  if (before.length !== now.length) return null;
  const shift = /** @type {[number, number]} */ ([now[0] - before[0], now[1] - before[1]]);
  for (let at = 2; at < now.length; at++) {
    if (Math.abs(now[at] - before[at] - shift[at % 2]) > ALIKE) return null;
  }
  return now.length ? shift : [0, 0];
}

/** The drawing of a page, which is kept. */
export class Redrawer {
  /**
   * @param {Document} dom
   * @param {any} document
   */
  constructor(dom, document) {
    this.dom = dom;
    this.document = document;
    this.night = false;
    /** @type {SVGElement|null} */
    this.svg = null;
    /** @type {SVGElement|null} */
    this.graph = null;
    /** @type {Map<string, Item>} */
    this.kept = new Map();
    /** @type {Map<string, Item>} */
    this.next = new Map();
    /** @type {Map<SVGElement, Element[]>} */
    this.children = new Map();
  }

  /**
   * @param {Composed} composed
   * @param {boolean} night
   * @param {{key: string, points: number[], like: any[], make: () => SVGElement}[]} extras drawn last
   * @returns {SVGElement}
   */
  draw(composed, night, extras) {
    const drawer = new Drawer(this.dom, composed, this.document, night ? 1 : 0);
    if (!this.svg || night !== this.night) this.begin(drawer);
    this.night = night;
    const { svg, graph } = this;
    if (!svg || !graph) throw new Error("a drawing has a root");
    svg.setAttribute("viewBox", `0 0 ${composed.width.toFixed(2)} ${composed.height.toFixed(2)}`);
    this.next = new Map();
    this.children = new Map([[graph, this.backdrop(drawer)]]);
    this.boxes(drawer, graph);
    this.children.get(graph)?.push(...this.lines(drawer));
    this.children.get(graph)?.push(...extras.map((one) => this.item(one.key, one.like, one.points, one.make)));
    for (const [parent, children] of this.children) settle(parent, children);
    this.kept = this.next;
    return svg;
  }

  /** @param {Drawer} drawer */
  begin(drawer) {
    const { name, description } = this.document;
    this.kept = new Map();
    this.svg = drawer.element("svg", { role: "graphics-document document", "aria-label": name });
    this.graph = drawer.element("g", { class: "graph" });
    this.svg.append(drawer.element("title", {}, name), drawer.element("desc", {}, description), this.graph);
  }

  /**
   * @param {Drawer} drawer
   * @returns {Element[]}
   */
  backdrop(drawer) {
    const { background } = this.document;
    if (background === null) return [];
    const { width, height } = drawer.composed;
    return [drawer.element("rect", { width, height, fill: drawer.color(background) })];
  }

  /**
   * Frames and boxes, in what they are in.
   * @param {Drawer} drawer
   * @param {SVGElement} graph
   */
  boxes(drawer, graph) {
    const { frames, boxes } = drawer.composed;
    const depth = (/** @type {any} */ one) => {
      if (!("frame" in one)) return one.depth;
      return !one.parent || one.parent.startsWith("i") ? 0 : one.parent.split("/").length;
    };
    const all = [...frames, ...boxes].map((one) => ({ one, at: depth(one) }));
    all.sort((first, second) => first.at - second.at);
    for (const { one } of all) {
      const made =
        "frame" in one
          ? this.container(`frame ${one.instance}`, () => drawer.frame(one))
          : one.open
            ? this.container(`${one.open} ${one.instance}`, () => drawer.opened(one))
            : this.box(drawer, one);
      drawer.groups.set(one.instance, made);
      this.children.get(drawer.home(one, graph))?.push(made);
    }
  }

  /**
   * @param {Drawer} drawer
   * @param {import("./types.js").Shown} shown
   */
  box(drawer, shown) {
    const [x, y, width, height] = shown.area;
    const points = [x, y, x + width, y + height];
    return this.item(`box ${shown.instance}`, [shown.box, shown.tint], points, () => drawer.box(shown));
  }

  /**
   * A group that holds others: it stays, what is drawn of itself is new.
   * @param {string} key
   * @param {() => SVGElement} make
   */
  container(key, make) {
    const fresh = make();
    const element = this.kept.get(key)?.element ?? fresh;
    this.next.set(key, { like: [], points: [], element, at: "" });
    this.children.set(element, [...fresh.children]);
    return element;
  }

  /**
   * @param {Drawer} drawer
   * @returns {SVGElement[]}
   */
  lines(drawer) {
    const { lines, arrows, boxes, samples, texts } = drawer.composed;
    const around = (/** @type {any} */ text) => (text ? [text.x, text.y] : []);
    return [
      ...lines.map((line) =>
        this.item(`line ${line.kind} ${line.of}`, [line.stroke], line.path, () => drawer.line(line)),
      ),
      ...arrows.filter((arrow) => arrow.path.length || arrow.label).map((arrow) => {
        const like = [arrow.stroke, arrow.headed, arrow.skip, arrow.label?.text];
        const points = [...arrow.path, ...around(arrow.label)];
        return this.item(`arrow ${arrow.id}`, like, points, () => drawer.arrow(arrow));
      }),
      ...boxes.flatMap((box) =>
        box.shortcuts.map((one, at) =>
          this.item(`shortcut ${box.instance} ${at}`, [one.stroke], one.path, () => drawer.shortcut(one)),
        ),
      ),
      ...samples.map((one, at) => this.item(`sample ${at}`, [], one.area.slice(0, 2), () => drawer.sample(one, at))),
      ...texts.map((text) =>
        this.item(`text ${text.text}`, [text.kind, text.color], around(text), () => drawer.note(text, "")),
      ),
    ];
  }

  /**
   * What is drawn under a name: as it was, moved where all of it moved alike, or anew.
   * @param {string} name
   * @param {any[]} like what it has to have in common with the last time
   * @param {number[]} points
   * @param {() => SVGElement} make
   * @returns {SVGElement}
   */
  item(name, like, points, make) {
    let key = name;
    for (let again = 1; this.next.has(key); again++) key = `${name} ${again}`;
    const old = this.kept.get(key);
    const same = old?.like.every((value, at) => value === like[at]);
    const shift = old && same ? shiftOf(old.points, points) : null;
    if (!old || !shift) {
      const element = make();
      this.next.set(key, { like, points, element, at: "" });
      return element;
    }
    const at = shift.every((by) => Math.abs(by) < ALIKE) ? "" : `translate(${shift.map(digits).join()})`;
    if (at !== old.at) {
      if (at) old.element.setAttribute("transform", at);
      else old.element.removeAttribute("transform");
      old.at = at;
    }
    this.next.set(key, old);
    return old.element;
  }
}

/**
 * Gives an element these children in this order; those that stay are not touched.
 * @param {SVGElement} parent
 * @param {Element[]} children
 */
function settle(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}
