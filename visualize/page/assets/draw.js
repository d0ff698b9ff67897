/** The elements of a composed figure, as the SVG of a figure has them. */

import { arrowHead, dataOf, digits, outlineOf, pointsOf, spots, strandsOf, withoutHead } from "./paths.js";

/** @typedef {import("./types.js").Arrow} Arrow */
/** @typedef {import("./types.js").Composed} Composed */
/** @typedef {import("./types.js").Drawn} Drawn */
/** @typedef {import("./types.js").Framed} Framed */
/** @typedef {import("./types.js").PageDocument} PageDocument */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./types.js").Shown} Shown */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").Writing} Writing */
/** @typedef {{[name: string]: string|number}} Attributes */

export const SVG_NAMES = "http://www.w3.org/2000/svg";

/** The instance of a frame that is closed, among those of boxes. */
const SHUT = /(^|\/)f\d+$/;

/**
 * The whole figure as an element of its own.
 * @param {Document} dom the document that it is for
 * @param {Composed} composed
 * @param {PageDocument} document
 * @param {boolean} [night] in the colours by night
 * @returns {SVGSVGElement}
 */
export function draw(dom, composed, document, night = false) {
  return new Drawer(dom, composed, document, night ? 1 : 0).figure();
}

export class Drawer {
  /**
   * @param {Document} dom
   * @param {Composed} composed
   * @param {PageDocument} document
   * @param {0|1} theme
   */
  constructor(dom, composed, document, theme) {
    this.dom = dom;
    this.composed = composed;
    this.document = document;
    this.theme = theme;
    /** @type {Map<string, SVGElement>} */
    this.groups = new Map();
  }

  /** @returns {SVGSVGElement} */
  figure() {
    const { composed, document } = this;
    const [width, height] = [composed.width.toFixed(2), composed.height.toFixed(2)];
    const root = /** @type {SVGSVGElement} */ (
      this.element("svg", {
        xmlns: SVG_NAMES,
        width: `${width}pt`,
        height: `${height}pt`,
        viewBox: `0 0 ${width} ${height}`,
        "data-parameters": document.totals.parameters,
        role: "graphics-document document",
        "aria-label": document.name,
      })
    );
    root.append(this.element("title", {}, document.name), this.element("desc", {}, document.description));
    const graph = this.element("g", { class: "graph" });
    root.append(graph);
    if (document.background !== null) {
      graph.append(this.element("rect", { width, height, fill: this.color(document.background) }));
    }
    this.nested(graph);
    for (const line of composed.lines) graph.append(this.line(line));
    for (const arrow of composed.arrows) if (arrow.path.length || arrow.label) graph.append(this.arrow(arrow));
    for (const box of composed.boxes) graph.append(...box.shortcuts.map((one) => this.shortcut(one)));
    composed.samples.forEach((sample, at) => graph.append(this.sample(sample, at)));
    for (const text of composed.texts) graph.append(this.note(text, ""));
    return root;
  }

  /**
   * Frames and boxes, in what they are in.
   * @param {SVGElement} graph
   */
  nested(graph) {
    const { frames, boxes } = this.composed;
    const depths = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
    /** @type {(Framed|Shown)[][]} */
    const levels = Array.from({ length: depths + 2 }, () => []);
    for (const frame of frames) levels[depthOf(frame)].push(frame);
    for (const box of boxes) levels[box.depth].push(box);
    for (const one of levels.flat()) {
      const made = "frame" in one ? this.frame(one) : one.open ? this.opened(one) : this.box(one);
      this.groups.set(one.instance, made);
      this.home(one, graph).append(made);
    }
  }

  /**
   * @param {Framed|Shown} one
   * @param {SVGElement} graph
   * @returns {SVGElement}
   */
  home(one, graph) {
    const frame = "frame" in one ? one.frame.frame : one.box.frame;
    const isIsland = /^i/.test(one.instance);
    const around = isIsland && one.instance.includes("/") ? one.instance.split("/")[0] : one.parent;
    const inFrame = frame === undefined ? null : this.groups.get(`${around ? `${around}/` : ""}f${frame}`);
    return inFrame ?? this.groups.get(around) ?? graph;
  }

