/**
 * Views turned around, for boxes where data flows against the direction of the figure, as on the
 * way up of a U. Lines of text stay upright.
 */

import { centerOf } from "./areas.js";

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").PlainLine} PlainLine */
/** @typedef {import("./types.js").PlainText} PlainText */
/** @typedef {import("./types.js").View} View */

const CAPITAL = 0.7; // height of a capital letter, as a part of the size of the text

/** @type {WeakMap<PlainBox|PlainFrame, boolean>} */
const AGAINST = new WeakMap();

/** @type {WeakMap<View, View>} */
const FLIPPED = new WeakMap();

/**
 * A view turned around along the flow.
 * @param {View} view
 * @param {0|1} axis that of the flow
 * @returns {View}
 */
export function flipped(view, axis) {
  const known = FLIPPED.get(view);
  if (known) return known;
  const made = new Flip(axis ? view.height : view.width, axis).view(view);
  FLIPPED.set(view, made);
  return made;
}

/**
 * Whether more arrows enter a box against the flow than along it.
 * @param {View} view
 * @param {PlainBox|PlainFrame} box
 * @param {(box: number) => boolean} isIn whether a box is this one or in this frame
 * @param {"TB"|"BT"|"LR"|"RL"} direction
 */
export function isAgainst(view, box, isIn, direction) {
  const known = AGAINST.get(box);
  if (known !== undefined) return known;
  const axis = direction === "TB" || direction === "BT" ? 1 : 0;
  const isForth = direction === "TB" || direction === "LR";
  const [low, size] = [box.area[axis], box.area[2 + axis]];
  let against = 0;
  for (const { source, target, path } of view.arrows) {
    if (isIn(source) === isIn(target)) continue;
    const at = isIn(target) ? path[path.length - 2 + axis] : path[axis];
    const start = path[axis];
    // Arrows to a box in a frame are looked at where they come from.
    const place = isIn(target) && at > low + 1 && at < low + size - 1 ? start : at;
    const end = place < low + 1 ? -1 : place > low + size - 1 ? 1 : 0;
    against += end * (isIn(target) ? 1 : -1) * (isForth ? 1 : -1);
  }
  AGAINST.set(box, against > 0);
  return against > 0;
}

class Flip {
  /**
   * @param {number} size
   * @param {0|1} axis
   */
  constructor(size, axis) {
    this.size = size;
    this.axis = axis;
  }

  /**
   * @param {View} view
   * @returns {View}
   */
  view(view) {
    return {
      ...view,
      ports: view.ports.map((port) => (this.axis ? { ...port, y: this.size - port.y } : { ...port, x: this.size - port.x })),
      boxes: view.boxes.map((box) => this.box(box)),
      frames: view.frames.map((frame) => ({ ...frame, area: this.area(frame.area), texts: this.texts(frame.texts) })),
      lines: view.lines.map((line) => this.line(line)),
      arrows: view.arrows.map((arrow) => ({
        ...this.line(arrow),
        label: arrow.label && this.texts([arrow.label])[0],
      })),
      brackets: view.brackets.map((bracket) => ({ ...this.line(bracket), texts: this.texts(bracket.texts) })),
    };
  }

  /**
   * @param {PlainBox} box
   * @returns {PlainBox}
   */
  box(box) {
    const area = this.area(box.area);
    const [before, after] = [centerOf(box.area), centerOf(area)];
    const [across, down] = [after[0] - before[0], after[1] - before[1]];
    const lines = box.lines.map((text) => movedPlain(text, across, down));
    const note = box.note && movedPlain(box.note, across, down);
    return { ...box, area, lines, note, shortcuts: box.shortcuts?.map((one) => this.line(one)) };
  }

  /**
   * @param {AreaOf} area
   * @returns {AreaOf}
   */
  area([left, top, width, height]) {
    return this.axis ? [left, this.size - top - height, width, height] : [this.size - left - width, top, width, height];
  }

  /**
   * @template {{path: number[]}} Line
   * @param {Line} line
   * @returns {Line}
   */
  line(line) {
    return { ...line, path: line.path.map((value, at) => (at % 2 === this.axis ? this.size - value : value)) };
  }

  /**
   * Lines of text that belong together, in the same order.
   * @param {PlainText[]} texts
   * @returns {PlainText[]}
   */
  texts(texts) {
    const lows = texts.map(([, x, y, size, , anchor, width]) => (this.axis ? y - size * CAPITAL : x - width * { start: 0, middle: 0.5, end: 1 }[anchor]));
    const sizes = texts.map((text) => (this.axis ? text[3] * CAPITAL : text[6]));
    const low = Math.min(...lows);
    const high = Math.max(...lows.map((one, at) => one + sizes[at]));
    const moved = this.size - high - low;
    return texts.map((text) => movedPlain(text, this.axis ? 0 : moved, this.axis ? moved : 0));
  }
}

/**
 * @param {PlainText} text
 * @param {number} across
 * @param {number} down
 * @returns {PlainText}
 */
function movedPlain([text, x, y, ...rest], across, down) {
  return [text, x + across, y + down, ...rest];
}
