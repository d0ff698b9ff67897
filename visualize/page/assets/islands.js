/** Panels, title and legend: each moves as a whole. */

import { centerOf, holds } from "./areas.js";
import { movedArea, movedPath, writing } from "./items.js";
import { roundedLine } from "./polylines.js";
import { closedBox } from "./shown.js";

const LONGER = 20;
const ISLAND_MARGIN = 4; // of the page

/** @typedef {import("./areas.js").AxisMap} AxisMap */
/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Island} Island */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PlainArrow} PlainArrow */
/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").PlainFrame} PlainFrame */
/** @typedef {import("./types.js").View} View */

/**
 * Adds what is beside the overview to a part.
 * @param {Part} whole
 * @param {View} view
 * @param {AxisMap} mapX
 * @param {AxisMap} mapY
 */
export function addIslands(whole, view, mapX, mapY) {
  (view.islands ?? []).forEach((island, at) => {
    const [left, top, width, height] = island.area;
    const isPanel = Boolean(island.panel);
    // Titles and legends stay in the middle of what they are part of.
    const middle = mapX(left + width / 2) - left - width / 2;
    const first = Math.min(left, ...(island.lines ?? []).map(({ path }) => path[0]), ...(island.swatches ?? []).map(({ area }) => area[0]));
    const across = isPanel ? mapX(left) - left : Math.max(middle, Math.min(ISLAND_MARGIN, first) - first);
    if (!isPanel) whole.width = Math.max(whole.width, left + across + width + ISLAND_MARGIN);
    const down = isPanel ? mapY(top) - top : mapY(top + height / 2) - top - height / 2;
    addIsland(whole, island, `i${at}`, across, down);
    if (island.leader && !isOpenAt(whole, island.of ?? [])) addLeader(whole, island, mapX, mapY, [across, down], view.boxes);
  });
}

/**
 * @param {Part} whole
 * @param {Island} island
 * @param {string} name
 * @param {number} across
 * @param {number} down
 */
function addIsland(whole, island, name, across, down) {
  const letter = island.panel?.title ?? "";
  if (island.panel) addIslandFrame(whole, island.panel, name, across, down, true);
  (island.frames ?? []).forEach((frame, at) => addIslandFrame(whole, frame, `${name}/f${at}`, across, down, false));
  (island.boxes ?? []).forEach((box, at) => {
    whole.boxes.push({ ...closedBox(box, `${name}/${at}`, across, down), detail: letter });
  });
  const brackets = island.brackets ?? [];
  for (const [kind, lines] of /** @type {const} */ ([
    [island.panel ? "trunk" : "sample", island.lines ?? []],
    ["bracket", brackets],
  ])) {
    for (const { path, stroke } of lines) {
      whole.lines.push({ parent: name, path: movedPath(path, across, down), stroke, kind, of: [] });
    }
  }
  (island.arrows ?? []).forEach((arrow, at) => addIslandArrow(whole, arrow, name, at, across, down));
  for (const bracket of brackets) whole.texts.push(...bracket.texts.map((text) => writing(text, across, down, "note")));
  const texts = (island.texts ?? []).map((text) => writing(text, across, down, "legend"));
  whole.texts.push(...texts);
  for (const swatch of island.swatches ?? []) {
    const area = movedArea(swatch.area, across, down);
    whole.samples.push({ parent: name, area, fill: swatch.fill, line: swatch.line, ramp: swatch.ramp ?? null });
  }
}

/**
 * @param {Part} whole
 * @param {PlainFrame} frame
 * @param {string} instance
 * @param {number} across
 * @param {number} down
 * @param {boolean} panel
 */
function addIslandFrame(whole, frame, instance, across, down, panel) {
  const texts = frame.texts.map((text) => writing(text, across, down, panel ? "note panel-letter" : "note frame-label"));
  const { radius, fill, line } = frame;
  const area = movedArea(frame.area, across, down);
  const parent = panel ? "" : instance.split("/")[0];
  whole.frames.push({ instance, parent, frame, area, radius, fill, line, tint: null, texts, panel });
}

/**
 * @param {Part} whole
 * @param {PlainArrow} arrow
 * @param {string} name
 * @param {number} at
 * @param {number} across
 * @param {number} down
 */
function addIslandArrow(whole, arrow, name, at, across, down) {
  whole.arrows.push({
    id: `${name}/a${at}`,
    parent: name,
    from: "",
    to: "",
    pairs: [],
    joins: [[`${name}/${arrow.source}`, `${name}/${arrow.target}`]],
    path: movedPath(arrow.path, across, down),
    headed: true,
    stroke: arrow.stroke,
    skip: arrow.skip ?? "",
    skips: [],
    label: arrow.label ? writing(arrow.label, across, down, "label") : null,
    tooltip: arrow.tooltip ?? "",
  });
}

/**
 * Whether the box that a panel is about first is open, so that no line leads to it.
 * @param {Part} whole
 * @param {number[]} places
 */
function isOpenAt(whole, places) {
  return whole.boxes.some((box) => box.open && !box.parent && places.includes(Number(box.instance)));
}

/**
 * The line from a closed box to the panel that shows what is in it, where both are still close.
 * The letters in their corners say the same.
 * @param {Part} whole
 * @param {Island} island
 * @param {AxisMap} mapX
 * @param {AxisMap} mapY
 * @param {[number, number]} moved how far the panel is
 * @param {PlainBox[]} boxes of the view
 */
function addLeader(whole, island, mapX, mapY, moved, boxes) {
  const path = island.leader?.path ?? [];
  const at = path.length - 2;
  const start = leaderEnd(path[0], path[1], island.area, mapX, mapY, moved, boxes);
  const end = leaderEnd(path[at], path[at + 1], island.area, mapX, mapY, moved, boxes);
  const before = Math.hypot(path[at] - path[0], path[at + 1] - path[1]);
  if (Math.hypot(end[0] - start[0], end[1] - start[1]) > before + LONGER) return;
  const line = { parent: "", path: roundedLine([start, end], 0), stroke: island.leader?.stroke ?? 0 };
  whole.lines.push({ ...line, kind: "leader", of: [] });
}

/**
 * @param {number} x
 * @param {number} y
 * @param {AreaOf} panel
 * @param {AxisMap} mapX
 * @param {AxisMap} mapY
 * @param {[number, number]} moved
 * @param {PlainBox[]} boxes
 * @returns {[number, number]}
 */
function leaderEnd(x, y, [left, top, width, height], mapX, mapY, moved, boxes) {
  const isAtPanel = x > left - 1 && x < left + width + 1 && y > top - 1 && y < top + height + 1;
  if (isAtPanel) return [x + moved[0], y + moved[1]];
  // At its other end it moves with the box there, which keeps its size.
  const box = boxes.find(({ area }) => holds([area[0] - 1, area[1] - 1, area[2] + 2, area[3] + 2], [x, y]));
  const [middle, center] = box ? centerOf(box.area) : [x, y];
  return [x + mapX(middle) - middle, y + mapY(center) - center];
}
