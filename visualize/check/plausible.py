"""What no figure shows: places that are nowhere near a page, and colours that are none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from visualize.check.drawn import Drawn
from visualize.core.errors import FigureError, shorten
from visualize.core.page import Area

_FARTHEST = 1e6  # points: fourteen times the largest page of a PDF
_COLOR = re.compile(r"#[0-9a-f]{6}")
_SHORT = re.compile(r"#[0-9a-f]{3}")


def plausible(drawn: Drawn, name: str) -> Drawn:
    """``drawn`` with all colours in the form ``#rrggbb``, arrows without one left out.

    Args:
        drawn: what a reader found in a file.
        name: what errors call the file.

    Raises:
        FigureError: a place is not on any page, or a colour is unknown.
    """
    for area in _areas(drawn):
        numbers = (area.left, area.top, area.right, area.bottom)
        if not all(math.isfinite(one) and abs(one) <= _FARTHEST for one in numbers):
            raise FigureError("draws something that is on no page", where=name)
    try:
        return _colored(drawn)
    except ValueError as error:
        raise FigureError(str(error), where=name) from error


def _areas(drawn: Drawn) -> Iterator[Area]:
    yield drawn.page
    for box in drawn.boxes:
        yield box.area
    for text in drawn.texts:
        yield text.area
        yield Area(text.size, text.size, text.size, text.size)
    for arrow in drawn.arrows:
        yield from (Area(*point, *point) for point in arrow.points)


def _colored(drawn: Drawn) -> Drawn:
    boxes = []
    background = color_of(drawn.background)
    for box in drawn.boxes:
        fill = background if box.fill == "none" else color_of(box.fill)
        line = fill if box.line in ("none", "") else color_of(box.line)
        boxes.append(replace(box, fill=fill, line=line))
    seen = [arrow for arrow in drawn.arrows if arrow.color not in ("none", "")]
    return replace(
        drawn,
        background=background,
        texts=[replace(text, color=color_of(text.color)) for text in drawn.texts],
        boxes=boxes,
        arrows=[replace(arrow, color=color_of(arrow.color)) for arrow in seen],
    )


def color_of(text: str) -> str:
    """A colour as ``#rrggbb``, from that, its short form or a name of CSS.

    >>> color_of("#FA0000"), color_of("#fa0"), color_of("black")
    ('#fa0000', '#ffaa00', '#000000')

    Raises:
        ValueError: it is none of these.
    """
    lower = text.strip().lower()
    if _COLOR.fullmatch(lower):
        return lower
    if _SHORT.fullmatch(lower):
        return "#" + "".join(2 * digit for digit in lower[1:])
    from PIL import ImageColor

    named = ImageColor.colormap.get(lower)
    if isinstance(named, str):
        return named
    raise ValueError(f"the colour {shorten(text, 30)!r} is not known")
