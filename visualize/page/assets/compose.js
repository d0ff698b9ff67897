/**
 * The figure with some of its boxes open, in page coordinates. Pure.
 *
 * A view is composed once for each set of boxes that are open in it. What is around an open box is
 * stretched; closed boxes keep their size.
 */

import { around, centerOf, crosses, mappedArea } from "./areas.js";
import { flipped } from "./flip.js";
import { resolveArrows } from "./flows.js";
import { addIslands } from "./islands.js";
import { withInsides, writing } from "./items.js";
import { openedIn, portsOf, wishesOf } from "./opened.js";
import { FRAME_RADIUS, openTree, treeKey } from "./openings.js";
import { HEAD_LENGTH } from "./paths.js";
import { nearestOn, roundedLine, withoutMiddles } from "./polylines.js";
import { joinedToBox, linkCorners } from "./routes.js";
import { closedBox } from "./shown.js";
import { shrinks } from "./shrink.js";
import { shutBox, spotsAt } from "./shut.js";
import { stretched } from "./stretch.js";
import { arrowName, sharpWays, waysOf } from "./ways.js";

/** @typedef {import("./areas.js").AxisMap} AxisMap */
/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Arrow} Arrow */
/** @typedef {import("./types.js").Composed} Composed */
/** @typedef {import("./types.js").Opening} Opening */
/** @typedef {import("./types.js").PageDocument} PageDocument */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PlainArrow} PlainArrow */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").PlainText} PlainText */
/** @typedef {import("./types.js").Shown} Shown */
/** @typedef {import("./types.js").Spot} Spot */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Writing} Writing */
/** @typedef {import("./opened.js").Opened} Opened */
/** @typedef {import("./openings.js").OpenTree} OpenTree */
/** @typedef {import("./ways.js").Way} Way */

const LANE_RADIUS = 5;

/**
 * What was composed of each document: views with nothing open in them, and those of the last figure.
 * @type {WeakMap<PageDocument, {closed: Map<string, Part>, last: Map<string, Part>}>}
 */
const PARTS = new WeakMap();

/** @type {WeakMap<Part, string>} */
const KEYS = new WeakMap();

/**
 * The figure with these boxes open. What is in a closed box is closed.
 * @param {PageDocument} document
 * @param {Iterable<[string, Opening]>} open instances and how they are open
 * @returns {Composed}
 */
export function compose(document, open) {
  const { closed, last } = PARTS.get(document) ?? { closed: new Map(), last: new Map() };
  /** @type {Map<string, Part>} */
  const now = new Map();
  const axis = document.direction === "TB" || document.direction === "BT" ? 1 : 0;
  /** @type {(place: number, tree: OpenTree, flips: boolean) => Part} */
  const inside = (place, tree, flips) => {
    const key = `${place}${flips ? "~" : ""}${treeKey(tree)}`;
    const parts = tree.inside.size ? now : closed;
    const known = parts.get(key) ?? last.get(key);
    if (known) {
      if (parts === now) keepAll(known, key, now);
      return known;
    }
    const view = flips ? flipped(document.views[place], axis) : document.views[place];
    const made = new ViewComposer(document, view, tree, inside).part();
    parts.set(key, made);
    KEYS.set(made, key);
    return made;
  };
  const whole = withInsides(inside(document.root, openTree(open), false));
  PARTS.set(document, { closed, last: now });
  for (const box of whole.boxes) box.tint ??= document.neutral;
  resolveArrows(whole.arrows);
  return whole;
}

/**
 * Keeps a part and all that is open in it for the next figure.
 * @param {Part} part
 * @param {string} key
 * @param {Map<string, Part>} parts
 */
function keepAll(part, key, parts) {
  if (parts.has(key)) return;
  parts.set(key, part);
  for (const { part: inner } of part.insides) keepAll(inner, KEYS.get(inner) ?? "", parts);
}

