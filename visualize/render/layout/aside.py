"""Arrows that enter a frame beside its axis: an encoder's result in every layer of a decoder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from visualize.render.layout.geometry import Point, Rectangle, rounded_path, sample
from visualize.render.layout.placed import PlacedArrow, PlacedBox, PlacedFrame
from visualize.render.scene import SceneArrow

_STEP = 7.0
_LANE_GAP = 9.0
_RADIUS = 8.0
_SHIFT = 9.0


def draw_aside(
    arrows: Sequence[SceneArrow], boxes: Sequence[PlacedBox], frames: Sequence[PlacedFrame]
) -> list[PlacedArrow]:
    """Route ``arrows`` between boxes that have their places.

    An arrow leaves with the flow, runs along the frame outside of it and enters its box from the
    side or, where something stands there, with the flow. Those of one tensor share their lane. Of
    all such ways the first is taken that runs through the fewest boxes.
    """
    areas = {placed.box.id: placed.rectangle for placed in boxes}
    lanes: dict[str, int] = {}
    drawn = []
    for arrow in arrows:
        lane = lanes.setdefault(arrow.source, len(lanes))
        source, target = areas[arrow.source], areas[arrow.target]
        around = _outermost(frames, source, target)
        others = [area for box, area in areas.items() if box not in (arrow.source, arrow.target)]
        ways = _ways(source, target, around, _LANE_GAP * (lane + 1))
        path = min(ways, key=lambda way: (_hits(way, others), _length(way)))
        drawn.append(PlacedArrow(arrow, tuple(path)))
    return drawn


def _outermost(frames: Iterable[PlacedFrame], source: Rectangle, target: Rectangle) -> Rectangle:
    """The area of the largest frame around ``target`` that is not around ``source``."""
    entered = [
        frame.rectangle
        for frame in frames
        if frame.rectangle.overlaps(target) and not frame.rectangle.overlaps(source)
    ]
    return max(entered, key=lambda area: area.end - area.start, default=target)


def _ways(
    source: Rectangle, target: Rectangle, around: Rectangle, distance: float
) -> Iterable[list[Point]]:
    axis, row = (source.low + source.high) / 2, (target.start + target.end) / 2
    middle = (target.low + target.high) / 2
    turn = source.end + _STEP
    for lane, side in ((around.low - distance, target.low), (around.high + distance, target.high)):
        begin = [Point(source.end, axis), Point(turn, axis), Point(turn, lane)]
        yield _rounded([*begin, Point(row, lane), Point(row, side)])
        above = target.start - _SHIFT
        offset = middle + (side - middle) * 0.5
        yield _rounded(
            [*begin, Point(above, lane), Point(above, offset), Point(target.start, offset)]
        )


def _rounded(corners: Sequence[Point]) -> list[Point]:
    return rounded_path(corners, _RADIUS)


def _hits(path: Sequence[Point], areas: Iterable[Rectangle]) -> int:
    points = list(sample(path, 24))
    return sum(any(area.grown(2).holds(point) for point in points) for area in areas)


def _length(path: Sequence[Point]) -> float:
    return sum(math.dist(one, other) for one, other in itertools.pairwise(path))
