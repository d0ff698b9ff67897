"""The layout of a scene: everything in its place, in flow coordinates."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace
from typing import TypeVar

from visualize.core.choices import Direction
from visualize.core.geometry import Point, Rectangle, Transform, transformed
from visualize.core.legend import Sign
from visualize.core.page import Place
from visualize.core.palette import ToneEntry
from visualize.core.route import Route
from visualize.core.scene import SceneArrow, SceneBox, SceneDetail, SceneGroup

INCH = 72.0
Text = TypeVar("Text", bound="PlacedText")
_SLACK = 0.01
# How many times the size of a page a figure may have and still fit it with denser spacing.
_NEARLY = 2.2
# How close to a box, in points, an arrow seems to be part of its border.
_CLOSE = 1.6
# Points on a curve are at most this far apart, less than any box is broad, and at least so many.
_STEP = 6.0
_STEPS = 16


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Text with its centre and its size in points."""

    text: str
    center: Point
    size: float

    def transformed(self: Text, transform: Transform) -> Text:
        """This text, transformed."""
        return replace(self, center=transform.of(self.center))


@dataclass(frozen=True, slots=True)
class PlacedNote(PlacedText):
    """Text beside the circle of a merge; ``box`` is the id of the merge."""

    box: str


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre and its size along and across the flow.

    Attributes:
        lines: those of its label, each in the rows that it takes.
    """

    box: SceneBox
    center: Point
    length: float
    breadth: float
    lines: tuple[tuple[str, ...], ...]

    @property
    def rectangle(self) -> Rectangle:
        """The area it covers."""
        return Rectangle.around(self.center, self.length, self.breadth)

    def transformed(self, transform: Transform) -> PlacedBox:
        """This box, transformed."""
        return replace(self, center=transform.of(self.center))


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow of the scene.

    Attributes:
        arrow: what it draws.
        route: its last part, which ends where its head ends.
        label: the text beside it.
        via: the trunks that it follows before ``route``, in order: indices of `Layout.trunks`.
    """

    arrow: SceneArrow
    route: Route
    label: PlacedText | None = None
    via: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedShortcut:
    """A short arc beside a closed box: a residual connection of one kind leads past its inside.

    ``box`` is the id of the box.
    """

    box: str
    kind: str
    route: Route


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame around a repeated part, with the lines of the title in its corner."""

    group: SceneGroup
    rectangle: Rectangle
    texts: tuple[PlacedText, ...] = ()

    def transformed(self, transform: Transform) -> PlacedFrame:
        """This frame, transformed; its title still reads in the same order."""
        texts = self.texts
        if transform.mirrored:
            places = (text.center for text in texts[::-1])
            texts = tuple(replace(text, center=at) for text, at in zip(texts, places))
        rectangle = self.rectangle.transformed(transform)
        return replace(self, rectangle=rectangle, texts=transformed(texts, transform))


@dataclass(frozen=True, slots=True)
class Page:
    """The room for a figure, in points.

    If ``exact``, the figure is as wide as the page even if it needs less.
    """

    width: float = 6.875 * INCH
    height: float = 9.0 * INCH
    exact: bool = False

    @property
    def nearly(self) -> Page:
        """The size up to which a figure may still fit this page with denser spacing."""
        return Page(self.width * _NEARLY, self.height * _NEARLY)

    def holds(self, width: float, height: float) -> bool:
        """Whether there is room for a figure of this size, in points."""
        return width <= self.width + _SLACK and height <= self.height + _SLACK


@dataclass(frozen=True, slots=True)
class PlacedLegend:
    """One entry of the legend, in page coordinates.

    Attributes:
        subject: what it explains, a kind of skip connection, a colour or a sign.
        line: from the left end of its sample to the right one.
        text: its text.
        center: the middle of the text.
    """

    subject: str | ToneEntry | Sign
    line: tuple[Place, Place]
    text: str
    center: Place


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Title, legend and edge, in page coordinates: points, y grows upwards.

    Attributes:
        low: the lower left corner of the page.
        high: the upper right corner.
        title: the middle of the title.
        title_size: of its type, in points.
        legend: the entries of the legend.
    """

    low: Place = (0.0, 0.0)
    high: Place = (0.0, 0.0)
    title: Place = (0.0, 0.0)
    title_size: float = 0.0
    legend: tuple[PlacedLegend, ...] = ()

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page."""
        return self.high[0] - self.low[0], self.high[1] - self.low[1]


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stage's name beside its boxes: a line from the first to the last of them."""

    stage: str
    line: tuple[Point, Point]
    texts: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class PlacedDetail:
    """The inside of closed boxes in its panel, in page coordinates.

    Attributes:
        detail: what it shows.
        layout: of its scene, in flow coordinates of its own.
        direction: of the flow in the panel.
        shift: from the page coordinates of that layout to those of the figure.
        low: the lower left corner of the panel.
        high: its upper right corner.
        texts: its letter, its title, and what is written about variants; each with its centre and
            its size.
        leader: a line from a box that it explains to its border, if one has its place.
    """

    detail: SceneDetail
    layout: Layout
    direction: Direction
    shift: Place
    low: Place
    high: Place
    texts: tuple[tuple[str, Place, float], ...]
    leader: tuple[Place, Place] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A scene with everything in its place.

    Attributes:
        boxes: the boxes, in the order of the scene.
        arrows: the arrows, in the order of the scene.
        trunks: plain lines without heads that several arrows may share: the parts of arrows up to
            the border of a frame, and the turns from the end of a column to the next.
        notes: texts beside merges.
        shortcuts: arcs beside closed boxes.
        brackets: names of stages.
        frames: frames around repeated parts, outer ones before those in them.
        extent: the rectangle around all of it.
        around: title, legend and edge.
        in_line: whether boxes are aligned where that costs room, see `Spacing.lanes`.
        details: what is inside closed boxes, beside or below all else.
    """

    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    trunks: tuple[Route, ...] = ()
    notes: tuple[PlacedNote, ...] = ()
    shortcuts: tuple[PlacedShortcut, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    frames: tuple[PlacedFrame, ...] = ()
    extent: Rectangle = field(default_factory=lambda: Rectangle(0, 0, 0, 0))
    around: Surroundings = field(default_factory=Surroundings)
    in_line: bool = False
    details: tuple[PlacedDetail, ...] = ()

    def whole(self, arrow: PlacedArrow) -> Route:
        """The route of ``arrow`` from its source to its target."""
        parts = [*(self.trunks[trunk] for trunk in arrow.via), arrow.route]
        return functools.reduce(Route.joined, parts)

    @property
    def skip_kinds(self) -> frozenset[str]:
        """The kinds of skip connection that have a line, here or in a detail."""
        arrows = frozenset(one.arrow.look for one in self.arrows if one.arrow.look)
        inside = (one.layout.skip_kinds for one in self.details)
        return arrows.union((one.kind for one in self.shortcuts), *inside)

    @property
    def is_clear(self) -> bool:
        """Whether no arrow runs through a box, or along the border of one, on its way."""
        return not any(map(self._is_crossing, self.arrows)) and all(
            one.layout.is_clear for one in self.details
        )

    def _is_crossing(self, placed: PlacedArrow) -> bool:
        route, ends = self.whole(placed), (placed.arrow.source, placed.arrow.target)
        bounds = route.bounds()
        others = (one.rectangle.grown(_CLOSE) for one in self.boxes if one.box.id not in ends)
        near = [area for area in others if area.overlaps(bounds)]
        length = max(bounds.end - bounds.start, bounds.high - bounds.low)
        steps = max(_STEPS, math.ceil(length / _STEP))
        points = list(route.sample(steps)) if near else []
        return any(area.holds(point) for area in near for point in points)

    def fits(self, page: Page) -> bool:
        """Whether the figure, title and legend included, fits ``page`` in true size."""
        return page.holds(*self.around.size)

    def nearly_fits(self, page: Page) -> bool:
        """Whether the figure may fit ``page`` with denser spacing."""
        return page.nearly.holds(*self.around.size)