class ViewComposer {
  /**
   * @param {PageDocument} document
   * @param {View} view
   * @param {OpenTree} tree
   * @param {(view: number, tree: OpenTree, flips: boolean) => Part} inside
   */
  constructor(document, view, tree, inside) {
    this.document = document;
    this.view = view;
    const { opened, homes, hidden } = openedIn(document, view, tree, inside);
    this.opened = opened;
    this.homes = homes;
    this.hidden = hidden;
    this.ways = waysOf(view, homes);
    const isVertical = document.direction === "TB" || document.direction === "BT";
    const wishes = opened.map((one) => wishesOf(one, isVertical));
    const closed = opened.flatMap((one, at) => (one.look ? [{ area: one.box.area, wishes: wishes[at] }] : []));
    const isGone = (/** @type {number} */ at) => Boolean(homes[at]?.look);
    const [mapX, mapY] = /** @type {const} */ ([0, 1]).map((axis) => {
      const areas = closed.map(({ area }) => area);
      const taken = closed.length ? shrinks(view, areas, isGone, closed.flatMap((one) => one.wishes[axis]), axis) : [];
      return stretched(wishes.flatMap((one) => one[axis]), taken);
    });
    /** @type {AxisMap} */
    this.mapX = mapX;
    /** @type {AxisMap} */
    this.mapY = mapY;
    this.isVertical = isVertical;
    /** @type {Map<Opened, {shown: Shown, spots: Map<object, Spot>}>} closed frames, and where routes end at them */
    this.seats = new Map();
    /** @type {AreaOf[]} */
    this.taken = [];
    /** @type {Part} */
    this.whole = {
      width: this.mapX(view.width),
      height: this.mapY(view.height),
      boxes: [],
      frames: [],
      lines: [],
      arrows: [],
      texts: [],
      samples: [],
      insides: [],
      ports: view.ports.map((port) => ({ ...port, x: this.mapX(port.x), y: this.mapY(port.y) })),
    };
  }

  /** All that is drawn. @returns {Part} */
  part() {
    this.view.frames.forEach((frame, at) => this.hidden[at] || this.addFrame(frame, at));
    this.view.boxes.forEach((box, at) => this.homes[at] || this.addBox(box, at));
    for (const open of this.opened) open.look ? this.addShut(open) : this.addOpened(open);
    for (const line of this.ways.lines) this.addWay(line, "trunk");
    this.view.arrows.forEach((arrow, at) => this.addArrow(arrow, at));
    for (const bracket of this.view.brackets) this.addBracket(bracket.path, bracket.stroke, bracket.texts);
    addIslands(this.whole, this.view, this.mapX, this.mapY);
    return this.whole;
  }

  /**
   * @param {Spot} spot
   * @returns {Spot}
   */
  moved([x, y]) {
    return [this.mapX(x), this.mapY(y)];
  }

  /**
   * @param {PlainFrame} frame
   * @param {number} at
   */
  addFrame(frame, at) {
    const area = mappedArea(frame.area, this.mapX, this.mapY);
    const texts = frame.texts.map((text) => this.cornerText(text, frame.area, area));
    const { radius, fill, line } = frame;
    this.whole.frames.push({ instance: `f${at}`, parent: "", frame, area, radius, fill, line, tint: null, texts, panel: false });
  }

  /**
   * A text of a frame, which stays as far from its nearest corner.
   * @param {PlainText} text
   * @param {AreaOf} before
   * @param {AreaOf} after
   */
  cornerText(text, before, after) {
    const middle = text[1] + text[6] * { start: 0.5, middle: 0, end: -0.5 }[text[5]];
    const isRight = middle - before[0] > before[2] / 2 ? 1 : 0;
    const isLow = text[2] - before[1] > before[3] / 2 ? 1 : 0;
    const across = after[0] - before[0] + isRight * (after[2] - before[2]);
    const down = after[1] - before[1] + isLow * (after[3] - before[3]);
    return writing(text, across, down, "note frame-label");
  }

  /**
   * @param {PlainBox} box
   * @param {number} at
   */
  addBox(box, at) {
    const center = centerOf(box.area);
    const area = around(box.area, this.moved(center));
    const [across, down] = [area[0] - box.area[0], area[1] - box.area[1]];
    const shown = closedBox(box, `${at}`, across, down);
    this.taken.push(area);
    this.whole.boxes.push(shown);
  }

