"""What the streams of a PDF unpack to, before a reader unpacks them without limit."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from visualize.core.errors import FigureError

_MOST = 16  # megabytes of all streams together; each becomes up to a hundred in a reader
_STREAM = re.compile(rb"stream\r?\n")
# Old ways to pack text, which grow a lot as well.
_OLD = re.compile(rb"/(LZW|RunLength)Decode")
_NESTED = 3
# Ranges of characters, which a reader lists one by one.
_RANGES = re.compile(rb"begin(?:bf|cid)range(.*?)end(?:bf|cid)range", re.DOTALL)
_RANGE = re.compile(rb"<([0-9a-fA-F]{1,8})>\s*<([0-9a-fA-F]{1,8})>")
_MOST_CHARACTERS = 1_000_000


def check_streams(data: bytes, name: str) -> None:
    """Check that the streams of a file do not grow beyond reason.

    Args:
        data: the file.
        name: what errors call it.

    Raises:
        FigureError: they do, or are packed in a way whose size is not known beforehand.
    """
    if old := _OLD.search(data):
        kind = old[1].decode()
        raise FigureError(f"is packed in an old way ({kind}), which is not read", where=name)
    left = _MOST << 20
    view = memoryview(data)
    for start in _STREAM.finditer(data):
        held: bytes | memoryview = view[start.end() :]
        for _ in range(_NESTED):
            unpack = zlib.decompressobj()
            try:
                held = unpack.decompress(held, left + 1)
            except zlib.error:
                break
            left -= len(held)
            _check_ranges(held, name)
            if left < 0:
                raise FigureError(f"its streams unpack to more than {_MOST} MB", where=name)


def _check_ranges(content: bytes, name: str) -> None:
    """Check that a table of characters has no more than there are."""
    ends = (pair for part in _RANGES.findall(content) for pair in _RANGE.findall(part))
    total = sum(max(0, int(end, 16) - int(start, 16)) for start, end in ends)
    if total > _MOST_CHARACTERS:
        raise FigureError("a font in it has more characters than there are", where=name)


def check_widths(widths: Sequence[object]) -> None:
    """Check the widths of a font: a first and a last character and a width, or a list of widths.

    Raises:
        ValueError: there are more characters than any font has.
    """
    total = 0
    numbers: list[float] = []
    for each in widths:
        if not isinstance(each, (int, float)):
            numbers = []
            continue
        numbers.append(each)
        if len(numbers) == 3:
            first, last, _ = numbers
            total += max(0, int(last) - int(first))
            numbers = []
    if total > _MOST_CHARACTERS:
        raise ValueError("widths of more characters than there are")
