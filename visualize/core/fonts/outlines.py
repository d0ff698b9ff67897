"""Text as outlines, for readers that do not use the font in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen

from visualize.core.fonts import faces_of, text_width
from visualize.core.fonts.faces import Face
from visualize.core.page import Place


class Outlines:
    """The glyphs of one font, and of installed ones for other characters.

    Args:
        font: by name or file.
    """

    def __init__(self, font: str) -> None:
        self.font = font
        self._glyphs: dict[Face, Any] = {}

    def path(self, text: str, size: float, start: Place) -> str:
        """``text`` as the data of an SVG path; characters that no font has are left out.

        Args:
            text: one line.
            size: in points.
            start: the left end of its baseline; y grows down.
        """
        faces = {one: face for face, found in faces_of(text, self.font).items() for one in found}
        steps: list[str] = []
        x, y = start
        for character in text:
            if face := faces.get(character):
                scale = size / face.per_em
                with face.explained():
                    glyphs, names = self._opened(face)
                    moved = TransformPen(_Steps(glyphs, steps), (scale, 0, 0, -scale, x, y))
                    glyphs[names[ord(character)]].draw(moved)
            x += text_width(character, size, self.font)
        return "".join(steps)

    def _opened(self, face: Face) -> tuple[Any, Mapping[int, str]]:
        """The glyphs of a font, and their names by code point."""
        if face not in self._glyphs:
            font = face.open()
            self._glyphs[face] = font.getGlyphSet(), font.getBestCmap()
        found: tuple[Any, Mapping[int, str]] = self._glyphs[face]
        return found


class _Steps(BasePen):  # type: ignore[misc]
    """Writes lines and cubic curves; quadratic ones become these. fontTools names the methods."""

    def __init__(self, glyphs: Any, steps: list[str]) -> None:
        super().__init__(glyphs)
        self.steps = steps

    def _moveTo(self, place: Place) -> None:  # noqa: N802
        self.steps.append(f"M{_pair(place)}")

    def _lineTo(self, place: Place) -> None:  # noqa: N802
        self.steps.append(f"L{_pair(place)}")

    def _curveToOne(self, *places: Place) -> None:  # noqa: N802
        self.steps.append(f"C{' '.join(map(_pair, places))}")

    def _closePath(self) -> None:  # noqa: N802
        self.steps.append("Z")


def _pair(place: Place) -> str:
    return f"{place[0]:.2f},{place[1]:.2f}"
