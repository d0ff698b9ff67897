/** What is open, as a tree; and the frames of open boxes: their size, title and ports. */

import { exitOf } from "./exits.js";

/** @typedef {import("./types.js").Opening} Opening */
/** @typedef {import("./types.js").PageDocument} PageDocument */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").Writing} Writing */
/** @typedef {{mode: Opening|null, inside: Map<string, OpenTree>}} OpenTree */
/** @typedef {"top"|"right"|"bottom"|"left"} Side */
/** @typedef {{into: boolean, side: Side, edge: Spot, way: Spot[]}} Gate where a port is reached on
 * the frame, and the way from there to it, all from the frame's corner */
/**
 * @typedef {Object} OpenFrame
 * @property {number} width
 * @property {number} height
 * @property {[number, number]} origin of what is inside
 * @property {Writing[]} texts
 * @property {Gate[]} gates
 */

export const FRAME_RADIUS = 12;
/** The number of copies in a title. */
const REPEAT = /^×\d+ | ×\d+$/;
const PADDING = 10;
const INDENT = 7;
const SHORTEST_ROW = 84;
const LETTER = 0.53; // mean width of a letter, as a part of the size of the text
const AWAY = 6; // of a title from a line

/** @type {WeakMap<Part, Map<PlainBox|PlainFrame, OpenFrame>>} */
const FRAMES = new WeakMap();

/** @type {Side[]} */
export const SIDES = ["top", "right", "bottom", "left"];

/**
 * The tree of open instances.
 * @param {Iterable<[string, Opening]>} open
 * @returns {OpenTree}
 */
export function openTree(open) {
  /** @type {OpenTree} */
  const root = { mode: null, inside: new Map() };
  for (const [instance, mode] of open) {
    let at = root;
    for (const step of instance.split("/")) {
      const next = at.inside.get(step) ?? { mode: null, inside: new Map() };
      at.inside.set(step, next);
      at = next;
    }
    at.mode = mode;
  }
  return root;
}

/**
 * What names the open instances in a tree, the same for the same set.
 * @param {OpenTree} tree
 * @returns {string}
 */
export function treeKey(tree) {
  const inside = [...tree.inside]
    .filter(([, one]) => one.mode)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([step, one]) => step + treeKey(one));
  return `${tree.mode ? tree.mode[0] : ""}${inside.length ? `(${inside.join()})` : ""}`;
}

/**
 * The frame around what is inside an open box.
 * @param {PageDocument} document
 * @param {PlainBox|PlainFrame} box
 * @param {Part} part
 * @param {number} copies that are drawn as one, 0 where each of them is seen
 * @returns {OpenFrame}
 */
export function openFrame(document, box, part, copies) {
  const known = FRAMES.get(part) ?? new Map();
  const frame = known.get(box) ?? makeFrame(document, box, part, copies);
  FRAMES.set(part, known.set(box, frame));
  return frame;
}

/**
 * @param {PageDocument} document
 * @param {PlainBox|PlainFrame} box
 * @param {Part} part
 * @param {number} copies
 * @returns {OpenFrame}
 */
function makeFrame(document, box, part, copies) {
  const ports = part.ports.map((port) => ({ ...port, ...exitOf([port.x, port.y], part) }));
  const first = Math.min(...ports.filter((port) => port.side === "top").map((port) => port.x));
  const room = Math.max(SHORTEST_ROW, Math.min(first, part.width) + PADDING - INDENT - AWAY);
  const texts = titleRows(document, box, room, copies);
  const widest = Math.max(0, ...texts.map((text) => text.width));
  const needed = INDENT + widest + AWAY;
  const left = Number.isFinite(first) ? Math.max(PADDING, needed - first) : PADDING;
  const last = texts[texts.length - 1];
  const band = last ? last.y + last.size / 2 : PADDING;
  const width = Math.max(left + part.width + PADDING, needed + AWAY);
  const height = band + part.height + PADDING;
  /** @returns {Spot} */
  const placed = (/** @type {Spot} */ [x, y]) => [x + left, y + band];
  const gates = ports.map(({ x, y, into, side, turn }) => {
    const port = placed([x, y]);
    const last = turn ? placed(turn) : port;
    const edge = edgeOf(last[0], last[1], side, width, height);
    return { into, side, edge, way: turn ? [last, port] : [port] };
  });
  return { width, height, origin: [left, band], texts, gates };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {Side} side
 * @param {number} width
 * @param {number} height
 * @returns {[number, number]}
 */
function edgeOf(x, y, side, width, height) {
  if (side === "top") return [x, 0];
  if (side === "bottom") return [x, height];
  return [side === "left" ? 0 : width, y];
}

/**
 * The title of an open box in rows, from the frame's corner.
 * @param {PageDocument} document
 * @param {PlainBox|PlainFrame} box
 * @param {number} room
 * @param {number} copies
 * @returns {Writing[]}
 */
function titleRows(document, box, room, copies) {
  const path = copies ? pathIn(box, 0) : rangeOf(box);
  const repeated = copies > 1 ? `${path} ×${copies}` : path;
  const title = copies ? box.title : box.title.replace(REPEAT, "");
  /** @type {[string, number, number][]} */
  const rows = wrapped(title, document.size, room).map((row) => [row, document.size, document.text]);
  for (const row of path && path !== title ? wrapped(repeated, document.detailSize, room) : []) {
    rows.push([row, document.detailSize, document.muted]);
  }
  let y = INDENT - 1;
  return rows.map(([text, size, color]) => {
    y += size + 1;
    const width = roughWidth(text, size);
    return { text, x: INDENT, y, size, color, anchor: "start", width, kind: "note frame-label" };
  });
}

/**
 * @param {PlainBox|PlainFrame} box
 * @param {number} copy
 */
function pathIn({ paths = [] }, copy) {
  return (paths.at(copy) ?? "").replace(/^\.+/, "");
}

/**
 * The paths of all copies: layers.0 … 31.
 * @param {PlainBox|PlainFrame} box
 */
function rangeOf(box) {
  const [first, last] = [pathIn(box, 0), pathIn(box, -1)];
  const around = first.slice(0, first.lastIndexOf(".") + 1);
  if (first === last) return first;
  return `${first} … ${last.startsWith(around) ? last.slice(around.length) : last}`;
}

/**
 * @param {string} text
 * @param {number} size
 */
export function roughWidth(text, size) {
  return text.length * size * LETTER;
}

/**
 * A text in rows that are not much longer than the room there is.
 * @param {string} text
 * @param {number} size
 * @param {number} room
 * @returns {string[]}
 */
function wrapped(text, size, room) {
  /** @type {string[]} */
  const rows = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = rows.length ? `${rows[rows.length - 1]} ${word}` : word;
    if (rows.length && roughWidth(longer, size) <= room) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows;
}
