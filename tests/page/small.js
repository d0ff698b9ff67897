/** A small document: a stem, a frame of two blocks (each a convolution and a sum), and a head. */
export function small() {
  const block = {
    role: "block", title: "Block", type: "Block", parameters: 20, macs: 40, shape: "8×4×4",
    copies: [[1, 2], [3, 2]], paths: ["layers.0", "layers.1"], frame: 0, opens: 1,
  };
  return {
    schema: 1, name: "small", root: 0, totals: { parameters: 36, macs: 40 },
    strings: ["", "net.py:7: x + y"],
    ops: {
      name: [0, 0, 0, 0, 0, 0], path: [0, 0, 0, 0, 0, 0], type: [0, 0, 0, 0, 0, 0],
      shape: [0, 0, 0, 0, 0, 0], source: [0, 0, 1, 0, 1, 0],
      parameters: [6, 10, 0, 10, 0, 10], trainable: [6, 10, 0, 10, 0, 0], macs: [0, 20, 0, 20, 0, 0],
    },
    skips: [
      { kind: "identity", fork: 0, merge: 2, branch: [], bypassed: [1], module: "layers.0" },
      { kind: "identity", fork: 2, merge: 4, branch: [], bypassed: [3], module: "layers.1" },
    ],
    views: [
      {
        ops: 6,
        boxes: [
          { role: "layer", title: "stem", type: "Conv2d", parameters: 6, macs: 0, shape: "8×4×4", copies: [[0, 1]], paths: ["stem"] },
          block,
          { role: "layer", title: "head", type: "Linear", parameters: 10, macs: 0, shape: "10", copies: [[5, 1]], paths: ["head"] },
        ],
        frames: [{ title: "×2", type: "Block", copies: [[1, 2], [3, 2]], paths: ["layers.0", "layers.1"], unfolds: 2, repeat: 2 }],
        arrows: [{ source: 0, target: 1, tooltip: "8×4×4" }, { source: 1, target: 2, tooltip: "8×4×4" }],
      },
      {
        ops: 2,
        boxes: [
          { role: "layer", title: "3×3 conv", type: "Conv2d", parameters: 10, macs: 20, copies: [[0, 1]], paths: [".conv"] },
          { role: "merge", title: "+", type: "add", parameters: 0, macs: 0, copies: [[1, 1]], paths: ["."] },
        ],
        frames: [],
        arrows: [{ source: 0, target: 1 }],
      },
      {
        ops: 4,
        boxes: [
          { role: "block", title: "Block", type: "Block", parameters: 10, macs: 20, copies: [[0, 2]], paths: ["."], opens: 1 },
          { role: "block", title: "Block", type: "Block", parameters: 10, macs: 20, copies: [[2, 2]], paths: ["..1"], opens: 1 },
        ],
        frames: [],
        arrows: [{ source: 0, target: 1 }],
      },
    ],
  };
}
