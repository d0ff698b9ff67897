"""Routes: where lines run, as the corners that a reader would name.

    (0, 0) ────────╮ radius 8        Route.rounded([(0, 0), (90, 0), (90, 40)], 8)
                   │
                (90, 40)

A route keeps corners and radii, not curves: formats with bends draw the corners, others the cubic
Bézier curves that `Route.curves` makes of them. All points are in flow coordinates.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from visualize.core.geometry import Point, Rectangle, Transform, between, bounds, sample, toward

SMOOTH = math.inf
"""The radius of a control point of a smooth curve."""
_BULGE = 0.55  # of a quarter circle as a cubic Bézier curve
_PIECES = 4  # of a smooth curve that is drawn as a polyline
# Routes whose ends are nearer than this continue each other without a line between them, in points.
_NEAR = 1.0
# A corner that makes a line longer by no more than this is not a corner.
_IN_LINE = 0.02


class Vertex(NamedTuple):
    """A point that shapes a route, with its radius in points.

    Attributes:
        point: where it is.
        radius: 0 where the route passes through the point, finite for a right angle that is
            rounded, `SMOOTH` for a control point of an S curve.
    """

    point: Point
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """A line from its first vertex to its last.

    The first and the last vertex have radius 0. Smooth vertices come in pairs: the two control
    points of one cubic Bézier curve between the vertices of radius 0 before and after them.
    """

    vertices: tuple[Vertex, ...]

    @classmethod
    def straight(cls, start: Point, end: Point) -> Route:
        """A straight line."""
        return cls((Vertex(start), Vertex(end)))

    @classmethod
    def rounded(cls, corners: Sequence[Point], radius: float) -> Route:
        """Straight segments that meet in corners rounded with ``radius``."""
        inner = (Vertex(corner, radius) for corner in corners[1:-1])
        return cls((Vertex(corners[0]), *inner, Vertex(corners[-1])))

    @classmethod
    def smooth(cls, start: Point, end: Point) -> Route:
        """An S curve that leaves and arrives along the flow.

        start ──╮
                ╰── end
        """
        bend = (end.along - start.along) * 0.5
        control = Vertex(start.moved(bend, 0), SMOOTH), Vertex(end.moved(-bend, 0), SMOOTH)
        return cls((Vertex(start), *control, Vertex(end)))

    @property
    def start(self) -> Point:
        """Where it begins."""
        return self.vertices[0].point

    @property
    def end(self) -> Point:
        """Where it ends."""
        return self.vertices[-1].point

    def transformed(self, transform: Transform) -> Route:
        """This route, transformed."""
        return Route(tuple(Vertex(transform.of(point), radius) for point, radius in self.vertices))

    def joined(self, other: Route) -> Route:
        """This route and then ``other``; a gap between them is a straight line."""
        apart = math.dist(self.end, other.start) >= _NEAR
        return Route(self.vertices + other.vertices[0 if apart else 1 :])

    def curves(self) -> list[Point]:
        """The route as a cubic Bézier path: 3n + 1 control points.

        A corner is cut at its radius or at half of its shorter segment; a segment that ends at a
        vertex of radius 0 may be used up whole.
        """
        path = [self.start]
        vertices = self.vertices
        for position in range(1, len(vertices)):
            point, radius = vertices[position]
            if radius == SMOOTH:
                path.append(point)
            elif radius:
                _add_corner(path, *vertices[position - 1 : position + 2])
            elif vertices[position - 1].radius == SMOOTH:
                path.append(point)
            else:
                _add_line(path, point)
        return path

    def corners(self) -> list[Point]:
        """The polyline that a reader would draw: sharp corners, and an S curve in a few pieces."""
        found: list[Point] = []
        path = self.vertices
        for position, (point, radius) in enumerate(path):
            if radius != SMOOTH:
                found.append(point)
            elif path[position + 1].radius == SMOOTH:
                curve = [vertex.point for vertex in path[position - 1 : position + 3]]
                if not all(_in_line(curve[0], control, curve[3]) for control in curve[1:3]):
                    found += sample(curve, _PIECES)
        kept = found[:1]
        for point, following in itertools.pairwise(found[1:]):
            if not _in_line(kept[-1], point, following):
                kept.append(point)
        return [*kept, found[-1]]

    def bounds(self) -> Rectangle:
        """The smallest rectangle that holds its curves and their control points."""
        return bounds(self.curves())

    def sample(self, steps: int = 16) -> Iterator[Point]:
        """Points on the route, ``steps`` - 1 inside each of its curves."""
        return sample(self.curves(), steps)


def _add_corner(path: list[Point], before: Vertex, corner: Vertex, after: Vertex) -> None:
    """Add a line to a corner, and the curve around it."""
    point = corner.point
    room_before = math.dist(before.point, point) / (2 if before.radius else 1)
    room_after = math.dist(point, after.point) / (2 if after.radius else 1)
    cut = min(corner.radius, room_before, room_after)
    entry, leave = toward(point, before.point, cut), toward(point, after.point, cut)
    _add_line(path, entry)
    path += [between(entry, point, _BULGE), between(leave, point, _BULGE), leave]


def _add_line(path: list[Point], end: Point) -> None:
    path += [between(path[-1], end, 1 / 3), between(path[-1], end, 2 / 3), end]


def _in_line(start: Point, middle: Point, end: Point) -> bool:
    """Whether a line over ``middle`` is hardly longer than without it."""
    around = math.dist(start, middle) + math.dist(middle, end)
    return around - math.dist(start, end) < _IN_LINE
