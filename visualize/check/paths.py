"""The path operators that PDF and SVG share, as segments."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence

from visualize.core.page import Area, Place, Segment

_FLAT = 0.01


class Step(enum.Enum):
    """What an operator of a path does; the values are the names that PDF gives them."""

    MOVE = "m"
    LINE = "l"
    CURVE = "c"
    CLOSE = "h"


def corner_radius(outline: Sequence[Place]) -> float:
    """The radius of the corners of a shape: how far from its left side its upper edge begins.

    >>> corner_radius([(0, 4), (4, 0), (9, 0), (9, 6), (0, 6)])
    4
    """
    area = Area.around(outline)
    return min(x for x, y in outline if y - area.top < _FLAT) - area.left


def segments(steps: Iterable[tuple[Step, Sequence[Place]]]) -> Iterator[Segment]:
    """The lines and curves that ``steps`` draw, each from where the one before ended.

    Args:
        steps: each step with its control points and its end.

    >>> list(segments([(Step.MOVE, [(0, 0)]), (Step.LINE, [(9, 0)]), (Step.CLOSE, [])]))
    [((0, 0), (9, 0)), ((9, 0), (0, 0))]
    """
    start: Place = (0.0, 0.0)
    here = start
    for step, places in steps:
        if step is Step.MOVE:
            start = here = places[-1]
        elif step is Step.CLOSE:
            yield (here, start)
            here = start
        else:
            yield (here, *places)
            here = places[-1]
