"""What is drawn of a view, as plain data: lists of numbers, with places in tables for the rest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from visualize.core.fonts import below_middle
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke, PaintedTint
from visualize.export import picture as drawn
from visualize.export.curves import DASHES
from visualize.export.picture import Facing

_ANCHORS = {Facing.LEFT: "start", Facing.MIDDLE: "middle", Facing.RIGHT: "end"}


class Table:
    """Things that many others name by their places in it."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, key: Hashable, row: Any = None) -> int:
        """The place of ``key``, which is added if it is new.

        Args:
            key: what is looked up.
            row: its plain data, if that is not the key itself.
        """
        if key not in self._places:
            self._places[key] = len(self.rows)
            self.rows.append(key if row is None else row)
        return self._places[key]


class Plain:
    """Turns what is drawn into plain data.

    Args:
        font: the family of texts.

    Attributes:
        characters: those of all texts.
    """

    def __init__(self, font: str) -> None:
        self.font = font
        self.colors = Table()
        self.tints = Table()
        self.strokes = Table()
        self.characters: set[str] = set()

    def color(self, paint: Paint) -> int:
        """The place of a colour."""
        return self.colors.place(paint, [paint.day, paint.night])

    def tint(self, tint: PaintedTint) -> int:
        """The place of the colours of a box: fill, line and the smaller lines of its text."""
        return self.tints.place(tint, [*map(self.color, (tint.fill, tint.line, tint.detail))])

    def stroke(self, stroke: PaintedStroke) -> int:
        """The place of how a line is drawn."""
        row = {
            "color": self.color(stroke.color),
            "width": stroke.width,
            "dashes": list(DASHES.get(stroke.style.dashes, ())),
            "strands": stroke.style.strands,
        }
        return self.strokes.place(stroke, row)

    def text(self, text: drawn.Text, inherited: Paint | None = None) -> list[Any]:
        """A line of text, on its baseline; one of the ``inherited`` colour names none."""
        self.characters.update(text.text)
        anchor = _ANCHORS[text.facing]
        x = text.center[0] + {"start": -0.5, "end": 0.5}.get(anchor, 0.0) * text.width
        color = None if text.color == inherited else self.color(text.color)
        y = text.center[1] + below_middle(text.size, self.font)
        return [text.text, *rounded(x, y), text.size, color, anchor, *rounded(text.width)]

    def texts(self, texts: Iterable[drawn.Text]) -> list[list[Any]]:
        """Several lines of text."""
        return [self.text(text) for text in texts if text.text.strip()]

    def line(self, line: drawn.Line) -> dict[str, Any]:
        """A line without a head."""
        return {"id": line.id, "path": path(line.path), "stroke": self.stroke(line.stroke)}

    def bracket(self, bracket: drawn.Bracket) -> dict[str, Any]:
        """The name of a stage beside its boxes."""
        return {**self.line(bracket.line), "texts": self.texts(bracket.texts)}

    def shortcut(self, shortcut: drawn.Shortcut) -> dict[str, Any]:
        """An arc beside a closed box."""
        stroke = self.stroke(shortcut.stroke)
        return {"path": path(shortcut.path), "stroke": stroke, "kind": shortcut.kind}


def rounded(*numbers: float) -> list[float]:
    """Numbers with as many decimals as anyone can see."""
    return [int(number) if number == int(number) else number for number in _rounded(numbers)]


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(number, 2) for number in numbers]


def path(places: Iterable[Place]) -> list[float]:
    """The points of a path, one number after the other."""
    return rounded(*(number for place in places for number in place))


def area(area: Area) -> list[float]:
    """A rectangle: its upper left corner, width and height."""
    return rounded(area.left, area.top, area.width, area.height)


def runs(numbers: Iterable[int]) -> list[int]:
    """Whole numbers as runs of consecutive ones: the first of each, and how many they are.

    One that is negative is a run of its own.

    >>> runs([4, 5, 6, 9]), runs([-1, 0, 1])
    ([4, 3, 9, 1], [-1, 1, 0, 2])
    """
    found: list[int] = []
    for number in numbers:
        if found and found[-2] >= 0 and number == found[-2] + found[-1]:
            found[-1] += 1
        else:
            found += [number, 1]
    return found
