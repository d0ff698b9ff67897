"""Read a figure back from an SVG: what a shape is follows from the classes of its group.

    <g class="graph">                     a filled shape in it is the background
      <g class="cluster frame">           a frame
      <g class="edge arrow skip">         a line, and a polygon if it has a head
      <g class="node box stage2" data-parameters="9408" data-repeat="3">
      <g class="node note frame-label">    a line of the label of the frame around it
      <g class="node note panel-letter">   the letter of the panel that explains the box it is on

Both the SVG that this program writes and the one that Graphviz writes for it have them.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace

from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnText
from visualize.check.fonts import Faces, advance, embedded_fonts, used_fonts
from visualize.check.paths import Step, corner_radius, segments
from visualize.core.errors import FigureError
from visualize.core.page import Area, Place, polyline

_STEP = re.compile(r"([MLCZmlcz])([^MLCZmlcz]*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# What is the same in both models of a difference, or gone, needs no panel.
_UNEXPLAINED = ("same", "removed")
_CLOSED = {"block", "stage"}
_STAGE = re.compile(r"stage\d+")
_TRANSFORM = re.compile(r"(translate|scale)\(([^)]*)\)")


def read_svg(data: bytes, name: str) -> Drawn:
    """What an SVG shows.

    Args:
        data: the content of the file.
        name: what errors call it.

    Raises:
        FigureError: ``data`` is not an SVG file.
    """
    try:
        # expat of 2.4 and later bounds entities, and the size of the file is bounded.
        root = ET.fromstring(data)  # nosec B314
    except (ET.ParseError, LookupError, ValueError) as error:  # such as an unknown encoding
        raise FigureError(f"not an SVG file: {error}", where=name) from error
    if _tag(root) != "svg":
        raise FigureError("not an SVG file", where=name)
    try:
        drawn = _drawn(root)
    except (ValueError, IndexError, OverflowError, RecursionError) as error:
        raise FigureError(f"not a valid SVG file: {error}", where=name) from error
    if not drawn.boxes:
        raise FigureError(
            "shows no boxes", where=name, hint="check a figure that visualize or Graphviz drew"
        )
    return drawn


@dataclass(frozen=True)
class _Transform:
    """An even scale, then a shift."""

    scale: float = 1.0
    right: float = 0.0
    down: float = 0.0

    def then(self, inner: str) -> _Transform:
        """The transformation of an element inside that has the attribute ``inner``."""
        scale, right, down = self.scale, self.right, self.down
        for kind, arguments in _TRANSFORM.findall(inner):
            numbers = [float(number) for number in _NUMBER.findall(arguments)]
            if not numbers:
                raise ValueError(f"a {kind} by nothing")
            if kind == "scale":
                scale *= numbers[0]
            else:
                right += numbers[0] * scale
                down += (numbers[1] if len(numbers) > 1 else 0.0) * scale
        return _Transform(scale, right, down)

    def applied(self, place: Place) -> Place:
        """Where ``place`` is on the page."""
        return place[0] * self.scale + self.right, place[1] * self.scale + self.down


@dataclass(frozen=True)
class _Element:
    """An element, its transformation, the innermost group that it is in, and the figure's id."""

    element: ET.Element
    transform: _Transform
    group: ET.Element
    figure: str

    @property
    def name(self) -> str:
        """The id of the group, without that of the figure."""
        return self.group.get("id", _tag(self.element)).removeprefix(f"{self.figure}-")

    @property
    def classes(self) -> list[str]:
        """The classes of the group."""
        return self.group.get("class", "").split()

    def get(self, key: str, otherwise: str = "") -> str:
        """An attribute of the element."""
        return self.element.get(key, otherwise)

    def numbers(self, *keys: str) -> list[float]:
        """Attributes that are numbers, 0 where they are missing."""
        return [float(self.get(key, "0")) for key in keys]


def _drawn(root: ET.Element) -> Drawn:
    faces = embedded_fonts(root)
    total = root.get("data-parameters")
    drawn = Drawn(
        page=_page(root),
        background="#ffffff",
        fonts=used_fonts(root, faces),
        parameters=int(total) if total else None,
    )
    background = drawn.background
    for one in _elements(_Element(root, _Transform(), root, root.get("id", ""))):
        if _tag(one.element) == "text" or "data-text" in one.element.attrib:
            drawn.texts.extend(_written(one, faces))
            continue
        outline = [one.transform.applied(place) for place in _outline(one)]
        fill = one.get("fill", "none")
        if not outline:
            continue
        if "edge" in one.classes:
            if fill == "none":
                drawn.arrows.append(_arrow(one, outline))
        elif "node" in one.classes or "cluster" in one.classes:
            if fill.startswith("#") and one.group.find("./{*}title") is not None:
                drawn.boxes.append(_box(one, outline))
        elif "graph" in one.classes and fill.startswith("#"):
            background = fill
    return replace(drawn, background=background)


def _page(root: ET.Element) -> Area:
    view = [float(number) for number in _NUMBER.findall(root.get("viewBox", ""))]
    if len(view) == 4:
        left, top, width, height = view
        return Area(left, top, left + width, top + height)
    sizes = [_NUMBER.findall(root.get(side, "")) for side in ("width", "height")]
    width, height = (float(size[0]) if size else 0.0 for size in sizes)
    return Area(0.0, 0.0, width, height)


