"""Finishing Graphviz's PDF: a tight page, and the same bytes for the same figure."""

from __future__ import annotations

import re

_DATE = re.compile(rb"(?<=/CreationDate \(D:)\d{14}")
_EPOCH = b"19700101000000"
_WIDTH = re.compile(rb"(?<=/MediaBox \[ 0 0 )\d+")


def finish_pdf(image: bytes, width: float) -> bytes:
    """Make the page as wide as the figure, and replace the time of creation by a constant.

    Graphviz makes the page up to a point too wide. Nothing may change its length, so that the
    offsets in the file hold: a width is a whole number of points.
    """

    def tight(found: re.Match[bytes]) -> bytes:
        whole = str(round(width)).encode()
        return whole if len(whole) == len(found[0]) else found[0]

    return _WIDTH.sub(tight, _DATE.sub(_EPOCH, image))
