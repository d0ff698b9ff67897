"""Fonts that would take all time or memory, or that are broken where they are read late."""

from __future__ import annotations

import io
import itertools
import os
import struct
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent
from torch import nn

import visualize
from visualize.core.errors import UsageError
from visualize.core.fonts.bounded import BrokenFontError, check_font
from visualize.core.fonts.faces import SHIPPED, require_face

PLAIN = Path(__file__).parents[2] / "fuzz" / "corpus" / "font" / "plain.ttf"


def with_table(name: str, content: bytes) -> TTFont:
    """A font one of whose tables is other bytes."""
    font = TTFont(PLAIN, lazy=True)
    offset, length = font.reader.tables[name].offset, font.reader.tables[name].length
    data = bytearray(PLAIN.read_bytes())
    data += content
    entry = data.index(name.encode())
    struct.pack_into(">II", data, entry + 8, len(data) - len(content), len(content))
    assert (offset, length) != (0, 0)
    return TTFont(io.BytesIO(bytes(data)), lazy=True)


def test_honest_fonts_are_read() -> None:
    for path in (SHIPPED, PLAIN):
        with TTFont(path, lazy=True) as font:
            check_font(font)


@pytest.mark.parametrize("form", [12, 13])
def test_groups_of_characters_without_end(form: int) -> None:
    table = struct.pack(">HHIII", form, 0, 16 + 12, 0, 1) + struct.pack(">3I", 0, 2**31, 1)
    head = struct.pack(">HHHHI", 0, 1, 3, 10, 12)
    with pytest.raises(BrokenFontError, match="more characters"):
        check_font(with_table("cmap", head + table))


def test_segments_of_characters_that_overlap() -> None:
    count = 100
    table = struct.pack(">HHHHHHH", 4, 16 + 8 * count, 0, 2 * count, 0, 0, 0)
    table += struct.pack(f">{count}H", *[0xFFFF] * count) + b"\0\0" + bytes(6 * count)
    head = struct.pack(">HHHHI", 0, 1, 3, 1, 12)
    with pytest.raises(BrokenFontError, match="more characters"):
        check_font(with_table("cmap", head + table))


def test_an_em_of_nothing() -> None:
    with TTFont(PLAIN) as font:
        font["head"].unitsPerEm = 0
        with pytest.raises(BrokenFontError, match="an em of 0"):
            check_font(font)


@pytest.mark.parametrize("doubling", [True, False])
def test_glyphs_of_glyphs_without_end(doubling: bool) -> None:
    with TTFont(PLAIN) as font:
        names = font.getGlyphOrder()[1:20]
        for name, part in zip(names, names[1:] if doubling else [*names[1:], names[0]]):
            glyph = Glyph()
            glyph.numberOfContours = -1
            glyph.components = []
            for _ in range(2 if doubling else 1):
                one = GlyphComponent()
                one.glyphName, one.x, one.y, one.flags = part, 0, 0, 0
                glyph.components.append(one)
            font["glyf"][name] = glyph
        with pytest.raises(BrokenFontError, match="a glyph"):
            check_font(font)


@pytest.mark.parametrize("form", ["font", "outlines"])
def test_fonts_that_break_late_are_one_line(tmp_path: Path, form: str) -> None:
    (tmp_path / "late.ttf").write_bytes(broken_outlines())
    font = str(tmp_path / "late.ttf")
    figure = visualize.draw(nn.Linear(4, 4), (1, 4), font=font, text_form=form)
    with pytest.raises(UsageError, match=r"late\.ttf: not a readable font"):
        figure.render(["svg"])


def broken_outlines() -> bytes:
    """A font whose outlines are noise."""
    with TTFont(PLAIN, lazy=True) as font:
        table = font.reader.tables["glyf"]
        data = bytearray(PLAIN.read_bytes())
        for start, end in itertools.pairwise(font["loca"].locations):
            # What is behind the head of a glyph that is not made of others.
            if end > start and data[table.offset + start] < 0x80:
                place = slice(table.offset + start + 10, table.offset + end)
                data[place] = b"\xff" * (end - start - 10)
    return bytes(data)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttf")
    (tmp_path / "device.ttf").symlink_to("/dev/zero")
    for name in ("pipe.ttf", "device.ttf"):
        with pytest.raises(UsageError, match="not a regular file"):
            require_face(str(tmp_path / name))
