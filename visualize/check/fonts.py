"""The fonts of an SVG: those that are embedded, with their widths, and those that texts use."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from fontTools.ttLib import TTFont

from visualize.check.drawn import DrawnFont
from visualize.core.fonts.bounded import check_font
from visualize.core.remarks import keep_quiet

# The width of each character in ems, by family.
Faces = Mapping[str, Mapping[str, float]]

_UNKNOWN_WIDTH = 0.5  # of an em, for characters that no embedded font has
_FACE = re.compile(r"@font-face\s*{([^}]*)}")
# A rule for all texts wins over attributes.
_TEXTS = re.compile(r"(?:^|[\s}])text\s*{[^}]*?font-family:\s*([^;}]+)")
_FAMILY = re.compile(r"font-family:\s*['\"]?([^'\";]+)")
_DATA = re.compile(r"url\(data:[^,]*;base64,([^)]*)\)")
_GENERIC = frozenset({"serif", "sans-serif", "monospace", "cursive", "system-ui"})


def embedded_fonts(root: ET.Element) -> Faces:
    """The fonts in the style sheets of an SVG; those that cannot be read are left out."""
    faces: dict[str, Mapping[str, float]] = {}
    for style in root.iterfind(".//{*}style"):
        for body in _FACE.findall(style.text or ""):
            family, data = _FAMILY.search(body), _DATA.search(body)
            if family and data:
                try:
                    keep_quiet("fontTools")
                    with TTFont(io.BytesIO(base64.b64decode(data[1]))) as font:
                        check_font(font)
                        name = family[1].strip()
                        faces[name] = {**faces.get(name, {}), **_widths(font)}
                except Exception:  # of many kinds, where a font is broken
                    continue
    return faces


def used_fonts(root: ET.Element, faces: Faces) -> list[DrawnFont]:
    """The first family that texts name, in a rule or else in attributes, and all embedded ones."""
    families = dict.fromkeys(faces)
    sheets = (style.text or "" for style in root.iterfind(".//{*}style"))
    rules = [names for sheet in sheets for names in _TEXTS.findall(sheet)]
    for names in rules or [one.get("font-family", "") for one in root.iter()]:
        family = names.partition(",")[0].strip(" '\"\n")
        if family and family not in _GENERIC:
            families[family] = None
    return [
        DrawnFont(name, name in faces, characters=frozenset(faces.get(name, ())))
        for name in families
    ]


def advance(character: str, faces: Faces) -> float:
    """The width of a character in ems, in the first embedded font that has it."""
    widths = (widths[character] for widths in faces.values() if character in widths)
    return next(widths, _UNKNOWN_WIDTH)


def _widths(font: TTFont) -> dict[str, float]:
    metrics, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {chr(code): metrics[glyph][0] / per_em for code, glyph in font.getBestCmap().items()}
