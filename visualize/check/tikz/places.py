"""Where nodes and paths are: what TikZ would compute from relative positions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from visualize.check.tikz.source import bracketed, split
from visualize.core.geometry import Point
from visualize.core.page import Area, Place, Segment
from visualize.core.route import Route, Vertex

_NUMBER = r"(-?[\d.]+)"
_PAIR = re.compile(rf"\s*{_NUMBER}(?:bp)?\s*,\s*{_NUMBER}(?:bp)?\s*")
_LENGTH = re.compile(rf"{_NUMBER}(bp|pt|cm|mm|in)?")
_UNITS = {"bp": 1.0, "": 1.0, "pt": 72 / 72.27, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4}
_SIDES = {"north": (0, -1), "south": (0, 1), "west": (-1, 0), "east": (1, 0)}
_BESIDE = {"below": "south", "above": "north", "left": "west", "right": "east"}
_STEP = re.compile(r"\s*(--|\|-|-\||\.\.|rectangle|coordinate|\+\+|\+|\(|\[|[A-Za-z]+)")


def length(text: str) -> float:
    """A length in points of PDF.

    >>> length("9bp"), length("1in"), length("-4")
    (9.0, 72.0, -4.0)
    """
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no length")
    return float(found[1]) * _UNITS[found[2] or ""]


@dataclass
class Plane:
    """The nodes that are known so far, in coordinates of the page: y grows down."""

    areas: dict[str, Area] = field(default_factory=dict)
    circles: set[str] = field(default_factory=set)

    def anchor(self, name: str) -> Place:
        """A place on a node: its middle, one of its anchors, or at an angle."""
        node, _, anchor = name.strip().partition(".")
        if node not in self.areas:
            raise ValueError(f"there is no node {node!r}")
        area = self.areas[node]
        x, y = area.center
        if re.fullmatch(_NUMBER, anchor):
            angle, radius = math.radians(float(anchor)), area.width / 2
            return x + radius * math.cos(angle), y - radius * math.sin(angle)
        for side in anchor.split():
            across, down = _SIDES.get(side, (0, 0))
            x, y = x + across * area.width / 2, y + down * area.height / 2
        return x, y

    def coordinate(self, text: str, here: Place = (0.0, 0.0)) -> Place:
        """The place of a coordinate, its parentheses left out; ``here`` is where ``++`` begins."""
        right, down = 0.0, 0.0
        text = text.strip()
        if text.startswith("["):
            options, end = bracketed(text, 0)
            right, down = _shift(options)
            text = text[end:]
        pair = _PAIR.fullmatch(text)
        if pair:
            x, y = here[0] + float(pair[1]), here[1] - float(pair[2])
        elif "|-" in text:
            (x, _), (_, y) = map(self.anchor, text.split("|-"))
        else:
            x, y = self.anchor(text)
        return x + right, y + down

    def beside(
        self, options: dict[str, str], size: tuple[float, float], usual: float
    ) -> Place | None:
        """The middle of a node that is below or beside another, None if it is not said to be."""
        for key, side in _BESIDE.items():
            if key in options:
                gap, _, name = options[key].rpartition("of ")
                distance = length(gap) if gap.strip() else usual
                x, y = self.anchor(f"{name}.{side}")
                across, down = _SIDES[side]
                return (
                    x + across * (distance + size[0] / 2),
                    y + down * (distance + size[1] / 2),
                )
        return None


def _shift(options: str) -> tuple[float, float]:
    """By how much options move a coordinate, to the right and down."""
    right = down = 0.0
    for option in split(options):
        key, _, value = option.partition("=")
        pair = _PAIR.fullmatch(value.strip("{}()"))
        if key == "shift" and pair:
            right, down = right + float(pair[1]), down - float(pair[2])
        elif key == "xshift":
            right += length(value)
        elif key == "yshift":
            down -= length(value)
    return right, down


@dataclass
class Trace:
    """A path: the names in it, its segments, and the coordinates that it names.

    Attributes:
        names: the text of its coordinates in order.
        segments: its lines and curves.
        rectangle: the one that it ends with, if it does.
        named: where it names a coordinate.
    """

    names: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    rectangle: Area | None = None
    named: dict[str, Place] = field(default_factory=dict)


class Tracer:
    """Follows the operations of one path."""

    def __init__(self, plane: Plane, text: str, radius: float = 0.0) -> None:
        self.plane = plane
        self.text = text
        self.radius = radius
        self.found = Trace()
        self.corners: list[Vertex] = []
        self.here: Place = (0.0, 0.0)
        self.waiting = ""  # the operation that the next coordinate ends
        self.controls: list[Place] = []
        self.halfway = ""

    def trace(self) -> Trace:
        """All of the path."""
        at = 0
        while match := _STEP.match(self.text, at):
            sign, at = match[1], match.end()
            if sign == "(" or sign.startswith("+"):
                at = self._coordinate(sign, at - 1 if sign == "(" else at)
            elif sign == "[":
                at = self._options(at - 1)
            elif sign == "coordinate":
                name, at = bracketed(self.text, self.text.index("(", at))
                if self.waiting:  # before the end of a line, in whose middle it is
                    self.halfway = name
                else:
                    self.found.named[name] = self.here
            elif sign in ("controls", "and"):
                at = self._control(at)
            else:
                self.waiting = sign
        if self.text[at:].strip():
            raise ValueError(f"{self.text[at:][:20]!r} is not known in a path")
        self._flush()
        return self.found

    def _options(self, at: int) -> int:
        options, at = bracketed(self.text, at)
        for option in split(options):
            key, _, value = option.partition("=")
            if key == "rounded corners":
                self.radius = length(value)
            elif key == "sharp corners":
                self.radius = 0.0
        return at

    def _control(self, at: int) -> int:
        start = self.text.index("(", at)
        sign = self.text[at:start].strip()
        text, after = bracketed(self.text, start)
        # The first is relative to where the curve begins, the second to where it ends.
        base = self.here if not self.controls else (0.0, 0.0)
        self.controls.append(self.plane.coordinate(text, base if sign == "+" else (0.0, 0.0)))
        return after

    def _coordinate(self, sign: str, at: int) -> int:
        text, at = bracketed(self.text, self.text.index("(", at))
        end = self.plane.coordinate(text, self.here if sign.startswith("+") else (0.0, 0.0))
        self.found.names.append(text)
        if self.waiting == "rectangle":
            self.found.rectangle = Area.around((self.here, end))
        elif self.waiting == "..":
            self._flush()
            first, (across, down) = self.controls
            self.found.segments.append((self.here, first, (end[0] + across, end[1] + down), end))
        elif self.waiting:
            self._line(end)
        if self.halfway:
            middle = (self.here[0] + end[0]) / 2, (self.here[1] + end[1]) / 2
            self.found.named[self.halfway] = middle
        self.here, self.waiting, self.controls, self.halfway = end, "", [], ""
        return at

    def _line(self, end: Place) -> None:
        if not self.corners:
            self.corners.append(Vertex(Point(*self.here)))
        if self.waiting in ("-|", "|-"):
            x, y = (end[0], self.here[1]) if self.waiting == "-|" else (self.here[0], end[1])
            self.corners.append(Vertex(Point(x, y), self.radius))
        self.corners.append(Vertex(Point(*end), self.radius))

    def _flush(self) -> None:
        """Keep the lines so far, whose corners are rounded but at their ends."""
        if len(self.corners) > 1:
            self.corners[-1] = Vertex(self.corners[-1].point)
            self.found.segments += curves([(x, y) for x, y in Route(tuple(self.corners)).curves()])
        self.corners = []


def curves(points: Sequence[Place]) -> Iterator[Segment]:
    """The curves of a cubic Bézier path that lead anywhere."""
    for place in range(0, len(points) - 1, 3):
        if math.dist(points[place], points[place + 3]) > 0:
            yield tuple(points[place : place + 4])
