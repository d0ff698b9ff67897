"""Reading a figure back from an SVG."""

from __future__ import annotations

import base64
import io
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from fontTools.ttLib import TTFont, TTLibError

from visualize.check.curves import area_of, sampled, segments
from visualize.check.drawn import Area, Drawn, DrawnArrow, DrawnBox, DrawnFont, DrawnText, Point
from visualize.core.errors import FigureError

_ASCENT, _DESCENT = 0.72, 0.2
_UNKNOWN_WIDTH = 0.5  # of an em, for characters of fonts that are not at hand
_FACE = re.compile(r"@font-face\s*{([^}]*)}")
_FAMILY = re.compile(r"font-family:\s*['\"]?([^'\";]+)")
_DATA = re.compile(r"url\(data:[^,]*;base64,([^)]*)\)")
_STEP = re.compile(r"([MLCZmlcz])([^MLCZmlcz]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_TRANSFORM = re.compile(r"(translate|scale)\(([^)]*)\)")
_GENERIC = frozenset({"serif", "sans-serif", "monospace", "cursive", "system-ui"})


def read_svg(data: bytes, name: str) -> Drawn:
    """What an SVG shows.

    Raises:
        FigureError: it is no SVG.
    """
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise FigureError(f"this is no SVG: {error}", where=name) from error
    if _tag(root) != "svg":
        raise FigureError("this is no SVG", where=name)
    return _Reader(root).read()


class _Reader:
    def __init__(self, root: ET.Element) -> None:
        self.root = root
        faces = _faces(root)
        self.advances = [widths for _, widths in faces]
        self.fonts = _fonts(root, dict(faces))

    def read(self) -> Drawn:
        left, top, width, height = self._view()
        page = Area(left, top, left + width, top + height)
        total = self.root.get("data-parameters")
        self.drawn = Drawn(
            page, "#ffffff", fonts=self.fonts, parameters=int(total) if total else None
        )
        self.background = "#ffffff"
        self._walk(self.root, (1.0, 0.0, 0.0), self.root)
        return Drawn(
            page,
            self.background,
            self.drawn.texts,
            self.drawn.boxes,
            self.drawn.arrows,
            self.fonts,
            self.drawn.parameters,
        )

    def _view(self) -> list[float]:
        box = _NUMBER.findall(self.root.get("viewBox", ""))
        if len(box) == 4:
            return [float(number) for number in box]
        sizes = [_NUMBER.findall(self.root.get(side, "")) for side in ("width", "height")]
        return [0.0, 0.0, *(float(size[0]) if size else 0.0 for size in sizes)]

    def _walk(
        self, element: ET.Element, place: tuple[float, float, float], group: ET.Element
    ) -> None:
        """Read what is drawn in ``element``; ``place`` is its scale and its shift."""
        place = _placed(element.get("transform", ""), place)
        if _tag(element) == "g":
            group = element
        points = self._points(element, place)
        if points:
            self._shape(element, group, points)
        elif _tag(element) == "text":
            self._text(element, place)
        for child in element:
            self._walk(child, place, group)

    def _points(self, element: ET.Element, place: tuple[float, float, float]) -> list[Point]:
        """What the outline of a shape passes."""
        kind = _tag(element)
        if kind == "path":
            local = sampled(segments(_steps(element.get("d", ""))))
        elif kind in ("polygon", "polyline"):
            corners = _pairs(element.get("points", ""))
            local = sampled(itertools.pairwise(corners))
        elif kind == "ellipse":
            x, y, across, down = (float(element.get(key, "0")) for key in ("cx", "cy", "rx", "ry"))
            local = [(x - across, y - down), (x + across, y + down)]
        elif kind == "rect" and "%" not in element.get("width", "%"):
            x, y, width, height = (
                float(element.get(key, "0")) for key in ("x", "y", "width", "height")
            )
            local = [(x, y), (x + width, y + height)]
        else:
            return []
        scale, right, down = place
        return [(x * scale + right, y * scale + down) for x, y in local]

    def _shape(self, element: ET.Element, group: ET.Element, points: list[Point]) -> None:
        classes = group.get("class", "").split()
        fill, line = element.get("fill", "none"), element.get("stroke", "none")
        name = group.get("id", _tag(element))
        if "edge" in classes:
            if fill == "none":
                style = f"{element.get('stroke-width', '1')} pt {_dashes(element)}"
                headed = any(_tag(child) == "polygon" for child in group)
                arrow = DrawnArrow(name, tuple(points), line, style, headed)
                self.drawn.arrows.append(arrow)
        elif "node" in classes or "cluster" in classes:
            tinted = [one for one in classes if one.startswith("stage")]
            stage = tinted[0] if tinted and "merge" not in classes else ""
            held = group.get("data-parameters")
            if fill.startswith("#") and group.find("./{*}title") is not None:
                self.drawn.boxes.append(
                    DrawnBox(
                        name.removeprefix("box-"),
                        area_of(points),
                        fill,
                        line,
                        "cluster" in classes,
                        stage,
                        int(held) if held else None,
                    )
                )
        elif "graph" in classes and fill.startswith("#"):
            self.background = fill

    def _text(self, element: ET.Element, place: tuple[float, float, float]) -> None:
        text = "".join(element.itertext())
        if not text.strip():
            return
        scale, right, down = place
        size = float(element.get("font-size", "16").removesuffix("pt")) * scale
        width = sum(map(self._advance, text)) * size
        x = float(element.get("x", "0")) * scale + right
        y = float(element.get("y", "0")) * scale + down
        x -= {"middle": width / 2, "end": width}.get(element.get("text-anchor", ""), 0.0)
        area = Area(x, y - _ASCENT * size, x + width, y + _DESCENT * size)
        self.drawn.texts.append(DrawnText(text, area, size, element.get("fill", "#000000")))

    def _advance(self, character: str) -> float:
        """Width of a character in ems."""
        for widths in self.advances:
            if character in widths:
                return widths[character]
        return _UNKNOWN_WIDTH


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _placed(transform: str, around: tuple[float, float, float]) -> tuple[float, float, float]:
    """Scale and shift of what stands in an element that is moved or scaled evenly."""
    scale, right, down = around
    for kind, arguments in _TRANSFORM.findall(transform):
        numbers = [float(number) for number in _NUMBER.findall(arguments)]
        if kind == "scale":
            scale *= numbers[0]
        else:
            right += numbers[0] * scale
            down += (numbers[1] if len(numbers) > 1 else 0.0) * scale
    return scale, right, down


