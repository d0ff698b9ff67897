"""What a layout is: everything of a scene in its place, in flow coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field

from visualize.render.layout.around import Page, Surroundings
from visualize.render.layout.geometry import Point, Rectangle
from visualize.render.scene import SceneArrow, SceneBox, SceneGroup

_SLACK = 0.01
# How much longer a figure may be that fits with less room between its boxes.
_NEARLY = 2.2


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Text with its centre and its size in points."""

    text: str
    center: Point
    size: float


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre and its size along and across the flow."""

    box: SceneBox
    center: Point
    length: float
    breadth: float

    @property
    def rectangle(self) -> Rectangle:
        """The area it covers."""
        return Rectangle.around(self.center, self.length, self.breadth)


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow, or a part of one, as a cubic Bézier path that ends where its head ends."""

    arrow: SceneArrow
    path: tuple[Point, ...]
    label: PlacedText | None = None
    head: bool = True


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame around a repeated part, with what it says in its corner."""

    group: SceneGroup
    rectangle: Rectangle
    texts: tuple[PlacedText, ...] = ()


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stage's name beside its boxes: a line from the first to the last of them."""

    stage: str
    line: tuple[Point, Point]
    texts: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything of a scene in its place.

    ``turns`` are the lines from the end of each column to the beginning of the next; ``in_line``
    says that boxes stand in line with others where that may take room.
    """

    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    notes: tuple[PlacedText, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    turns: tuple[tuple[Point, ...], ...] = ()
    frames: tuple[PlacedFrame, ...] = ()
    extent: Rectangle = field(default_factory=lambda: Rectangle(0, 0, 0, 0))
    around: Surroundings = field(default_factory=Surroundings)
    in_line: bool = False

    def fits(self, page: Page) -> bool:
        """Whether the figure, title and legend included, fits ``page`` in true size."""
        width, height = self.around.size
        return width <= page.width + _SLACK and height <= page.height + _SLACK

    def nearly_fits(self, page: Page) -> bool:
        """Whether the figure would fit ``page`` with less room between the boxes."""
        width, height = self.around.size
        return width <= page.width * _NEARLY and height <= page.height * _NEARLY
