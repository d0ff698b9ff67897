"""The font that ships with the program: measuring text, and subsets to embed.

Fira Sans, Digitized data copyright 2012-2016 The Mozilla Foundation and Telefonica S.A., under
the SIL Open Font License 1.1 (``OFL.txt`` in this folder).
"""

from __future__ import annotations

import functools
import io
import unicodedata
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

FAMILY = "Fira Sans"
FOLDER = Path(__file__).parent
_FILE = FOLDER / "FiraSans-Regular.ttf"


# Where systems keep fonts; those that do not exist are passed over.
_SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "WINDOWSFONTDIR",
)


def configuration() -> str:
    """A fontconfig file that finds the shipped font, and the system's for other characters.

    The system's own configuration is left out: versions of fontconfig quarrel about it.
    """
    folders = (str(FOLDER), *_SYSTEM_FOLDERS)
    entries = "".join(f"<dir>{escape(folder)}</dir>" for folder in folders)
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f'<fontconfig>{entries}<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>'
    )


def text_width(text: str, size: float) -> float:
    """Width of ``text`` in points when set at ``size`` points.

    Characters that the font lacks are counted as an em where they are wide (Chinese, emoji),
    else as two thirds of one.
    """
    advances, per_em = _advances()
    missing = per_em * 2 / 3
    units = 0.0
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        units += advances.get(ord(character), per_em if wide else missing)
    return units * size / per_em


def subset(text: str) -> bytes:
    """The shipped font reduced to the characters of ``text``, in WOFF format."""
    from fontTools.subset import Options, Subsetter

    options = Options()
    options.flavor = "woff"
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]
    options.notdef_outline = True
    font = TTFont(_FILE, recalcTimestamp=False)
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


@functools.cache
def _advances() -> tuple[dict[int, int], int]:
    with TTFont(_FILE, lazy=True) as font:
        widths = font["hmtx"].metrics
        advances = {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}
        return advances, font["head"].unitsPerEm
