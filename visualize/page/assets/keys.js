/** The keys of the page, and what each does. */

/**
 * @typedef {{keys: string[], shown: string, does: string, deed: string}} Key
 */

/** @type {Key[]} in the order of the help */
export const PAGE_KEYS = [
  { keys: ["ArrowDown"], shown: "↓", does: "next operation along the data flow", deed: "next" },
  { keys: ["ArrowUp"], shown: "↑", does: "previous operation", deed: "previous" },
  { keys: ["ArrowRight"], shown: "→", does: "into the group, opening it; else to the next branch", deed: "into" },
  { keys: ["ArrowLeft"], shown: "←", does: "out to the group around", deed: "out" },
  { keys: ["s"], shown: "s", does: "along a skip connection", deed: "skip" },
  { keys: ["Enter"], shown: "Enter", does: "open or close", deed: "toggle" },
  { keys: ["u"], shown: "u", does: "unfold ×N copies", deed: "unfold" },
  { keys: ["x"], shown: "x", does: "close the frame around to one box", deed: "shut" },
  { keys: ["p"], shown: "p", does: "path of the tensor: all that reaches the selection or is reached from it", deed: "flow" },
  { keys: ["/"], shown: "/", does: "search; Enter: next hit, Shift+Enter: previous", deed: "search" },
  { keys: ["n"], shown: "n", does: "next hit", deed: "hit" },
  { keys: ["N"], shown: "N", does: "previous hit", deed: "hit-back" },
  { keys: ["]"], shown: "]", does: "one level more", deed: "more" },
  { keys: ["["], shown: "[", does: "one level less", deed: "less" },
  { keys: ["c"], shown: "c", does: "collapse all", deed: "collapse" },
  { keys: ["f", "0"], shown: "f", does: "fit to the window", deed: "fit" },
  { keys: ["1"], shown: "1", does: "true size", deed: "true-size" },
  { keys: ["+", "="], shown: "+", does: "zoom in", deed: "zoom-in" },
  { keys: ["-"], shown: "−", does: "zoom out", deed: "zoom-out" },
  { keys: ["d"], shown: "d", does: "details", deed: "details" },
  { keys: ["k"], shown: "k", does: "skip connections", deed: "skips" },
  { keys: ["o"], shown: "o", does: "outline", deed: "outline" },
  { keys: ["t"], shown: "t", does: "theme", deed: "theme" },
  { keys: ["Escape"], shown: "Esc", does: "clear what is lit, then the selection", deed: "clear" },
  { keys: ["?"], shown: "?", does: "this help", deed: "help" },
];

/** Keys that a control with the focus keeps for itself. */
const CONTROLS = "input, select, textarea, dialog, [role=tablist]";
const PRESSED = "button, summary, a";

/**
 * What a key does where the focus is, or "".
 * @param {KeyboardEvent} event
 */
export function deedOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return "";
  const target = /** @type {Element} */ (event.target);
  if (target.closest?.(CONTROLS)) return "";
  if (target.closest?.(PRESSED) && (event.key === "Enter" || event.key === " ")) return "";
  return PAGE_KEYS.find(({ keys }) => keys.includes(event.key))?.deed ?? "";
}
