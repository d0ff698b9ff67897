"""Leader lines from closed boxes to the panels beside them that show what is inside.

    ┌──────────┐ A   ╭ A ──────╮
    │ Block    │╱────│         │
    └──────────┘     │         │
                     ╰─────────╯

A panel has one line at most, from the first box it explains from which a line runs clear of all
else, of the stage whose tint it has; its letter is on the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT, text_width
from visualize.core.geometry import Point, Rectangle, sample
from visualize.core.layout import Layout, PlacedBox, PlacedDetail, PlacedText
from visualize.core.page import Area, Place
from visualize.core.theme import Theme
from visualize.layout.corners import Corners

_LONGEST = 90.0  # points: a longer line is not followed by the eye
_SLOPES = (0.3, 0.15, 0.0, -0.15, 0.6)  # how much a line rises; a little leads away from arcs
_CORNER, _BORDER = 4.4, 0.9  # from the sides of a box to a place on its round corner
_FREE = 1.2  # a line keeps as far from all else
_ROUND = 12.0  # the corners of a panel


def with_leaders(layout: Layout, direction: Direction, theme: Theme) -> tuple[PlacedDetail, ...]:
    """The panels of a layout, with a line to each that a line can reach."""
    boxes = {one.box.id: one for one in layout.boxes}
    obstacles = list(_obstacles(layout, direction, theme))
    return tuple(
        replace(one, leader=_leader(one, layout.details, _starts(one, boxes, direction), obstacles))
        for one in layout.details
    )


def _leader(
    panel: PlacedDetail,
    panels: Sequence[PlacedDetail],
    starts: Iterable[Corners],
    obstacles: Sequence[Area],
) -> tuple[Place, Place] | None:
    """The first line to a panel that runs clear of all else."""
    others = [Area.around((one.low, one.high)) for one in panels if one is not panel]
    for box in starts:
        for slope in _SLOPES:
            # Where the round corner is about as steep as the line.
            right, down = (_CORNER, _BORDER) if slope > 0 else (_BORDER, _CORNER)
            start = (box.right - right, box.top - down)
            across = panel.low[0] - start[0]
            if not 0 < across <= _LONGEST:
                continue
            end = (panel.low[0], start[1] + slope * across)
            is_beside = panel.low[1] + _ROUND < end[1] < panel.high[1] - _ROUND
            if is_beside and not any(
                area.is_crossed(start, end) for area in itertools.chain(obstacles, others)
            ):
                return start, end
    return None


def _starts(
    panel: PlacedDetail, boxes: Mapping[str, PlacedBox], direction: Direction
) -> Iterator[Corners]:
    """The boxes of the overview that a panel explains and has the tint of."""
    for name in panel.detail.of:
        if name in boxes and boxes[name].box.stage == panel.detail.stage:
            yield Corners.of(boxes[name].rectangle, direction)


def _obstacles(layout: Layout, direction: Direction, theme: Theme) -> Iterator[Area]:
    """What is drawn of an overview, on the page; boxes a little smaller, to let lines begin."""
    for box in layout.boxes:
        yield _area(box.rectangle, direction).shrunk(2 * _BORDER)
    for frame in layout.frames:
        area = _area(frame.rectangle, direction)
        yield from (
            Area(area.left, area.top, area.left, area.bottom).shrunk(-_FREE),
            Area(area.right, area.top, area.right, area.bottom).shrunk(-_FREE),
        )
    routes = [arrow.route for arrow in layout.arrows]
    routes += [*layout.trunks, *(one.route for one in layout.shortcuts)]
    for route in routes:
        yield from _strips(list(sample(route.curves())), direction)
    texts: list[PlacedText] = [one.label for one in layout.arrows if one.label]
    texts += [*layout.notes, *(text for one in layout.brackets for text in one.texts)]
    for text in texts:
        yield _text(text, direction, theme)
    for bracket in layout.brackets:
        yield from _strips(bracket.line, direction)


def _area(rectangle: Rectangle, direction: Direction) -> Area:
    corners = Corners.of(rectangle, direction)
    return Area(corners.left, corners.bottom, corners.right, corners.top)


def _strips(points: Sequence[Point], direction: Direction) -> Iterator[Area]:
    places = [direction.on_page(point) for point in points]
    for ends in itertools.pairwise(places):
        yield Area.around(ends).shrunk(-_FREE)


def _text(text: PlacedText, direction: Direction, theme: Theme) -> Area:
    x, y = direction.on_page(text.center)
    width, height = text_width(text.text, text.size, theme.font), text.size * LINE_HEIGHT
    return Area(x - width / 2, y - height / 2, x + width / 2, y + height / 2).shrunk(-_FREE)
