"""Parameters of copies: how many each of them has, and how many all of them share.

Each copy times the number of sets, and what is shared, are the parameters of the box.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from visualize.core.diagram import Box, Diagram, Group, GroupKind


@dataclass(frozen=True, slots=True)
class Amount:
    """Parameters of what repeats.

    Attributes:
        each: those of one copy.
        shared: those that copies have in common, counted once.
    """

    each: int
    shared: int = 0


def of_box(diagram: Diagram, box: Box) -> Amount:
    """The parameters of a box.

    A module that is called again has one set, which its first call counts. Where the first copy
    counts more than the others, all of them share the rest.
    """
    sets = _sets(diagram.around(box))
    counts = [copy.parameters for copy in box.copies if copy.parameters]
    # With fewer, what the first copies count is all there is.
    each = counts[-1] if len(counts) == sets else 0
    if sets == 1:
        each = box.parameters
    return Amount(each, box.parameters - each * sets)


def of_group(diagram: Diagram, group: Group) -> Amount:
    """The parameters of a repeat, inner repeats included."""
    inside = diagram.inside(group)
    each = sum(of_box(diagram, box).each * _within(diagram, box, group) for box in inside)
    total = sum(box.parameters for box in inside)
    return Amount(each, total - each * _sets((*diagram.around(group), group)))


def _within(diagram: Diagram, box: Box, group: Group) -> int:
    """How many sets of the parameters of a box one copy of a repeat around it has."""
    around = diagram.around(box)
    return _sets(around[: around.index(group)])


def _sets(groups: Iterable[Group]) -> int:
    repeats = (one for one in groups if one.kind is GroupKind.REPEAT and not one.shared)
    return math.prod(one.repeat for one in repeats)
