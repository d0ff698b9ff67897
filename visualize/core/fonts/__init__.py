"""Fonts: measuring text, and subsets to embed.

Fira Sans ships with the program: Digitized data copyright 2012-2016 The Mozilla Foundation and
Telefonica S.A., under the SIL Open Font License 1.1 (``OFL.txt`` in this folder).
"""

from __future__ import annotations

import functools
import html
import io
import math
import unicodedata
from collections.abc import Iterable, Mapping

from visualize.core.fonts.faces import (
    FAMILY,
    FOLDER,
    SYSTEM_FOLDERS,
    Face,
    fallback,
    find_face,
    require_face,
)
from visualize.core.inert import family_name

__all__ = [
    "FAMILY",
    "LINE_HEIGHT",
    "below_middle",
    "configuration",
    "faces_of",
    "family",
    "line_extent",
    "missing",
    "require_face",
    "subset",
    "text_width",
]

# Distance of two lines of text, in units of their size.
LINE_HEIGHT = 1.2


def configuration(font: str = FAMILY) -> str:
    """A fontconfig file that finds ``font``, and the system's fonts for other characters.

    The system's own configuration is left out: versions of fontconfig do not agree about it.
    """
    face = find_face(font)
    own = [str(face.file.parent.resolve())] if face else []
    folders = dict.fromkeys([str(FOLDER), *own, *SYSTEM_FOLDERS])
    entries = "".join(f"<dir>{html.escape(folder)}</dir>" for folder in folders)
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f'<fontconfig>{entries}<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>'
    )


def family(font: str) -> str:
    """The family name of a font that is given by name or as a file."""
    face = find_face(font)
    return face.family if face else family_name(font)


def text_width(text: str, size: float, font: str = FAMILY) -> float:
    """Width of ``text`` in points when set at ``size`` points.

    Characters that the font lacks have the width that an installed font gives them. If no font has
    them, they count as an em where they are wide (Chinese, emoji), else as two thirds of one.
    """
    face = _face(font)
    return _units(text, face) * size / face.per_em


def line_extent(size: float, font: str = FAMILY) -> tuple[float, float]:
    """How far a line of text reaches above and below its baseline, in points.

    Both are rounded up to whole pixels, 96 to an inch, as Pango does: Graphviz places text so.
    """
    face = _face(font)
    pixels = size * 4 / 3 / face.per_em
    return math.ceil(face.ascent * pixels) * 0.75, math.ceil(face.descent * pixels) * 0.75


def below_middle(size: float, font: str = FAMILY) -> float:
    """How far the baseline of a line of text is below its middle, in points."""
    above, below = line_extent(size, font)
    return (above - below) / 2


@functools.lru_cache(8192)
def _units(text: str, face: Face) -> float:
    """Width of ``text`` in units of its face."""
    units = 0.0
    for character in text:
        width = face.advances.get(ord(character))
        units += _foreign_width(character) * face.per_em if width is None else width
    return units


def _face(font: str) -> Face:
    face = find_face(font) or find_face(FAMILY)
    assert face is not None
    return face


def _foreign_width(character: str) -> float:
    """Width in ems of a character that the font lacks."""
    other = fallback(character)
    if other:
        return other.advances[ord(character)] / other.per_em
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 2 / 3


def missing(text: Iterable[str], font: str) -> list[str]:
    """The characters that neither ``font`` nor an installed font has."""
    own = _face(font).advances
    return sorted(
        {
            character
            for character in set("".join(text))
            if ord(character) not in own
            and not unicodedata.category(character).startswith(("C", "Z"))
            and fallback(character) is None
        }
    )


def faces_of(text: str, font: str) -> Mapping[Face, str]:
    """The faces in which ``text`` is set, ``font`` first, each with its characters, sorted."""
    main = find_face(font)
    own = main or _face(font)
    found: dict[Face, list[str]] = {main: []} if main else {}
    for character in sorted(set(text)):
        face = main if ord(character) in own.advances else fallback(character)
        if face:
            found.setdefault(face, []).append(character)
    return {face: "".join(characters) for face, characters in found.items() if characters}


@functools.lru_cache(64)
def subset(face: Face, text: str) -> bytes:
    """A font reduced to the characters of ``text``, in WOFF format."""
    from fontTools.subset import Options, Subsetter

    options = Options()
    options.flavor = "woff"
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]
    options.notdef_outline = True
    options.drop_tables = [*options.drop_tables, "FFTM"]  # an editor's dates
    with face.explained(), face.open() as font:
        # Ligatures and kerning: reading their tables costs more than all the rest.
        for table in ("GDEF", "GPOS", "GSUB"):
            if table in font:
                del font[table]
        subsetter = Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()
