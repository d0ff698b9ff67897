"""What the streams of a PDF unpack to, before a reader unpacks them without limit."""

from __future__ import annotations

import re
import zlib

from visualize.core.errors import FigureError

_MOST = 16  # megabytes of all streams together; each becomes up to a hundred in a reader
_STREAM = re.compile(rb"stream\r?\n")
# Old ways to pack text, which grow a lot as well.
_OLD = re.compile(rb"/(LZW|RunLength)Decode")
_NESTED = 3


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
            if left < 0:
                raise FigureError(f"its streams unpack to more than {_MOST} MB", where=name)
