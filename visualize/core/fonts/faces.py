"""Faces: the shipped font, those that are installed, and a file of the user's own."""

from __future__ import annotations

import difflib
import functools
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from visualize.core.errors import UsageError, shorten

FAMILY = "Fira Sans"
FOLDER = Path(__file__).parent
_SHIPPED = FOLDER / "FiraSans-Regular.ttf"
_SUFFIXES = (".ttf", ".otf", ".ttc")
# Where systems keep fonts; those that do not exist are passed over.
SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "WINDOWSFONTDIR",
)


@dataclass(frozen=True, eq=False)
class Face:
    """A font: its family, where it is, and the width of each character in units of an em."""

    family: str
    file: Path
    number: int
    per_em: int
    advances: dict[int, int]

    def open(self) -> TTFont:
        """The font itself, to be closed."""
        return TTFont(self.file, fontNumber=self.number, lazy=True, recalcTimestamp=False)


@functools.cache
def find_face(name: str) -> Face | None:
    """The face of a family that ships with the program or is installed, or in a file.

    None if there is none of that name.
    """
    if name == FAMILY:
        return _read(_SHIPPED, 0)
    if name.lower().endswith(_SUFFIXES):
        return _read(Path(name), 0)
    for family, style, file, number in _installed():
        if family.lower() == name.lower() and style in ("regular", "book", "roman", "normal"):
            return _read(file, number)
    return None


def require_face(name: str) -> Face:
    """`find_face`, of which there must be one.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    face = find_face(name)
    if face is None:
        families = sorted({family for family, *_ in _installed()} | {FAMILY})
        near = difflib.get_close_matches(name, families, n=3)
        raise UsageError(
            f"no font named {shorten(name)!r}",
            where="--font",
            hint=f"did you mean {', '.join(near)}?" if near else "give the path of a .ttf or .otf",
        )
    return face


@functools.cache
def fallback(character: str) -> Face | None:
    """An installed face that has a character, if there is one."""
    for _, style, file, number in _installed():
        if style in ("regular", "book", "roman", "normal"):
            face = _read(file, number)
            if face and ord(character) in face.advances:
                return face
    return None


@functools.cache
def _read(file: Path, number: int) -> Face | None:
    try:
        with TTFont(file, fontNumber=number, lazy=True) as font:
            metrics = font["hmtx"].metrics
            advances = {code: metrics[glyph][0] for code, glyph in font.getBestCmap().items()}
            name = _name(font, 16) or _name(font, 1)
            return Face(name, file, number, font["head"].unitsPerEm, advances)
    except (TTLibError, OSError, KeyError, AttributeError):
        return None


@functools.cache
def _installed() -> tuple[tuple[str, str, Path, int], ...]:
    """Family, style, file and number of every font that systems keep."""
    return tuple(sorted(_found(), key=lambda one: (one[0], one[1], str(one[2]))))


def _found() -> Iterator[tuple[str, str, Path, int]]:
    for folder in SYSTEM_FOLDERS:
        for root, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                if name.lower().endswith(_SUFFIXES):
                    yield from _members(Path(root, name))


def _members(file: Path) -> Iterator[tuple[str, str, Path, int]]:
    try:
        data = file.read_bytes()
        fonts = (
            TTCollection(io.BytesIO(data), lazy=True).fonts
            if data[:4] == b"ttcf"
            else [TTFont(io.BytesIO(data), lazy=True)]
        )
        for number, font in enumerate(fonts):
            style = _name(font, 17) or _name(font, 2)
            yield _name(font, 16) or _name(font, 1), style.lower(), file, number
    except (TTLibError, OSError, KeyError):
        return


def _name(font: TTFont, number: int) -> str:
    return font["name"].getDebugName(number) or ""
