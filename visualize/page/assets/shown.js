/** Closed boxes, as they are drawn. */

import { movedArea, movedPath, writing } from "./items.js";

/** @typedef {import("./types.js").PlainBox} PlainBox */
/** @typedef {import("./types.js").Shown} Shown */

/**
 * A closed box, moved with all that belongs to it.
 * @param {PlainBox} box
 * @param {string} instance
 * @param {number} across
 * @param {number} down
 * @returns {Shown}
 */
export function closedBox(box, instance, across, down) {
  return {
    instance,
    parent: "",
    depth: 0,
    box,
    area: movedArea(box.area, across, down),
    radius: box.radius,
    tint: box.tint,
    open: false,
    texts: box.lines.map((line) => writing(line, across, down, "line")),
    note: box.note ? writing(box.note, across, down, "note") : null,
    shortcuts: (box.shortcuts ?? []).map((one) => ({ ...one, path: movedPath(one.path, across, down) })),
    detail: "",
  };
}