  /** @param {Opened} open a frame that is closed */
  addShut(open) {
    const { name, box, tint, look } = open;
    if (!look) return;
    const room = mappedArea(box.area, this.mapX, this.mapY);
    const across = this.isVertical ? 0 : 1;
    const center = centerOf(room);
    center[across] = this.moved([open.axis[0], open.axis[0]])[across];
    this.taken.push(room);
    const shown = shutBox(/** @type {PlainFrame} */ (box), name, center, tint, look);
    this.whole.boxes.push(shown);
    this.seats.set(open, { shown, spots: spotsAt(shown, open.ends, (spot) => this.moved(spot)) });
  }

  /** @param {Opened} open */
  addOpened(open) {
    const { frame, box, moat } = open;
    const room = mappedArea(box.area, this.mapX, this.mapY);
    const size = [frame.width, frame.height];
    const across = this.isVertical ? 0 : 1;
    /** @type {Spot} */
    const corner = [0, 0];
    corner[across] = (across ? this.mapY : this.mapX)(open.axis[0]) - open.axis[1];
    const [before, after] = across ? [moat.left, moat.right] : [moat.top, moat.bottom];
    const along = 1 - across;
    corner[along] = room[along] + before + (room[2 + along] - size[along] - before - after) / 2;
    /** @type {Shown} */
    const shown = {
      instance: open.name,
      parent: "",
      depth: 0,
      box,
      area: [...corner, frame.width, frame.height],
      radius: FRAME_RADIUS,
      tint: open.tint,
      open: open.mode === "unfold" ? "unfold" : "open",
      texts: frame.texts.map((text) => ({ ...text, x: text.x + corner[0], y: text.y + corner[1] })),
      note: null,
      shortcuts: [],
      detail: "",
    };
    this.taken.push(room);
    this.whole.boxes.push(shown);
    const origin = /** @type {[number, number]} */ ([corner[0] + frame.origin[0], corner[1] + frame.origin[1]]);
    this.whole.insides.push({ part: open.part, origin, around: shown });
    for (const link of open.links) {
      const corners = linkCorners(link, this.moved(link.end), frame, corner, open.lane);
      const directed = frame.gates[link.port].into ? corners : corners.reverse();
      const path = roundedLine(withoutMiddles(directed), LANE_RADIUS);
      this.whole.lines.push({ parent: "", path, stroke: link.stroke, kind: "link", of: link.of });
    }
  }

  /**
   * @param {Way} way
   * @returns {number[]} its path where it is drawn now
   */
  placed(way) {
    if (way.corners.length < 2) return [];
    if (!this.opened.length) return way.path;
    let corners = way.corners.map((spot) => this.moved(spot));
    const [start, end] = [way.corners[0], way.corners[way.corners.length - 1]];
    if (way.target >= 0) corners = this.joined(corners, end, way.target);
    if (way.source >= 0) corners = this.joined(corners.reverse(), start, way.source).reverse();
    if (way.to) corners = this.ledTo(corners, way.to);
    if (way.from) corners = this.ledTo(corners.reverse(), way.from).reverse();
    return roundedLine(withoutMiddles(corners), way.radius, way.headed ? HEAD_LENGTH : 0);
  }

  /**
   * @param {Spot[]} corners
   * @param {Spot} end
   * @param {number} place
   */
  joined(corners, end, place) {
    const box = this.view.boxes[place];
    const center = this.moved(centerOf(box.area));
    const own = around(box.area, center);
    const isFree = (/** @type {AreaOf} */ line) =>
      !this.taken.some((area) => crosses(area, line) && !crosses(area, own));
    return joinedToBox(corners, end, box, center, isFree);
  }

  /**
   * A route led on from where the frame was to the box that it is.
   * @param {Spot[]} corners
   * @param {import("./ways.js").Joint} joint
   */
  ledTo(corners, { open, border }) {
    const found = this.seats.get(open);
    const spot = found?.spots.get(border);
    if (!found || !spot) return corners;
    const center = centerOf(found.shown.area);
    const box = { ...found.shown.box, area: found.shown.area, radius: found.shown.radius, circle: true };
    return joinedToBox(corners, spot, /** @type {PlainBox} */ (box), center, () => true);
  }

