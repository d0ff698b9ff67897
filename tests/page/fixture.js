/** A small document by hand: two boxes in a row and one beside them; each opens to two layers. */

/** @typedef {import("../../visualize/page/assets/types.js").PageDocument} PageDocument */
/** @typedef {import("../../visualize/page/assets/types.js").PlainBox} PlainBox */

/**
 * @param {number} x
 * @param {number} y
 * @param {string} title
 * @param {Partial<PlainBox>} [more]
 * @returns {PlainBox}
 */
function layer(x, y, title, more = {}) {
  return {
    role: "layer",
    area: [x, y, 80, 20],
    radius: 5,
    tint: null,
    lines: [[title, x + 40, y + 13, 9, 1, "middle", 40]],
    title,
    type: "Linear",
    shape: "8",
    parameters: 3,
    macs: 3,
    copies: [[0, 1]],
    paths: ["." + title],
    ...more,
  };
}

/**
 * @returns {PageDocument}
 */
export function smallDocument() {
  const root = {
    width: 240,
    height: 150,
    ops: 5,
    ports: [],
    boxes: [layer(10, 10, "first", { opens: 1 }), layer(10, 60, "second", { opens: 1, tint: 1 }), layer(10, 110, "third"), layer(150, 60, "aside")],
    frames: [],
    lines: [],
    arrows: [
      { source: 0, target: 1, path: [50, 30, 50, 40, 50, 50, 50, 60], stroke: 0, into: [0], outOf: [1], tooltip: "8" },
      { source: 1, target: 2, path: [50, 80, 50, 90, 50, 100, 50, 110], stroke: 0, outOf: [1] },
      // An arc on the right, from the first to the third.
      {
        source: 0,
        target: 2,
        path: [90, 20, 95, 20, 100, 20, 104, 20, 107.3, 20, 110, 22.7, 110, 26, 110, 57, 110, 88, 110, 114, 110, 117.3, 107.3, 120, 104, 120, 100, 120, 95, 120, 90, 120],
        stroke: 1,
        skip: "identity",
        outOf: [1],
      },
    ],
    brackets: [],
    islands: [],
  };
  const inside = {
    width: 80,
    height: 82,
    ops: 2,
    ports: [
      { into: true, x: 40, y: 1 },
      { into: false, x: 40, y: 81 },
    ],
    boxes: [layer(0, 16, "matmul"), layer(0, 50, "plus")],
    frames: [],
    lines: [],
    arrows: [
      { source: -1, target: 0, path: [40, 2, 40, 6, 40, 12, 40, 16], stroke: 0 },
      { source: 0, target: 1, path: [40, 36, 40, 40, 40, 46, 40, 50], stroke: 0 },
      { source: 1, target: -2, path: [40, 70, 40, 72, 40, 76, 40, 80], stroke: 0 },
    ],
    brackets: [],
  };
  return {
    name: "small",
    description: "a small figure",
    direction: "TB",
    background: 0,
    text: 1,
    muted: 1,
    frame: 0,
    neutral: 0,
    size: 9,
    detailSize: 7,
    lineWidth: 0.8,
    colors: [["#ffffff", "#000000"], ["#111111", "#eeeeee"]],
    tints: [[0, 1, 1], [0, 1, 1]],
    strokes: [{ color: 1, width: 0.8, dashes: [], strands: 1 }, { color: 1, width: 1.3, dashes: [5, 2], strands: 2 }],
    totals: { parameters: 9, macs: 9 },
    views: [root, inside],
    root: 0,
  };
}