def _elements(around: _Element) -> Iterator[_Element]:
    """An element and all in it, in the order in which they are painted."""
    element = around.element
    transform = around.transform.then(element.get("transform", ""))
    group = element if _tag(element) == "g" else around.group
    yield _Element(element, transform, group, around.figure)
    for child in element:
        yield from _elements(_Element(child, transform, group, around.figure))


def _outline(one: _Element) -> list[Place]:
    """Places on the outline of a shape, before its transformation; nothing for other elements."""
    kind = _tag(one.element)
    if kind == "path":
        return polyline(segments(_steps(one.get("d"))))
    if kind in ("polygon", "polyline"):
        return polyline(itertools.pairwise(_pairs(one.get("points"))))
    if kind == "ellipse":
        x, y, across, down = one.numbers("cx", "cy", "rx", "ry")
        return [(x - across, y), (x, y - down), (x + across, y), (x, y + down)]
    if kind == "rect" and "%" not in one.get("width", "%"):
        x, y, width, height = one.numbers("x", "y", "width", "height")
        return [(x, y), (x + width, y + height)]
    return []


def _arrow(one: _Element, outline: list[Place]) -> DrawnArrow:
    dashes = one.get("stroke-dasharray")
    look = f"dashed {dashes}" if dashes else "solid"
    return DrawnArrow(
        name=one.name,
        points=tuple(outline),
        color=one.get("stroke", "none"),
        style=f"{one.get('stroke-width', '1')} pt {look}",
        headed=any(_tag(child) == "polygon" for child in one.group),
    )


def _needs_a_panel(one: _Element) -> bool:
    """Whether a box is closed, and neither by a reader nor for what it is in a difference."""
    group = one.group.attrib
    is_known = "data-shut" in group or group.get("data-status") in _UNEXPLAINED
    return not _CLOSED.isdisjoint(one.classes) and not is_known


def _box(one: _Element, outline: list[Place]) -> DrawnBox:
    stages = [name for name in one.classes if _STAGE.fullmatch(name)]
    held, repeat = one.group.get("data-parameters"), one.group.get("data-repeat")
    texts = (
        child.get("data-text") or "".join(child.itertext())
        for child in one.group
        if _tag(child) == "text" or "data-text" in child.attrib
    )
    is_frame = "cluster" in one.classes
    return DrawnBox(
        name=one.name.removeprefix("box-"),
        area=Area.around(outline),
        fill=one.get("fill", "none"),
        line=one.get("stroke", "none"),
        frame=is_frame,
        stage=stages[0] if stages and "merge" not in one.classes else "",
        parameters=int(held) if held else None,
        repeat=int(repeat) if repeat and not is_frame else None,
        detail="data-detail" in one.group.attrib,
        lines=tuple(texts),
        closed=_needs_a_panel(one),
        radius=corner_radius(outline),
    )


def _written(one: _Element, faces: Faces) -> Iterator[DrawnText]:
    """A line of text, written in a font or as shapes."""
    text = one.get("data-text") or "".join(one.element.itertext())
    if text.strip():
        yield _outlined(one, text) if "data-text" in one.element.attrib else _text(one, text, faces)


def _text(one: _Element, text: str, faces: Faces) -> DrawnText:
    size = float(one.get("font-size", "16").removesuffix("pt")) * one.transform.scale
    width = sum(advance(character, faces) for character in text) * size
    x, y = one.transform.applied((one.numbers("x")[0], one.numbers("y")[0]))
    x -= {"middle": width / 2, "end": width}.get(one.get("text-anchor"), 0.0)
    return _drawn_text(one, text, Area.of_letters(x, y, width, size), size)


def _drawn_text(one: _Element, text: str, area: Area, size: float) -> DrawnText:
    """A text in its colour, with what it belongs to."""
    of_frame, of_panel = "frame-label" in one.classes, "panel-letter" in one.classes
    return DrawnText(text, area, size, one.get("fill", "#000000"), of_frame, of_panel)


def _outlined(one: _Element, text: str) -> DrawnText:
    """A text whose glyphs are shapes, on a baseline that no attribute gives."""
    area = Area.around([one.transform.applied(place) for place in _outline(one)] or [(0.0, 0.0)])
    size = float(one.get("data-size", "16")) * one.transform.scale
    return _drawn_text(one, text, area, size)


def _steps(path: str) -> Iterator[tuple[Step, list[Place]]]:
    """The steps of a path of absolute moves, lines and curves."""
    for command, arguments in _STEP.findall(path):
        places = _pairs(arguments)
        if command == "C":
            for start in range(0, len(places), 3):
                yield Step.CURVE, places[start : start + 3]
        elif command == "L":
            yield from ((Step.LINE, [place]) for place in places)
        elif command == "M":
            yield Step.MOVE, places[:1]
            yield from ((Step.LINE, [place]) for place in places[1:])
        else:
            yield Step.CLOSE, []


def _pairs(text: str) -> list[Place]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return list(zip(numbers[::2], numbers[1::2]))


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
