"""Faces: the shipped font, the installed ones, and a file of the user's own.

fontTools takes longer to import than most figures take to draw. The shipped font is therefore
measured in advance, in ``fira_sans.json``, and fontTools is imported only where another font is
read or a font is embedded.
"""

from __future__ import annotations

import difflib
import functools
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core.errors import UsageError, VisualizeError, shorten, shorten_path
from visualize.core.files import read_file
from visualize.core.inert import family_name
from visualize.core.remarks import keep_quiet

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FAMILY = "Fira Sans"
FOLDER = Path(__file__).parent
SHIPPED = FOLDER / "FiraSans-Regular.ttf"
# The result of `measure` for the shipped font.
MEASURED = FOLDER / "fira_sans.json"
_SUFFIXES = (".ttf", ".otf", ".ttc")
_UPRIGHT = ("regular", "book", "roman", "normal")
# Where systems keep fonts; folders that do not exist are skipped.
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
    """A font and its metrics, in units of which ``per_em`` make an em.

    Attributes:
        family: its name.
        file: where it is.
        number: its place in a collection of fonts, from 0.
        per_em: units per em.
        ascent: how far lines of it reach above the baseline.
        descent: how far they reach below it.
        advances: the width of each character, by code point.
    """

    family: str
    file: Path
    number: int
    per_em: int
    ascent: int
    descent: int
    advances: dict[int, int]

    def open(self) -> TTFont:
        """The font itself, which the caller closes."""
        from fontTools.ttLib import TTFont

        keep_quiet("fontTools")
        return TTFont(self.file, fontNumber=self.number, lazy=True, recalcTimestamp=False)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Read more of the font.

        Raises:
            UsageError: its file is broken in a place that was not read before.
        """
        try:
            yield
        except (VisualizeError, MemoryError):
            raise
        except Exception as error:  # fontTools raises many kinds for a broken file
            raise _broken(str(self.file), error) from error


def measure(font: TTFont) -> dict[str, Any]:
    """The metrics of a font as plain data: what a `Face` is made of."""
    widths, head = font["hmtx"].metrics, font["hhea"]
    return {
        "family": family_name(_name(font, 16) or _name(font, 1)),
        "per_em": font["head"].unitsPerEm,
        "ascent": head.ascent,
        "descent": -head.descent,
        "advances": {code: widths[glyph][0] for code, glyph in sorted(font.getBestCmap().items())},
    }


@functools.cache
def find_face(name: str) -> Face | None:
    """The face of a family that ships with the program or is installed, or of a font file.

    None if there is no such font.
    """
    if name == FAMILY:
        return _shipped()
    if name.lower().endswith(_SUFFIXES):
        return _read(Path(name), 0)
    for family, style, file, number in _installed():
        if family.lower() == name.lower() and style in _UPRIGHT:
            return _read(file, number)
    return None


def require_face(name: str) -> Face:
    """`find_face` for a font that must exist.

    Raises:
        UsageError: it does not; the hint names the nearest ones.
    """
    face = find_face(name)
    if face is None:
        if name.lower().endswith(_SUFFIXES) and os.path.exists(name):  # noqa: PTH110 (long names)
            raise _broken(name, _why_not(Path(name)))
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
        if style in _UPRIGHT:
            face = _read(file, number)
            if face and ord(character) in face.advances:
                return face
    return None


def _shipped() -> Face:
    values = json.loads(MEASURED.read_bytes())
    advances = {int(code): width for code, width in values.pop("advances").items()}
    return Face(file=SHIPPED, number=0, advances=advances, **values)


def _broken(name: str, error: Exception | None) -> UsageError:
    reason = getattr(error, "strerror", None)
    return UsageError(
        f"cannot be read: {reason}" if reason else "not a readable font",
        where=f"font {shorten_path(name)}",
        hint="give another .ttf or .otf, or the name of an installed font",
    )


@functools.cache
def _read(file: Path, number: int) -> Face | None:
    try:
        return _measured(file, number)
    except MemoryError:
        raise
    except Exception:  # fontTools raises many kinds for a broken file
        return None


def _why_not(file: Path) -> Exception | None:
    """What `_read` met."""
    try:
        _measured(file, 0)
    except Exception as error:
        return error
    return None


def _measured(file: Path, number: int) -> Face:
    from fontTools.ttLib import TTFont

    from visualize.core.fonts.bounded import MEGABYTES, check_font

    keep_quiet("fontTools")
    content = io.BytesIO(read_file(file, MEGABYTES))
    with TTFont(content, fontNumber=number, lazy=True) as font:
        check_font(font)
        return Face(file=file, number=number, **measure(font))


@functools.cache
def _installed() -> tuple[tuple[str, str, Path, int], ...]:
    """Family, style, file and number of every installed font."""
    return tuple(sorted(_found(), key=lambda one: (one[0], one[1], str(one[2]))))


def _found() -> Iterator[tuple[str, str, Path, int]]:
    for folder in SYSTEM_FOLDERS:
        for root, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                if name.lower().endswith(_SUFFIXES):
                    yield from _members(Path(root, name))


def _members(file: Path) -> Iterator[tuple[str, str, Path, int]]:
    from fontTools.ttLib import TTCollection, TTFont

    from visualize.core.fonts.bounded import MEGABYTES

    keep_quiet("fontTools")
    try:
        data = read_file(file, MEGABYTES)
        fonts = (
            TTCollection(io.BytesIO(data), lazy=True).fonts
            if data[:4] == b"ttcf"
            else [TTFont(io.BytesIO(data), lazy=True)]
        )
        for number, font in enumerate(fonts):
            style = _name(font, 17) or _name(font, 2)
            yield _name(font, 16) or _name(font, 1), style.lower(), file, number
    except Exception:  # fontTools raises many kinds for a broken file
        return


def _name(font: TTFont, number: int) -> str:
    return font["name"].getDebugName(number) or ""