  /**
   * @param {string} name
   * @param {Attributes} attributes
   * @param {string} [text]
   * @returns {SVGElement}
   */
  element(name, attributes, text) {
    const made = /** @type {SVGElement} */ (this.dom.createElementNS(SVG_NAMES, name));
    for (const [key, value] of Object.entries(attributes)) {
      if (key !== "xmlns" && value !== "") made.setAttribute(key, String(value));
    }
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /**
   * @param {number} place
   * @returns {string}
   */
  color(place) {
    return this.document.colors[place][this.theme];
  }

  /**
   * @param {Shown} shown
   * @returns {{fill: string, stroke: string, "stroke-width": string}}
   */
  look(shown) {
    const [fill, line] = this.document.tints[shown.tint ?? this.document.neutral];
    return { fill: this.color(fill), stroke: this.color(line), "stroke-width": digits(this.document.lineWidth) };
  }

  /**
   * @param {Shown} shown
   * @returns {SVGElement}
   */
  box(shown) {
    const box = /** @type {PlainBox} */ (shown.box);
    const repeat = shown.detail ? 1 : box.copies?.length ?? 1;
    const group = this.element("g", {
      class: `node box ${box.role}`,
      tabindex: -1,
      role: "graphics-symbol",
      "data-instance": shown.instance,
      "data-parameters": box.parameters || "",
      "data-repeat": repeat > 1 ? repeat : "",
      "data-detail": shown.detail,
      // The figure draws it open: what is inside needs no panel.
      "data-shut": SHUT.test(shown.instance) ? "true" : "",
      "data-kind": box.type || box.role,
      "data-shape": box.shape,
    });
    const title = [box.title, box.type === box.title ? "" : box.type, box.shape];
    group.append(this.element("title", {}, title.filter(Boolean).join("\n")));
    const { area } = shown;
    if (box.circle) {
      const [rx, ry] = [area[2] / 2, area[3] / 2];
      const place = { cx: digits(area[0] + rx), cy: digits(area[1] + ry), rx: digits(rx), ry: digits(ry) };
      group.append(this.element("ellipse", { ...place, ...this.look(shown) }));
    } else {
      group.append(this.element("path", { d: outlineOf(area, shown.radius), ...this.look(shown) }));
    }
    const [, , detail] = this.document.tints[shown.tint ?? this.document.neutral];
    for (const text of shown.texts) group.append(this.text(text, detail));
    if (shown.note) group.append(this.note(shown.note, ""));
    return group;
  }

  /**
   * @param {Shown} shown a box that is open
   * @returns {SVGElement}
   */
  opened(shown) {
    const { box } = shown;
    const [fill, line] = this.document.tints[this.document.frame];
    const stroke = shown.tint === null || shown.tint === this.document.neutral ? line : this.document.tints[shown.tint][1];
    const group = this.element("g", {
      class: "cluster frame opened",
      tabindex: -1,
      role: "group",
      "data-instance": shown.instance,
      "data-kind": box.type,
      "data-repeat": (box.copies?.length ?? 1) > 1 && shown.open === "open" ? box.copies?.length ?? 1 : "",
    });
    group.append(this.element("title", {}, box.title));
    const look = { fill: this.color(fill), stroke: this.color(stroke), "stroke-width": digits(this.document.lineWidth) };
    group.append(this.element("path", { d: outlineOf(shown.area, shown.radius), ...look }));
    for (const text of shown.texts) group.append(this.note(text, shown.instance));
    return group;
  }

  /**
   * @param {Framed} framed
   * @returns {SVGElement}
   */
  frame(framed) {
    const { frame } = framed;
    const inherited = this.document.tints[framed.tint ?? this.document.frame][1];
    const group = this.element("g", {
      class: framed.panel ? "cluster frame panel" : "cluster frame",
      tabindex: -1,
      role: "group",
      "data-instance": framed.instance,
      "data-kind": framed.panel ? "panel" : "repeat",
      "data-repeat": frame.repeat > 1 ? frame.repeat : "",
    });
    group.append(this.element("title", {}, frame.title));
    const look = { fill: this.color(framed.fill), stroke: this.color(framed.line ?? inherited) };
    const width = { "stroke-width": digits(this.document.lineWidth) };
    group.append(this.element("path", { d: outlineOf(framed.area, framed.radius), ...look, ...width }));
    for (const text of framed.texts) group.append(this.note(text, framed.instance));
    return group;
  }

  /**
   * @param {Drawn} line
   * @returns {SVGElement}
   */
  line(line) {
    const group = this.element("g", { class: `edge ${line.kind}`, "data-of": line.of.join(" ") });
    this.addStrands(group, spots(line.path), line.stroke);
    return group;
  }

  /**
   * @param {Arrow} arrow
   * @returns {SVGElement}
   */
  arrow(arrow) {
    const group = this.element("g", {
      class: `edge arrow${arrow.skip ? ` skip ${arrow.skip}` : ""}`,
      "data-arrow": arrow.id,
    });
    if (arrow.tooltip) group.append(this.element("title", {}, arrow.tooltip));
    if (arrow.headed) this.addHeaded(group, arrow.path, arrow.stroke);
    else this.addStrands(group, spots(arrow.path), arrow.stroke);
    if (arrow.label) group.append(this.text(arrow.label, this.document.muted));
    return group;
  }

  /**
   * @param {{path: number[], stroke: number, kind: string}} shortcut
   * @returns {SVGElement}
   */
  shortcut(shortcut) {
    const group = this.element("g", { class: `edge shortcut skip ${shortcut.kind}` });
    this.addHeaded(group, shortcut.path, shortcut.stroke);
    return group;
  }

  /**
   * @param {SVGElement} group
   * @param {number[]} path
   * @param {number} place of the stroke
   */
  addHeaded(group, path, place) {
    const whole = spots(path);
    const shaft = withoutHead(whole);
    const stroke = this.document.strokes[place];
    this.addStrands(group, shaft, place);
    const head = arrowHead(shaft, whole[whole.length - 1], stroke.width);
    if (!head) return;
    const color = this.color(stroke.color);
    const look = { fill: color, stroke: color, "stroke-width": digits(stroke.width) };
    group.append(this.element("polygon", { points: pointsOf(head), ...look }));
  }

  /**
   * @param {SVGElement} group
   * @param {Spot[]} path
   * @param {number} place of the stroke
   */
  addStrands(group, path, place) {
    if (path.length < 2) return;
    const { color, width, dashes, strands } = this.document.strokes[place];
    const look = { fill: "none", stroke: this.color(color), "stroke-width": digits(width) };
    for (const strand of strandsOf(path, strands)) {
      group.append(this.element("path", { d: dataOf(strand), ...look, "stroke-dasharray": dashes.join() }));
    }
  }

  /**
   * @param {Sample} sample
   * @param {number} at
   * @returns {SVGElement}
   */
  sample(sample, at) {
    const group = this.element("g", { class: "node swatch" });
    let fill = this.color(sample.fill);
    if (sample.ramp !== null) {
      const id = `swatch-${at}-ramp`;
      const ramp = this.element("linearGradient", { id });
      ramp.append(
        this.element("stop", { offset: 0, "stop-color": fill }),
        this.element("stop", { offset: 1, "stop-color": this.color(sample.ramp) }),
      );
      group.append(ramp);
      fill = `url(#${id})`;
    }
    const look = { fill, stroke: this.color(sample.line), "stroke-width": digits(this.document.lineWidth) };
    group.append(this.element("path", { d: outlineOf(sample.area, 0), ...look }));
    return group;
  }

  /**
   * A text that is an element of its own.
   * @param {Writing} text
   * @param {string} instance that it names, or ""
   * @returns {SVGElement}
   */
  note(text, instance) {
    const group = this.element("g", { class: `node ${text.kind}`, "data-instance": instance });
    group.append(this.text(text, this.document.muted));
    return group;
  }

  /**
   * @param {Writing} text
   * @param {number} inherited colour
   * @returns {SVGElement}
   */
  text(text, inherited) {
    const attributes = {
      "text-anchor": text.anchor,
      x: digits(text.x),
      y: digits(text.y),
      "font-size": text.size.toFixed(2),
      fill: this.color(text.color ?? inherited),
    };
    return this.element("text", attributes, text.text);
  }
}

/** @param {Framed} framed */
function depthOf(framed) {
  if (!framed.parent || framed.parent.startsWith("i")) return 0;
  return framed.parent.split("/").length;
}
