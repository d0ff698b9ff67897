/**
 * Drawing again with what is there: only what changed is made anew, what moved as a whole is moved.
 *
 * A browser lays out the text of a thousand new boxes in a third of a second; those that stay in
 * the page cost next to nothing, and a group that is moved with all in it costs as much as one box.
 */

import { Drawer, SVG_NAMES } from "./draw.js";
import { digits } from "./paths.js";

/**
 * @typedef {import("./types.js").Composed} Composed
 * @typedef {[number, number]} Shift to the right and down
 * @typedef {Object} Item
 * @property {any[]} like what it is made of
 * @property {number[]} points where it was made
 * @property {SVGElement} element
 * @property {string} at its transform
 * @property {Element[]} [own] of a group that holds others, what is drawn of itself
 */

/** @type {Shift} */
const NOWHERE = [0, 0];

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
    /** @type {Map<Element, Shift>} how far groups were moved, seen from the figure */
    this.shifts = new Map();
    /** @type {Map<string, {element: SVGElement, shift: Shift}>} by the open box that they are in */
    this.layers = new Map();
    /** @type {Map<string, SVGElement>} boxes, open ones and frames by their instance */
    this.groups = new Map();
  }

  /**
   * @param {Composed} composed
   * @param {boolean} night
   * @param {{key: string, parent: string, points: number[], like: any[], make: () => SVGElement}[]} extras drawn last
   * @returns {SVGElement}
   */
  draw(composed, night, extras) {
    const drawer = new Drawer(this.dom, composed, this.document, night ? 1 : 0);
    if (!this.svg || night !== this.night) this.begin(drawer);
    this.night = night;
    const { svg, graph } = this;
    if (!svg || !graph) throw new Error("a drawing has a root");
    this.next = new Map();
    this.shifts = new Map();
    this.layers = new Map();
    this.children = new Map([[graph, this.backdrop(drawer)]]);
    this.layer("", NOWHERE);
    this.boxes(drawer, graph);
    this.lines(drawer);
    for (const one of extras) this.above(one.parent, one.key, one.like, one.points, one.make);
    this.children.get(graph)?.push(...[...this.layers.values()].map(({ element }) => element));
    for (const [parent, children] of this.children) settle(parent, children);
    this.kept = this.next;
    this.groups = drawer.groups;
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
      const home = drawer.home(one, graph);
      const around = this.shifts.get(home) ?? NOWHERE;
      const made =
        "frame" in one
          ? this.container(`frame ${one.instance}`, one, around, () => drawer.frame(one))
          : one.open
            ? this.container(`${one.open} ${one.instance}`, one, around, () => drawer.opened(one))
            : this.box(drawer, one, around);
      drawer.groups.set(one.instance, made);
      this.children.get(home)?.push(made);
    }
  }

  /**
   * @param {Drawer} drawer
   * @param {import("./types.js").Shown} shown
   * @param {Shift} around
   */
  box(drawer, shown, around) {
    const like = [shown.box, shown.tint, shown.area[2], shown.area[3]];
    return this.item(`box ${shown.instance}`, like, corners(shown.area), around, () => drawer.box(shown));
  }

  /**
   * A group that holds others: it moves with all of them. What is drawn of itself is made anew
   * where it grows.
   * @param {string} key
   * @param {import("./types.js").Shown|import("./types.js").Framed} one
   * @param {Shift} around
   * @param {() => SVGElement} make
   */
  container(key, one, around, make) {
    const old = this.kept.get(key);
    const points = [...corners(one.area), ...one.texts.flatMap(({ x, y }) => [x, y])];
    const like = [one.tint, ...one.texts.map(({ text }) => text)];
    const stays = old && isLike(old.like, like) && shiftOf(old.points, points);
    const fresh = stays ? null : make();
    const element = old?.element ?? fresh ?? make();
    /** @type {Shift} */
    const shift = old ? [points[0] - old.points[0], points[1] - old.points[1]] : NOWHERE;
    const own = fresh ? [...fresh.children] : old?.own ?? [];
    if (fresh) for (const part of own) put(part, transformOf([-shift[0], -shift[1]]));
    const begin = old ? points.map((at, axis) => at - shift[axis % 2]) : points;
    this.keep(key, { like, points: begin, element, at: old?.at ?? "", own }, shift, around);
    this.children.set(element, [...own]);
    this.shifts.set(element, shift);
    if ("open" in one) this.layer(one.instance, shift);
    return element;
  }

  /**
   * Where the lines in an open box are drawn, over all boxes: it moves with it.
   * @param {string} instance
   * @param {Shift} shift
   */
  layer(instance, shift) {
    const key = `layer ${instance}`;
    const element = this.kept.get(key)?.element ?? /** @type {SVGElement} */ (this.dom.createElementNS(SVG_NAMES, "g"));
    const at = this.kept.get(key)?.at ?? "";
    this.keep(key, { like: [], points: [], element, at }, shift, NOWHERE);
    this.layers.set(instance, { element, shift });
    this.children.set(element, []);
  }

  /**
   * @param {string} parent the open box around it, or ""
   * @param {string} name
   * @param {any[]} like
   * @param {number[]} points
   * @param {() => SVGElement} make
   */
  above(parent, name, like, points, make) {
    const layer = this.layers.get(parent) ?? this.layers.get("");
    if (!layer) throw new Error("a drawing has a layer");
    this.children.get(layer.element)?.push(this.item(name, like, points, layer.shift, make));
  }

  /** @param {Drawer} drawer */
  lines(drawer) {
    const { lines, arrows, boxes, samples, texts } = drawer.composed;
    const around = (/** @type {any} */ text) => (text ? [text.x, text.y] : []);
    for (const line of lines) {
      this.above(line.parent, `line ${line.kind} ${line.of}`, [line.stroke], line.path, () => drawer.line(line));
    }
    for (const arrow of arrows) {
      if (!arrow.path.length && !arrow.label) continue;
      const like = [arrow.stroke, arrow.headed, arrow.skip, arrow.label?.text];
      const points = [...arrow.path, ...around(arrow.label)];
      this.above(arrow.parent, `arrow ${arrow.id}`, like, points, () => drawer.arrow(arrow));
    }
    for (const { instance, parent, shortcuts } of boxes) {
      shortcuts.forEach((one, at) =>
        this.above(parent, `shortcut ${instance} ${at}`, [one.stroke], one.path, () => drawer.shortcut(one)),
      );
    }
    samples.forEach((one, at) =>
      this.above("", `sample ${at}`, [], one.area.slice(0, 2), () => drawer.sample(one, at)),
    );
    for (const text of texts) {
      this.above("", `text ${text.text}`, [text.kind, text.color], around(text), () => drawer.note(text, ""));
    }
  }

  /**
   * What is drawn under a name: as it was, moved where all of it moved alike, or anew.
   * @param {string} name
   * @param {any[]} like what it has to have in common with the last time
   * @param {number[]} points
   * @param {Shift} around how far what it is in was moved
   * @param {() => SVGElement} make
   * @returns {SVGElement}
   */
  item(name, like, points, around, make) {
    let key = name;
    for (let again = 1; this.next.has(key); again++) key = `${name} ${again}`;
    const old = this.kept.get(key);
    const shift = old && isLike(old.like, like) ? shiftOf(old.points, points) : null;
    const item = old && shift ? old : { like, points, element: make(), at: "" };
    this.keep(key, item, shift ?? NOWHERE, around);
    return item.element;
  }

  /**
   * Moves something to its place in what it is in.
   * @param {string} key
   * @param {Item} item
   * @param {Shift} shift
   * @param {Shift} around
   */
  keep(key, item, shift, around) {
    const at = transformOf([shift[0] - around[0], shift[1] - around[1]]);
    if (at !== item.at) put(item.element, at);
    item.at = at;
    this.next.set(key, item);
  }
}

/**
 * @param {any[]} one
 * @param {any[]} other
 */
function isLike(one, other) {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

/** @param {number[]} area */
function corners([x, y, width, height]) {
  return [x, y, x + width, y + height];
}

/** @param {Shift} shift */
function transformOf(shift) {
  return shift.every((by) => Math.abs(by) < ALIKE) ? "" : `translate(${shift.map(digits).join()})`;
}

/**
 * @param {Element} element
 * @param {string} transform
 */
function put(element, transform) {
  if (transform) element.setAttribute("transform", transform);
  else element.removeAttribute("transform");
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
