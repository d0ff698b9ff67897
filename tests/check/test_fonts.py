"""The fonts of an SVG."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import pytest

from visualize.check.fonts import advance, embedded_fonts, used_fonts
from visualize.core.fonts import faces_of, subset


def styled(sheet: str, family: str = "serif") -> ET.Element:
    return ET.fromstring(f"<svg><style>{sheet}</style><text font-family='{family}'>x</text></svg>")


def face(family: str, characters: str) -> str:
    (one,) = faces_of(characters, "Fira Sans")
    data = base64.b64encode(subset(one, characters)).decode()
    return f"@font-face {{ font-family: '{family}'; src: url(data:font/woff;base64,{data}) }}"


def test_an_embedded_font_has_the_widths_of_its_characters() -> None:
    faces = embedded_fonts(styled(face("Mine", "iW")))
    assert set(faces) == {"Mine"}
    assert {"i", "W"} <= set(faces["Mine"])
    assert 0 < advance("i", faces) < advance("W", faces) < 1.5
    assert advance("图", faces) == 0.5


def test_faces_of_one_family_are_one_font() -> None:
    faces = embedded_fonts(styled(face("Mine", "iW") + face("Mine", "Q")))
    assert {"i", "W", "Q"} <= set(faces["Mine"])


def test_a_font_that_cannot_be_read_is_not_embedded() -> None:
    sheet = "@font-face { font-family: Mine; src: url(data:font/woff;base64,AAAA) }"
    assert embedded_fonts(styled(sheet)) == {}


@pytest.mark.parametrize(
    ("family", "names"),
    [("serif", []), ("Helvetica, Arial", ["Helvetica"]), ("'My Font', serif", ["My Font"])],
)
def test_the_first_family_is_the_one_that_is_used(family: str, names: list[str]) -> None:
    root = ET.fromstring("<svg><text>x</text></svg>")
    root[0].set("font-family", family)
    assert [font.name for font in used_fonts(root, {})] == names
    assert not any(font.embedded for font in used_fonts(root, {}))


def test_a_rule_for_texts_wins_over_attributes() -> None:
    sheet = f"{face('Mine', 'x')} #a text{{font-family:'Mine', 'Other', serif}}"
    (font,) = used_fonts(styled(sheet, "Helvetica"), embedded_fonts(styled(sheet)))
    assert (font.name, font.embedded) == ("Mine", True)
    (font,) = used_fonts(styled("text { font-family: Lost }"), {})
    assert (font.name, font.embedded) == ("Lost", False)
