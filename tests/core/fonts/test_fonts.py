"""Fonts: measured, embedded, and found for what the figure's font lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

import visualize
from tests.graphs import resnet
from visualize.check import check_figure
from visualize.core.errors import UsageError
from visualize.core.fonts import FAMILY, faces, text_width
from visualize.scene.build import missing_characters
from visualize.scene.themes import with_font


def build_font(file: Path, family: str, characters: str, width: int) -> Path:
    """A font whose characters are all squares, ``width`` thousandths of an em wide."""
    names = {ord(character): f"g{ord(character)}" for character in characters}
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for corner in ((50, 700), (width - 50, 700), (width - 50, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    glyphs = [".notdef", *names.values()]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap(names)
    font.setupGlyf(dict.fromkeys(glyphs, square))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (width, 50)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    post_script = family.replace(" ", "")
    font.setupNameTable({"familyName": family, "styleName": "Regular", "psName": post_script})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.save(file)
    return file


ASCII = "".join(map(chr, range(32, 127))) + "×·→–"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of fonts, the only one there is."""
    monkeypatch.setattr(faces, "SYSTEM_FOLDERS", (str(tmp_path),))
    monkeypatch.setattr("visualize.core.fonts.SYSTEM_FOLDERS", (str(tmp_path),))
    caches = (faces.find_face, faces.fallback, faces._installed, faces._read)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def test_a_font_of_the_users_own_is_measured_and_embedded(tmp_path: Path) -> None:
    file = build_font(tmp_path / "wide.ttf", "Test Wide", ASCII, 900)
    assert text_width("conv", 10, str(file)) == pytest.approx(36)
    plain, wide = (visualize.draw(resnet(), font=font) for font in ("", str(file)))
    files = wide.render(["svg", "pdf"])
    assert b"font-family:'Test Wide " in files["svg"]
    assert FAMILY.encode() not in files["svg"]
    assert b"TestWide" in files["pdf"]
    for format_name, data in files.items():
        assert not check_figure(data, format_name)
    boxes = [figure.render(["dot"])["dot"].decode() for figure in (plain, wide)]
    assert boxes[0] != boxes[1]


def test_an_installed_font_is_found_by_its_name(installed: Path) -> None:
    build_font(installed / "wide.ttf", "Test Wide", ASCII, 900)
    assert "'Test Wide'" in visualize.draw(resnet(), font="test wide").svg
    with pytest.raises(UsageError, match=r"no font named 'Test Wid'.*Test Wide"):
        visualize.draw(resnet(), font="Test Wid")


def test_what_the_font_lacks_comes_from_another(installed: Path) -> None:
    build_font(installed / "han.ttf", "Test Han", "图像", 1100)
    figure = visualize.draw(resnet(), title="图像")
    files = figure.render(["svg", "pdf"])
    assert b"font-family:'Test Han " in files["svg"]
    assert b"TestHan" in files["pdf"]
    for format_name, data in files.items():
        assert not check_figure(data, format_name)
    assert text_width("图像", 10) == pytest.approx(22)
    assert missing_characters(figure.scene, figure.theme) == []


def test_a_character_without_any_font_is_reported(installed: Path) -> None:
    figure = visualize.draw(resnet(), title="图")
    assert missing_characters(figure.scene, figure.theme) == ["图"]


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_text("no font")
    theme = visualize.draw(resnet()).theme
    with pytest.raises(UsageError, match=r"no\.ttf: not a readable font"):
        with_font(theme, str(tmp_path / "no.ttf"))


def test_text_is_measured() -> None:
    assert text_width("iii", 9) < text_width("mmm", 9)
    assert text_width("conv", 18) == pytest.approx(2 * text_width("conv", 9))
    assert text_width("卷积", 10) == pytest.approx(20)
