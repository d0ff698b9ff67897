"""Closed boxes that a figure leaves unexplained."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.check.drawn import Drawn, DrawnBox
from visualize.check.index import AreaIndex
from visualize.core.layout import Page

# Points: what a panel of a few boxes needs.
_PANEL_WIDTH = 150.0
_PANEL_HEIGHT = 220.0


def unexplained(drawn: Drawn) -> list[DrawnBox]:
    """The closed boxes of the overview that have parameters, and no letter of a panel."""
    closed = [box for box in drawn.boxes if box.closed and box.parameters and not box.detail]
    letters = AreaIndex(text.area for text in drawn.texts if text.of_panel)
    return [box for box in closed if not letters.overlapping(box.area)]


def closed_blocks(drawn: Drawn, page: tuple[float, float] | None) -> Iterator[str]:
    """A figure of closed blocks explains one of them at least where its page has room.

    Args:
        drawn: what the figure shows.
        page: how broad and high it may be; if that is not known, as broad as it is and as high as
            the default page.
    """
    found = unexplained(drawn)
    if not found or any(text.of_panel for text in drawn.texts):
        return
    width, height = page or (drawn.page.width, Page().height)
    beside = width - drawn.page.width >= _PANEL_WIDTH and height >= _PANEL_HEIGHT
    below = height - drawn.page.height >= _PANEL_HEIGHT and width >= _PANEL_WIDTH
    if not beside and not below:
        return
    title = found[0].lines[0] if found[0].lines else found[0].name
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    yield (
        f"no panel shows what is inside “{title}”{more}, and there is room for one; "
        "draw it with --details, or open it with --expand"
    )
