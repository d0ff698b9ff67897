"""The resolution of each feature: how many positions it has, whatever the order of dimensions.

    1×64×56×56,  1×56×56×64,  1×3136×64        3136 positions of 64 channels

The channels of a tensor are those that its layer makes or that its reader works on; all else are
positions. Only strides, pooling, resampling and patches that are merged change the resolution:
padding, what a convolution loses at the border, slices and neighbours of a graph do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from visualize.annotate.skips.channels import channel_axis, known_axes
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.pieces import piece_of
from visualize.core.arguments import argument
from visualize.core.operators import (
    CONCAT,
    CONVOLUTION,
    MOVES,
    POOL,
    REDUCTION,
    RESAMPLE,
    RESHAPE,
    SLICE,
    TRANSPOSED_CONVOLUTION,
    family,
)

# A lower resolution has at most this part of the positions.
LOWER = 0.8
_STRIDED = CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a feature.

    Attributes:
        level: its resolution, in positions, as if nothing were lost at borders; None if unknown.
        positions: how many positions it has, or the last tensor before it of which that is known.
        is_exact: whether it holds the values of that tensor, at the same or other places.
        heads: into how many parts its channels are split, each of which has all positions.
    """

    level: float | None = None
    positions: int | None = None
    is_exact: bool = True
    heads: int = 1


class Resolution:
    """The place of each node of a flow.

    Attributes:
        axes: the dimension of the channels of each node, where it is known.
        places: for the first tensor of each node.
        rising: the nodes that have just come up from a lower resolution, and what carries them on.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.axes: Mapping[str, int] = known_axes(flow)
        self.places: dict[str, Place] = {}
        self.rising: set[str] = set()
        for node in flow.order:
            self.places[node] = self._place(node)
            if self._rises(node):
                self.rising.add(node)

    def level(self, node: str) -> float | None:
        """The resolution of a node."""
        return self.places[node].level

    def is_single(self, node: str) -> bool:
        """Whether a node holds one position for each sample."""
        return node in self.axes and self.places[node].positions == self.flow.batch

    def are_level(self, one: str, other: str) -> bool:
        """Whether two nodes are known to have the same resolution, but for what is rounded."""
        here, there = self.level(one), self.level(other)
        return bool(here and there) and LOWER <= (here or 1) / (there or 1) <= 1 / LOWER

    def _rises(self, node: str) -> bool:
        inflows = self.flow.inflows[node]
        if len(inflows) != 1:
            return False
        here, before = self.level(node), self.level(inflows[0].source)
        if here is None or before is None:
            return inflows[0].source in self.rising
        return before <= LOWER * here or (before <= here and inflows[0].source in self.rising)

    def _place(self, node: str) -> Place:
        before = self._before(node)
        shape = self.flow.shape(node)
        if node not in self.axes or not shape or not math.prod(shape):
            moves = family(self.flow.type(node)) in MOVES
            return replace(before, is_exact=before.is_exact and moves)
        positions = math.prod(shape) // shape[self.axes[node]]
        if not before.level or not before.positions:
            return Place(positions, positions)
        if before.heads > 1 and round(before.positions / positions) == before.heads:
            return Place(before.level, positions)
        if before.is_exact and self._changes_resolution(node, positions):
            return Place(before.level * positions / before.positions, positions)
        split = round(positions / before.positions) if self._is_arranged_anew(node) else 1
        return Place(before.level, positions, heads=before.heads * max(split, 1))

    def _before(self, node: str) -> Place:
        """The place of what ``node`` reads, of several of the first with the same shape.

        Of what is joined it is that with the most positions: a class token has one.
        """
        inflows = self.flow.inflows[node]
        known = [one for one in inflows if self.level(one.source) is not None]
        if not known:
            return Place()
        if family(self.flow.type(node)) in CONCAT:
            known.sort(key=lambda one: -(self.places[one.source].positions or 0))
        shape = self.flow.shape(node)
        same = (one for one in known if one.wire.tensor and one.wire.tensor.shape == shape)
        heads = max(self.places[one.source].heads for one in known)
        return replace(self.places[next(same, known[0]).source], heads=heads)

    def _changes_resolution(self, node: str, positions: int) -> bool:
        """Whether another number of positions is another resolution."""
        name = family(self.flow.type(node))
        if name in _STRIDED:
            stride = argument(self.flow.operations[node], 3, "stride")
            return set(stride if isinstance(stride, list) else [stride]) != {1}
        if name in SLICE:
            source = self.flow.inflows[node][0].source if self.flow.inflows[node] else ""
            return any(part.step != 1 for part in piece_of(self.flow, node, source).ranges)
        if name in REDUCTION:  # of all positions or of windows, and not of heads or of a stack
            return positions == self.flow.batch or self._reads_windows(node)
        if name in RESAMPLE:
            return True
        if name == "repeatinterleave":
            return argument(self.flow.operations[node], 2, "dim") not in (None, 0)
        # A layer that works on channels after they were reshaped has merged or parted patches.
        return self._is_arranged_anew(node) or name.startswith("pixel")

    def _reads_windows(self, node: str) -> bool:
        """Whether a view before ``node`` has split the positions, and not the channels."""
        source = self.flow.inflows[node][0].source
        before = [one.source for one in self.flow.inflows[source]]
        if family(self.flow.type(source)) not in RESHAPE or len(before) != 1:
            return False
        shapes = self.flow.shape(before[0]) or (), self.flow.shape(source) or ()
        known = before[0] in self.axes and source in self.axes
        return known and len(shapes[0]) < len(shapes[1])

    def _is_arranged_anew(self, node: str) -> bool:
        """Whether a layer works on channels that others are than were made before."""
        source = self.flow.inflows[node][0].source if self.flow.inflows[node] else ""
        works = channel_axis(family(self.flow.type(node)), self.flow.shape(source) or ())
        return works is not None and source not in self.axes
