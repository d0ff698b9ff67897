/**
 * Axis maps: where the coordinates of a figure are once boxes in it are open.
 *
 * A map is monotonic, with a slope of at least 1 but over closed frames, so what was apart stays apart. Room is added where
 * a box begins and ends, or evenly over it.
 *
 * @typedef {{low: number, high: number, wanted: number, at?: number}} Wish an interval and how long
 * it is to be; `at`: the place where all of the missing length goes
 * @typedef {{low: number, high: number, extra: number}} Spread
 */

const CUT = 0.01;
const WITHIN = 0.05; // of the ends, which are rounded: what ends at the same place may end before

/**
 * The map that grants all wishes. It depends on the set of them alone, not on their order.
 * @param {Wish[]} wishes
 * @param {Spread[]} [shrinks] where room is taken away before, with a negative `extra`
 * @returns {(at: number) => number}
 */
export function stretched(wishes, shrinks = []) {
  const spreads = [...shrinks];
  const sorted = [...wishes].sort(
    (one, other) =>
      one.high - one.low - (other.high - other.low) ||
      one.low - other.low ||
      one.wanted - other.wanted ||
      (one.at ?? one.low) - (other.at ?? other.low),
  );
  for (const { low, high, wanted, at } of sorted) {
    const missing = wanted - (spreadTo(spreads, high) - spreadTo(spreads, low));
    if (missing <= 0) continue;
    const within = Math.min(WITHIN, (high - low) / 4);
    if (at === undefined) spreads.push({ low, high, extra: missing });
    else if (at <= low) spreads.push({ low: low + within, high: low + within + CUT, extra: missing });
    else spreads.push({ low: high - within - CUT, high: high - within, extra: missing });
  }
  return asFunction(spreads);
}

/**
 * @param {Spread[]} spreads
 * @param {number} at
 */
function spreadTo(spreads, at) {
  let moved = at;
  for (const { low, high, extra } of spreads) {
    moved += extra * Math.min(1, Math.max(0, (at - low) / (high - low)));
  }
  return moved;
}

/**
 * The same, looked up in a sorted list.
 * @param {Spread[]} spreads
 * @returns {(at: number) => number}
 */
function asFunction(spreads) {
  const ends = spreads.flatMap(({ low, high }) => [low, high]);
  const places = [...new Set(ends)].sort((one, other) => one - other);
  const values = places.map((place) => spreadTo(spreads, place));
  const last = places.length - 1;
  return (at) => {
    if (last < 0 || at <= places[0]) return at;
    if (at >= places[last]) return at + values[last] - places[last];
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (places[middle] <= at) low = middle;
      else high = middle;
    }
    const part = (at - places[low]) / (places[high] - places[low]);
    return values[low] + part * (values[high] - values[low]);
  };
}
