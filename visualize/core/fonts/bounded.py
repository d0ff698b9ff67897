"""Whether a font file is one that a reader can read in bounded time and memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

MEGABYTES = 64  # of a font file; the largest, with all of Chinese, have some 40
_MOST_CHARACTERS = 0x110000  # there are no more, and no table names one twice
_PER_EM = range(16, 16385)  # as the OpenType specification has it
# Forms of a table of characters: with bytes for each character, or with ranges of them.
_BY_SEGMENT, _BY_GROUP, _SHORT = 4, frozenset({8, 12, 13}), frozenset({0, 6, 10, 14})


class BrokenFontError(ValueError):
    """A font is not as its specification says."""


def check_font(font: TTFont) -> None:
    """Check what makes readers of fonts take all time or memory, or divide by zero.

    Raises:
        BrokenFontError: tables of characters name more than there are, or an em has no size.
        Exception: of many kinds, where fontTools cannot read a table.
    """
    if font["head"].unitsPerEm not in _PER_EM:
        raise BrokenFontError(f"an em of {font['head'].unitsPerEm} units")
    for start in set(_tables(font.reader["cmap"])):
        _check_characters(font.reader["cmap"][start:])
    if "glyf" in font:
        _check_components(font)


def _tables(cmap: bytes) -> Iterator[int]:
    """Where the tables of characters begin."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for number in range(count):
        yield struct.unpack_from(">I", cmap, 8 + 8 * number)[0]


def _check_characters(table: bytes) -> None:
    (form,) = struct.unpack_from(">H", table)
    if form == _BY_SEGMENT:
        segments = struct.unpack_from(">H", table, 6)[0] // 2
        ends = struct.unpack_from(f">{segments}H", table, 14)
        starts = struct.unpack_from(f">{segments}H", table, 16 + 2 * segments)
        total = sum(max(0, end - start + 1) for start, end in zip(starts, ends))
    elif form in _BY_GROUP:
        before = 12 if form != 8 else 12 + 8192
        (groups,) = struct.unpack_from(">I", table, before)
        fields = struct.iter_unpack(">3I", table[before + 4 : before + 4 + 12 * groups])
        total = sum(max(0, end - start + 1) for start, end, _ in fields)
    elif form in _SHORT:
        return
    else:
        raise BrokenFontError(f"a table of characters in form {form}")
    if total > _MOST_CHARACTERS:
        raise BrokenFontError("more characters than there are")


_MOST_PARTS = 10_000  # of a glyph that is made of glyphs, which are made of others


def _check_components(font: TTFont) -> None:
    """Check that no glyph is made of itself, or of parts without end."""
    glyphs = font["glyf"]
    sizes: dict[str, int] = {}

    def size(name: str, around: frozenset[str]) -> int:
        if name in around:
            raise BrokenFontError("a glyph that is a part of itself")
        if name not in sizes:
            is_composite = glyphs.glyphs[name].isComposite()  # others are not even read for that
            parts = glyphs[name].getComponentNames(glyphs) if is_composite else []
            sizes[name] = 1 + sum(size(part, around | {name}) for part in parts)
            if sizes[name] > _MOST_PARTS:
                raise BrokenFontError("a glyph of parts without end")
        return sizes[name]

    for name in glyphs.keys():  # noqa: SIM118 (a table is no mapping)
        size(name, frozenset())
