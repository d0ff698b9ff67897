"""Gates: factors computed from a whole map, as in squeeze-and-excitation.

Like the statistics of a norm they are left out of account: published receptive fields do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualize.describe.receptive.maps import Map, Source


@dataclass(frozen=True)
class Factor:
    """A factor of a product.

    Attributes:
        map: what it sees.
        shape: its sizes before it was spread over the map that it is multiplied with.
    """

    map: Map
    shape: tuple[int, ...]

    def spreads(self, axis: int) -> bool:
        """Whether it is the same all along an axis, which is counted from the last."""
        return -axis > len(self.shape) or self.shape[axis] == 1


def without_gates(factors: Sequence[Factor]) -> list[Map]:
    """The factors of a product, without gates and the statistics of norms.

    These have one value for a whole map, which sees all of it, where another factor has a value for
    each position, which sees a part.
    """
    return [_without(one.map, _gated(one, factors)) for one in factors]


def _gated(one: Factor, factors: Sequence[Factor]) -> set[Source]:
    """The axes of inputs that a factor sees all of, and has no positions along."""
    found = set()
    for source, spans in one.map.seen.items():
        if not any(span.is_whole for span in spans):
            continue
        for other in factors:
            axes = range(-len(other.map.axes), 0)
            moves = [axis for axis in axes if source in other.map.moving(axis)]
            if moves and all(map(one.spreads, moves)):
                found.add(source)
    return found


def _without(one: Map, gated: set[Source]) -> Map:
    if not gated:
        return one
    kept = {source: spans for source, spans in one.seen.items() if source not in gated}
    return replace(one, seen=kept, gated=one.gated | gated)