def _pairs(text: str) -> list[Point]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return list(zip(numbers[::2], numbers[1::2]))


def _steps(path: str) -> Iterator[tuple[str, list[Point]]]:
    """The steps of a path of absolute moves, lines and curves, as Graphviz writes them."""
    for command, arguments in _STEP.findall(path):
        points = _pairs(arguments)
        if command == "C":
            yield from (("c", points[start : start + 3]) for start in range(0, len(points), 3))
        elif command == "L":
            yield from (("l", [point]) for point in points)
        elif command == "M":
            yield "m", points[:1]
            yield from (("l", [point]) for point in points[1:])
        else:
            yield "h", []


def _dashes(element: ET.Element) -> str:
    dashes = element.get("stroke-dasharray", "")
    return f"dashed {dashes}" if dashes else "solid"


def _faces(root: ET.Element) -> list[tuple[str, dict[str, float]]]:
    """The fonts that the file brings along: name, and width of each character in ems."""
    faces = []
    for style in root.iterfind(".//{*}style"):
        for body in _FACE.findall(style.text or ""):
            family, data = _FAMILY.search(body), _DATA.search(body)
            if family and data:
                try:
                    with TTFont(io.BytesIO(base64.b64decode(data[1]))) as font:
                        faces.append((family[1].strip(), _widths(font)))
                except (TTLibError, ValueError):
                    continue
    return faces


def _widths(font: TTFont) -> dict[str, float]:
    metrics, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {chr(code): metrics[glyph][0] / per_em for code, glyph in font.getBestCmap().items()}


def _fonts(root: ET.Element, faces: Mapping[str, Mapping[str, float]]) -> list[DrawnFont]:
    """The first family that each element asks for, and all that the file brings along."""
    families = dict.fromkeys(faces)
    for element in root.iter():
        family = element.get("font-family", "").partition(",")[0].strip(" '\"")
        if family and family not in _GENERIC:
            families[family] = None
    return [
        DrawnFont(name, name in faces, characters=frozenset(faces.get(name, ())))
        for name in families
    ]
