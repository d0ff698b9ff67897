"""Rectangles on the page while a figure is laid out: x grows to the right, y upwards."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.core.choices import Direction
from visualize.core.geometry import Point, Rectangle


@dataclass(frozen=True, slots=True)
class Corners:
    """A rectangle on the page, in points."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def of(cls, extent: Rectangle, direction: Direction) -> Corners:
        """Where ``extent``, in flow coordinates, is on the page."""
        corners = [
            direction.on_page(Point(along, across))
            for along in (extent.start, extent.end)
            for across in (extent.low, extent.high)
        ]
        xs, ys = zip(*corners)
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom

    def joined(self, other: Corners) -> Corners:
        """The smallest rectangle that holds both."""
        return Corners(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )
