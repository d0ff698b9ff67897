"""The picture: a laid out scene on its page, with colours resolved and texts in place.

Everything a writer needs is here, in page coordinates: points, x grows to the right and y down,
the origin is the top left corner of the page. A `Picture` is plain data. It is a flat list of each
kind of thing, in the order in which they are painted; frames nest by naming the frame around them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke, PaintedTint
from visualize.core.scene import SceneArrow, SceneBox, SceneGroup

SCHEMA = 1


class Part(enum.Enum):
    """What a text belongs to."""

    BOX = "box"
    ARROW = "arrow"
    FRAME = "frame"
    BRACKET = "bracket"
    MERGE = "merge"
    DETAIL = "detail"
    TITLE = "title"
    LEGEND = "legend"


_CLASSES = {
    Part.TITLE: "title",
    Part.LEGEND: "legend",
    Part.FRAME: "note frame-label",
    Part.DETAIL: "note panel-letter",
}


class Facing(enum.Enum):
    """The side of a text that faces what it belongs to, from which it keeps its distance."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text around its centre; ``width`` is that in the figure's font."""

    text: str
    center: Place
    size: float
    width: float
    color: Paint
    part: Part
    facing: Facing = Facing.MIDDLE
    id: str = ""

    @property
    def classes(self) -> str:
        """The classes of its element, if it has one of its own."""
        return _CLASSES.get(self.part, "note")

    def document(self) -> dict[str, Any]:
        """The text as plain data."""
        return {
            "id": self.id,
            "text": self.text,
            "center": _place(self.center),
            "size": self.size,
            "width": round(self.width, 2),
            "color": _color(self.color),
            "part": self.part.value,
            "facing": self.facing.value,
        }


@dataclass(frozen=True, slots=True)
class Box:
    """A box, or the circle of a merge.

    Attributes:
        id: of the element in the figure.
        box: what it shows.
        stage: the number of its stage, from 1, if its colours are those of a stage.
        frame: the id of the innermost frame around it.
        area: where it is.
        radius: of its corners.
        tint: its colours.
        lines: its text.
        detail: the letter of the detail that it is part of; empty in the overview.
        note: the text next to a merge, or the letter of a detail.
        border: its line, where that is not a plain one.
    """

    id: str
    box: SceneBox
    stage: int | None
    frame: str | None
    area: Area
    radius: float
    tint: PaintedTint
    lines: tuple[Text, ...]
    note: Text | None
    detail: str = ""
    border: PaintedStroke | None = None

    @property
    def is_circle(self) -> bool:
        """Whether it is drawn as a circle."""
        return self.box.role == "merge"

    def document(self) -> dict[str, Any]:
        """The box as plain data; ``box`` names it in the scene."""
        return {
            "id": self.id,
            "box": self.box.id,
            "role": self.box.role,
            "stage": self.stage,
            "frame": self.frame,
            "area": _area(self.area),
            "radius": round(self.radius, 2),
            "fill": _color(self.tint.fill),
            "line": _color(self.tint.line),
            "lines": [line.document() for line in self.lines],
            "detail": self.detail or None,
            "note": self.note.document() if self.note else None,
            **({"border": _stroke(self.border)} if self.border else {}),
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame around a repeated part; ``frame`` is the id of the frame around it."""

    id: str
    group: SceneGroup
    frame: str | None
    area: Area
    radius: float
    fill: Paint
    line: Paint
    texts: tuple[Text, ...]

    def document(self) -> dict[str, Any]:
        """The frame as plain data; ``group`` names it in the scene."""
        return {
            "id": self.id,
            "group": self.group.id,
            "frame": self.frame,
            "area": _area(self.area),
            "radius": round(self.radius, 2),
            "fill": _color(self.fill),
            "line": _color(self.line),
            "texts": [text.document() for text in self.texts],
        }


@dataclass(frozen=True, slots=True)
class Line:
    """A line without a head, as a cubic Bézier path of 3n + 1 points."""

    id: str
    path: tuple[Place, ...]
    stroke: PaintedStroke

    def document(self) -> dict[str, Any]:
        """The line as plain data."""
        return {"id": self.id, "path": _path(self.path), **_stroke(self.stroke)}


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow: its last part, with a head, and the trunks that it follows before.

    Attributes:
        id: of the element in the figure.
        arrow: what it shows.
        frame: the id of the innermost frame around both of its ends.
        via: the ids of the trunks.
        path: a cubic Bézier path of 3n + 1 points that ends at the tip of the head.
        shaft: the same path without the head.
        corners: the whole way from box to box as a polyline, its rounded corners sharp.
        stroke: how it is drawn.
        label: the text next to it.
    """

    id: str
    arrow: SceneArrow
    frame: str | None
    via: tuple[str, ...]
    path: tuple[Place, ...]
    shaft: tuple[Place, ...]
    corners: tuple[Place, ...]
    stroke: PaintedStroke
    label: Text | None

    def document(self) -> dict[str, Any]:
        """The arrow as plain data; ``source`` and ``target`` are boxes of the scene."""
        return {
            "id": self.id,
            "source": self.arrow.source,
            "target": self.arrow.target,
            "skip": self.arrow.skip,
            "frame": self.frame,
            "via": list(self.via),
            "path": _path(self.path),
            "corners": _path(self.corners),
            **_stroke(self.stroke),
            "label": self.label.document() if self.label else None,
        }


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A short arc beside a closed box: a residual connection leads past what is in it.

    Attributes:
        id: of the element in the figure.
        box: the id of the box in the scene.
        kind: of the residual connection.
        path: a cubic Bézier path of 3n + 1 points that ends at the tip of the head.
        shaft: the same path without the head.
        stroke: how it is drawn.
    """

    id: str
    box: str
    kind: str
    path: tuple[Place, ...]
    shaft: tuple[Place, ...]
    stroke: PaintedStroke

    def document(self) -> dict[str, Any]:
        """The arc as plain data."""
        own = {"id": self.id, "box": self.box, "skip": self.kind, "path": _path(self.path)}
        return own | _stroke(self.stroke)


@dataclass(frozen=True, slots=True)
class Bracket:
    """The name of a stage next to its boxes, with a straight line; ``group`` is the stage."""

    group: str
    line: Line
    texts: tuple[Text, ...]

    def document(self) -> dict[str, Any]:
        """The bracket as plain data."""
        return {
            "group": self.group,
            "line": self.line.document(),
            "texts": [text.document() for text in self.texts],
        }


@dataclass(frozen=True, slots=True)
class Swatch:
    """A small box in a colour that the legend explains, or in all from ``fill`` to ``ramp``."""

    id: str
    area: Area
    fill: Paint
    line: Paint
    ramp: Paint | None

    def document(self) -> dict[str, Any]:
        """The swatch as plain data."""
        return {
            "id": self.id,
            "area": _area(self.area),
            "fill": _color(self.fill),
            "line": _color(self.line),
            "ramp": _color(self.ramp) if self.ramp else None,
        }


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A sample of a colour or of the line of a ``kind`` of skip connection, or a sign; its text."""

    sample: Swatch | Line | Text
    kind: str | None
    text: Text

    def document(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {"sample": self.sample.document(), "text": self.text.document()}


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything on the page, in the order in which it is painted.

    Attributes:
        name: what the figure shows, for those who cannot see it.
        description: the same in a sentence.
        width: of the page, in points.
        height: of the page.
        background: its colour, if it has one.
        font: the family, or the file of a font.
        size: of the first line of a box.
        detail_size: of other text.
        line_width: of boxes and plain arrows.
        parameters: those that the boxes hold together.
        frames: outer ones before those in them.
        boxes: in the order of the scene.
        trunks: lines that several arrows may share.
        arrows: in the order of the scene.
        shortcuts: arcs beside closed boxes.
        brackets: the names of stages.
        title: above the figure.
        legend: below it.
    """

    name: str
    description: str
    width: float
    height: float
    background: Paint | None
    font: str
    size: float
    detail_size: float
    line_width: float
    parameters: int
    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    trunks: tuple[Line, ...]
    arrows: tuple[Arrow, ...]
    shortcuts: tuple[Shortcut, ...]
    brackets: tuple[Bracket, ...]
    title: Text | None
    legend: tuple[LegendEntry, ...]

    def inside(self, frame: str | None) -> tuple[list[Frame], list[Box]]:
        """The frames and boxes directly in the frame with this id, or in none."""
        inner = [one for one in self.frames if one.frame == frame]
        return inner, [box for box in self.boxes if box.frame == frame]

    def texts(self) -> Iterator[Text]:
        """The texts with an id, which are elements of their own, in the order of their ids."""
        yield from (text for frame in self.frames for text in frame.texts)
        yield from (box.note for box in self.boxes if box.note)
        yield from (text for bracket in self.brackets for text in bracket.texts)
        if self.title:
            yield self.title
        for entry in self.legend:
            if isinstance(entry.sample, Text):
                yield entry.sample
            yield entry.text

    def all_texts(self) -> Iterator[Text]:
        """Every line of text."""
        yield from (line for box in self.boxes for line in box.lines)
        yield from (arrow.label for arrow in self.arrows if arrow.label)
        yield from self.texts()

    def document(self) -> dict[str, Any]:
        """The picture as plain data. A colour with a night variant is a list of both."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "description": self.description,
            "page": _place((self.width, self.height)),
            "background": _color(self.background) if self.background else None,
            "font": self.font,
            "title": self.title.document() if self.title else None,
            "frames": [frame.document() for frame in self.frames],
            "boxes": [box.document() for box in self.boxes],
            "trunks": [trunk.document() for trunk in self.trunks],
            "arrows": [arrow.document() for arrow in self.arrows],
            "shortcuts": [shortcut.document() for shortcut in self.shortcuts],
            "brackets": [bracket.document() for bracket in self.brackets],
            "legend": [entry.document() for entry in self.legend],
        }


def _place(place: Place) -> list[float]:
    return [round(place[0], 2), round(place[1], 2)]


def _path(path: tuple[Place, ...]) -> list[list[float]]:
    return [_place(place) for place in path]


def _area(area: Area) -> list[float]:
    return [round(value, 2) for value in (area.left, area.top, area.width, area.height)]


def _color(paint: Paint) -> str | list[str]:
    return paint.day if paint.day == paint.night else [paint.day, paint.night]


def _stroke(stroke: PaintedStroke) -> dict[str, Any]:
    return {"color": _color(stroke.color), "style": stroke.style.value, "width": stroke.width}
