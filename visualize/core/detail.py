"""What is inside a closed box, to be shown beside the figure."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.core.choices import SkipKind
from visualize.core.diagram import Box, Diagram


@dataclass(frozen=True)
class Variant:
    """Closed boxes whose inside differs from what a detail shows in a few words.

    Attributes:
        boxes: ids of the closed boxes in the overview, in order.
        box: the first of them, or the block in it.
        changes: what is different there, such as ``projection shortcut``.
    """

    boxes: tuple[str, ...]
    box: Box
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Detail:
    """The inside of closed boxes.

    Attributes:
        boxes: ids of the closed boxes in the overview, in order.
        box: the first of them, or the block in it, whose inside is shown.
        diagram: what is in it.
        details: of the closed boxes in ``diagram``.
        strides: those of the blocks that it explains, the one that is shown first: /1, /2.
        variants: others, which have no room of their own.
        is_part: whether a closed block has more layers than those of ``box``, which is in it.
    """

    boxes: tuple[str, ...]
    box: Box
    diagram: Diagram
    details: tuple[Detail, ...] = ()
    strides: tuple[int, ...] = ()
    variants: tuple[Variant, ...] = ()
    is_part: bool = False

    @property
    def drawn_skips(self) -> frozenset[SkipKind]:
        """The kinds of skip connection that ``diagram`` draws: others are inside closed boxes."""
        drawn = (wire.skip for _, _, wire in self.diagram.wires)
        return frozenset(self.diagram.skips[skip].kind for skip in drawn if skip is not None)
