/** Which boxes hold which operations, and what reaches what. Pure. */

/**
 * The box that each operation is in, of those that are drawn closed.
 * @param {{instance: string, operations: number[]}[]} visible
 * @returns {Map<number, string>}
 */
export function ownersOf(visible) {
  const owners = new Map();
  for (const { instance, operations } of visible) {
    for (const at of operations) owners.set(at, instance);
  }
  return owners;
}

/**
 * All that reaches an instance and all that it reaches, along arrows.
 * @param {string} start
 * @param {{from: string, to: string}[]} arrows
 */
export function reach(start, arrows) {
  const found = new Set([start]);
  for (const [from, to] of /** @type {["from"|"to", "from"|"to"][]} */ ([
    ["from", "to"],
    ["to", "from"],
  ])) {
    /** @type {Map<string, string[]>} */
    const ways = new Map();
    for (const arrow of arrows) {
      ways.set(arrow[from], [...(ways.get(arrow[from]) ?? []), arrow[to]]);
    }
    const waiting = [start];
    const seen = new Set(waiting);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const next of ways.get(at) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        found.add(next);
        waiting.push(next);
      }
    }
  }
  return found;
}
