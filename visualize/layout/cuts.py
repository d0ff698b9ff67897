"""Wrapping: a flow too long for the page goes on in a column beside the first."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.geometry import Rectangle

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
    before: str
    after: str


def find_cuts(boxes: Mapping[str, Rectangle], arrows: Iterable[tuple[str, str]]) -> list[Cut]:
    """All places where everything that crosses leaves the last box before: one tensor.

    ``arrows`` are pairs of source and target.
    """
    ordered = sorted(boxes, key=lambda node: boxes[node].start)
    places = {node: place for place, node in enumerate(ordered)}
    # How many arrows cross the gap behind each place, and how many of them come from there.
    crossing = [0] * (len(ordered) + 1)
    own = [0] * len(ordered)
    for source, target in arrows:
        crossing[places[source]] += 1
        crossing[places[target]] -= 1
        own[places[source]] += 1
    cuts = []
    reached, open_arrows = float("-inf"), 0
    for place, (before, after) in enumerate(itertools.pairwise(ordered)):
        reached = max(reached, boxes[before].end)
        open_arrows += crossing[place]
        if open_arrows and open_arrows == own[place] and boxes[after].start > reached:
            cuts.append(Cut((reached + boxes[after].start) / 2, before, after))
    return cuts


def choose_cuts(
    cuts: Sequence[Cut], length: float, limit: float, preference: Callable[[Cut], float]
) -> list[Cut]:
    """Cut a flow of ``length`` into as few columns as fit ``limit``, about equally long."""
    if length <= limit:
        return []
    fewest = math.ceil(length / limit)
    for columns in range(fewest, 2 * fewest + 2):
        ideal = length / columns
        bonus = {cut: _PREFERENCE * ideal * preference(cut) for cut in cuts}
        chosen: list[Cut] = []
        for number in range(1, columns):
            later = [cut for cut in cuts if not chosen or cut.along > chosen[-1].along]
            if not later:
                break
            offsets = {cut: abs(cut.along - number * ideal) - bonus[cut] for cut in later}
            chosen.append(min(later, key=offsets.__getitem__))
        edges = [0.0, *(cut.along for cut in chosen), length]
        lengths = [end - start for start, end in itertools.pairwise(edges)]
        if max(lengths) <= limit:
            return chosen if min(lengths) >= ideal * _SHORTEST else []
    return []