  /**
   * @param {Way} way
   * @param {string} kind
   */
  addWay(way, kind) {
    const path = this.placed(way);
    if (path.length > 2) this.whole.lines.push({ parent: "", path, stroke: way.stroke, kind, of: way.of });
  }

  /**
   * @param {PlainArrow} arrow
   * @param {number} at
   */
  addArrow(arrow, at) {
    const way = this.ways.arrows[at];
    if (!way) return;
    const path = this.placed(way);
    this.whole.arrows.push({
      id: arrowName(at),
      parent: "",
      from: "",
      to: "",
      pairs: [],
      joins: this.joins(arrow),
      path: path.length > 2 ? path : [],
      headed: path.length > 2 && way.headed,
      stroke: arrow.stroke,
      skip: arrow.skip ?? "",
      skips: arrow.skips ?? [],
      label: this.label(arrow, at),
      tooltip: arrow.tooltip ?? "",
    });
  }

  /**
   * @param {PlainArrow} arrow
   * @param {number} at
   * @returns {Writing|null}
   */
  label(arrow, at) {
    if (!arrow.label) return null;
    const [, x, y, size, , anchor, width] = arrow.label;
    /** @type {Spot} */
    const center = [x + width * { start: 0.5, middle: 0, end: -0.5 }[anchor], y - size / 3];
    const isCovered = this.opened.some((one) => one.isFrame && crosses(one.box.area, around([0, 0, width, size], center)));
    if (isCovered) return null;
    const sharp = sharpWays(this.view);
    const ways = [...(arrow.via ?? []).map((number) => sharp.lines[number]), sharp.arrows[at]];
    const near = nearestOn(ways.flatMap((way) => way.corners), center);
    const moved = this.moved(near);
    return writing(arrow.label, moved[0] - near[0], moved[1] - near[1], "label");
  }

  /**
   * What an arrow joins, boxes or ports.
   * @param {PlainArrow} arrow
   * @returns {[string, string][]}
   */
  joins(arrow) {
    const [start, end] = [this.homes[arrow.source] ?? null, this.homes[arrow.target] ?? null];
    const names = (/** @type {Opened} */ open, /** @type {boolean} */ into) =>
      portsOf(arrow, open, into).map((port) => `${open.name}#${port}`);
    if (start && end && arrow.joined && start.mode !== "shut" && end.mode !== "shut") {
      const found = arrow.joined[2 * Number(start.mode === "unfold") + Number(end.mode === "unfold")];
      if (found?.length) return found.map(([one, other]) => [`${start.name}#${one}`, `${end.name}#${other}`]);
    }
    const [isEnd, isStart] = [end, start].map((one) => one?.mode === "shut");
    const starts = start ? isStart ? [start.name] : names(start, false) : [nodeName(arrow.source)];
    const ends = end ? isEnd ? [end.name] : names(end, true) : [nodeName(arrow.target)];
    return starts.flatMap((one) => ends.map((other) => /** @type {[string, string]} */ ([one, other])));
  }

  /**
   * @param {number[]} path
   * @param {number} stroke
   * @param {PlainText[]} texts
   */
  addBracket(path, stroke, texts) {
    const last = path.length - 2;
    const [start, end] = [this.moved([path[0], path[1]]), this.moved([path[last], path[last + 1]])];
    const across = (start[0] + end[0] - path[0] - path[last]) / 2;
    const down = (start[1] + end[1] - path[1] - path[last + 1]) / 2;
    this.whole.lines.push({ parent: "", path: roundedLine([start, end], 0), stroke, kind: "bracket", of: [] });
    this.whole.texts.push(...texts.map((text) => writing(text, across, down, "note")));
  }
}

/**
 * @param {number} place
 */
function nodeName(place) {
  return place < 0 ? `#${-1 - place}` : `${place}`;
}
