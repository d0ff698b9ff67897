"""From statements to what is drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnText
from visualize.check.tikz.places import Plane, Trace, Tracer, curves, length
from visualize.check.tikz.source import Source, Statement, bracketed, split
from visualize.core.fonts import line_extent, text_width
from visualize.core.geometry import HEAD_LENGTH, Point, toward
from visualize.core.latex import plain_text
from visualize.core.page import Area, Place, polyline

_TITLE = "\\visualizetext"
_SIZE = re.compile(r"(\\visualize(?!foreign)[a-z]+)|\\fontsize\{([\d.]+)\}.*?\\relax(?!\.)")
_COLOR = re.compile(r"\\color\{([^{}]*)\}")
_ASIDE = re.compile(r"\\kern([\d.]+)bp$")
_PARAMETERS = re.compile(r"(\d+) parameters")
_COPIES = re.compile(r"(\d+) copies")


class Reader:
    """Reads the statements of a picture in turn, as each may name what comes before it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.plane = Plane()
        self.frames: set[str] = set()
        self.boxes: set[str] = set()
        self.found = Drawn(Area(0, 0, 0, 0), source.color("visualize background", "#ffffff"))
        self.normal = source.sizes.get(_TITLE, 9.0)

    def drawn(self) -> Drawn:
        """All of the picture."""
        for statement in self.source.statements:
            if statement.command == "node":
                self._node(statement)
            else:
                self._path(statement)
        return self.found

    # Nodes

    def _node(self, statement: Statement) -> None:
        options = self.source.meaning(("every node", *statement.options))
        name, place, text = _parts(statement.rest)
        rows = [self._row(row, options) for row in split(text, "\\\\")] or [("", 0.0, "", 0.0)]
        size = self._size(options, rows)
        middle = self.plane.beside(options, size, self.source.distance)
        if middle is None:
            middle = self.plane.coordinate(place)
            anchor = options.get("anchor", "")
            middle = middle[0] + {"west": 0.5, "east": -0.5}.get(anchor, 0.0) * size[0], middle[1]
        area = _around(middle, size)
        if "box" in options:
            self._box(statement, options, name, area, [row[0] for row in rows])
        of_frame, of_panel = self._belongs(place, middle)
        y = middle[1] - sum(sum(line_extent(row[1])) for row in rows) / 2
        for row, points, color, aside in rows:
            above, below = line_extent(points)
            width = text_width(row, points)
            x, base = middle[0] - (width + aside) / 2, y + above
            lines = Area.of_letters(x, base, width, points)
            self.found.texts.append(DrawnText(row, lines, points, color, of_frame, of_panel))
            y += above + below

    def _row(self, source: str, options: dict[str, str]) -> tuple[str, float, str, float]:
        """A line of text: what it reads, its size, its colour, and the room to its right."""
        points, color = self.normal, options.get("text", "")
        source = f"{options.get('execute at begin node', '')} {source}"
        for match in _SIZE.finditer(source):
            points = float(match[2]) if match[2] else self.source.sizes.get(match[1], points)
        for match in _COLOR.finditer(source):
            color = match[1]
        aside = _ASIDE.search(source)
        plain = plain_text(_ASIDE.sub("", _COLOR.sub("", _SIZE.sub("", source))).strip())
        room = float(aside[1]) if aside else 0.0
        return plain, points, self.source.color(color, "#000000"), room

    def _size(
        self, options: dict[str, str], rows: Sequence[tuple[str, float, str, float]]
    ) -> tuple[float, float]:
        """The size of a node, which is as large as its text at least."""
        if "minimum size" in options:
            return (length(options["minimum size"]),) * 2
        room = 2 * length(options.get("inner xsep", "0"))
        width = max(text_width(row, points) + aside for row, points, _, aside in rows) + room
        height = sum(sum(line_extent(points)) for _, points, _, _ in rows)
        least = (length(options.get(f"minimum {side}", "0")) for side in ("width", "height"))
        wide, high = least
        return max(wide, width), max(high, height)

    def _box(
        self,
        statement: Statement,
        options: dict[str, str],
        name: str,
        area: Area,
        lines: Sequence[str],
    ) -> None:
        self.plane.areas[name] = area
        self.boxes.add(name)
        if "circle" in options:
            self.plane.circles.add(name)
        comment = statement.comment
        held, copies = _PARAMETERS.search(comment), _COPIES.search(comment)
        stage = next((key for key in options if key.startswith("stage ")), "")
        box = DrawnBox(
            name=name,
            area=area,
            fill=self.source.color(options.get("fill", "")),
            line=self.source.color(options.get("draw", "")),
            stage=stage.replace(" ", ""),
            parameters=int(held[1]) if held else None,
            repeat=int(copies[1]) if copies else None,
            detail=" in " in f" {comment}",
            lines=tuple(lines),
            closed="closed" in comment,
            radius=area.width / 2
            if "circle" in options
            else length(options.get("rounded corners", "0")),
        )
        self.found.boxes.append(box)

    def _belongs(self, place: str, middle: Place) -> tuple[bool, bool]:
        """Whether a text is of a frame, and whether it is the letter of a panel."""
        name = re.sub(r"^\[.*\]", "", place).partition(".")[0].strip()
        if name in self.frames:
            return True, False
        in_box = name in self.boxes and self.plane.areas[name].holds(middle)
        return False, in_box and name not in self.plane.circles

    # Paths

    def _path(self, statement: Statement) -> None:
        options = self.source.meaning(statement.options)
        radius = length(options.get("rounded corners", "0"))
        trace = Tracer(self.plane, statement.rest, radius).trace()
        for name, place in trace.named.items():
            self.plane.areas[name] = Area(*place, *place)
        if "use as bounding box" in options and trace.rectangle:
            held = _PARAMETERS.search(statement.comment)
            total = int(held[1]) if held else None
            self.found = replace(self.found, page=trace.rectangle, parameters=total)
        elif "frame" in options and trace.rectangle:
            self._frame(options, trace)
        elif trace.segments:
            self._line(options, trace)

    def _frame(self, options: dict[str, str], trace: Trace) -> None:
        assert trace.rectangle is not None
        name = next(iter(trace.named), "frame")
        self.frames.add(name)
        fill, line = (self.source.color(options.get(key, "")) for key in ("fill", "draw"))
        frame = DrawnBox(name, trace.rectangle, fill, line, frame=True)
        self.found.boxes.append(frame)

    def _line(self, options: dict[str, str], trace: Trace) -> None:
        path = [trace.segments[0][0], *(place for one in trace.segments for place in one[1:])]
        headed = "->" in options
        if headed:
            # As TikZ draws it: the end is moved back, the control point before it is not.
            path[-1] = toward(Point(*path[-1]), Point(*path[-2]), HEAD_LENGTH)
        ends = (re.sub(r"\[.*?\]|\..*", "", trace.names[place]) for place in (0, -1))
        strands = " triple" if "postaction" in options else " double"
        look = options.get("dash pattern", "solid") + (strands if "double" in options else "")
        arrow = DrawnArrow(
            name=" to ".join(dict.fromkeys([*ends, *list(trace.named)[:1]])),
            points=tuple(polyline(curves(path))),
            color=self.source.color(options.get("draw", "")),
            style=f"{options.get('line width', '0.4bp').removesuffix('bp')} pt {look}",
            headed=headed,
        )
        self.found.arrows.append(arrow)


def _parts(rest: str) -> tuple[str, str, str]:
    """The name, the place and the text of a node."""
    name = place = ""
    if rest.startswith("("):
        name, end = bracketed(rest, 0)
        rest = rest[end:].strip()
    if rest.startswith("at"):
        place, end = bracketed(rest, rest.index("("))
        rest = rest[end:].strip()
    text, _ = bracketed(rest, 0)
    return name, place, text


def _around(middle: Place, size: tuple[float, float]) -> Area:
    (x, y), (width, height) = middle, size
    return Area(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
