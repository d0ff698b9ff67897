"""Cuts: where a flow too long for the page may go on in another column."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.geometry import Rectangle
from visualize.layout.units import Unit

# How much longer than ideal a column may be so that it ends where a reader prefers it.
_PREFERENCE = 0.15
# A column shorter than this part of the ideal looks like a mistake: better one long column.
_SHORTEST = 0.4


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where the flow may be cut: one tensor crosses it.

    Attributes:
        along: the middle of the gap.
        before: the last box before it, which the tensor leaves.
        after: the first box behind it.
    """

    along: float
    before: Unit
    after: Unit


def find_cuts(boxes: Mapping[Unit, Rectangle], links: Iterable[tuple[Unit, Unit]]) -> list[Cut]:
    """All places where everything that crosses leaves the last box before: one tensor.

    ``links`` are pairs of source and target.
    """
    ordered = sorted(boxes, key=lambda node: boxes[node].start)
    places = {node: place for place, node in enumerate(ordered)}
    # How many links cross the gap behind each place, and how many of them come from there.
    crossing = [0] * (len(ordered) + 1)
    own = [0] * len(ordered)
    for source, target in links:
        crossing[places[source]] += 1
        crossing[places[target]] -= 1
        own[places[source]] += 1
    cuts = []
    reached, open_links = float("-inf"), 0
    for place, (before, after) in enumerate(itertools.pairwise(ordered)):
        reached = max(reached, boxes[before].end)
        open_links += crossing[place]
        if open_links and open_links == own[place] and boxes[after].start > reached:
            cuts.append(Cut((reached + boxes[after].start) / 2, before, after))
    return cuts


def choose_cuts(
    cuts: Sequence[Cut], length: float, limit: float, preference: Callable[[Cut], float]
) -> list[Cut]:
    """Cut a flow of ``length`` into as few columns as fit ``limit``, about equally long."""
    if length <= limit:
        return []
    fewest = math.ceil(length / limit)
    places = [cut.along for cut in cuts]
    liked = [preference(cut) for cut in cuts]
    for columns in range(fewest, 2 * fewest + 2):
        ideal = length / columns
        chosen: list[Cut] = []
        first = 0
        for number in range(1, columns):
            if first == len(cuts):
                break
            best = _best(places, liked, first, number * ideal, _PREFERENCE * ideal)
            chosen.append(cuts[best])
            first = bisect.bisect_right(places, places[best])
        edges = [0.0, *(cut.along for cut in chosen), length]
        lengths = [end - start for start, end in itertools.pairwise(edges)]
        if max(lengths) <= limit:
            return chosen if min(lengths) >= ideal * _SHORTEST else []
    return []


def _best(
    places: Sequence[float], liked: Sequence[float], first: int, wanted: float, worth: float
) -> int:
    """Which of ``places``, from the ``first`` on, is nearest to where one is ``wanted``.

    A place that is ``liked`` by 1 may be farther off by what that is ``worth``.
    """
    behind = bisect.bisect_left(places, wanted, first)
    around = places[max(behind - 1, first) : behind + 1]
    farthest = min(abs(place - wanted) for place in around) + worth
    low = bisect.bisect_left(places, wanted - farthest, first)
    high = bisect.bisect_right(places, wanted + farthest, first)
    return min(
        range(low, high),
        key=lambda place: abs(places[place] - wanted) - worth * liked[place],
    )
