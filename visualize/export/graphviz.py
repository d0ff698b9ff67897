"""PDF and PNG: drawn by Graphviz from DOT source in which everything has its place."""

from __future__ import annotations

import re

from visualize.export.dot import to_dot
from visualize.export.engine import run_graphviz
from visualize.export.formats import Job

_DATE = re.compile(rb"(?<=/CreationDate \(D:)\d{14}")
_EPOCH = b"19700101000000"
_WIDTH = re.compile(rb"(?<=/MediaBox \[ 0 0 )\d+")


def write_pdf(job: Job) -> bytes:
    """The figure as PDF with embedded fonts, the same bytes for the same figure."""
    image = run_graphviz(to_dot(job.picture, job.palette), "pdf", job.theme.font)
    return _finished(image, job.picture.width)


def write_png(job: Job) -> bytes:
    """The figure as PNG at 200 dots per inch."""
    return run_graphviz(to_dot(job.picture, job.palette), "png", job.theme.font, "-Gdpi=200")


def _finished(pdf: bytes, width: float) -> bytes:
    """Make the page as wide as the figure, and replace the time of creation by a constant.

    Graphviz makes the page up to a point too wide. Nothing may change its length, so that the
    offsets in the file stay valid: a width is a whole number of points.
    """

    def tight(found: re.Match[bytes]) -> bytes:
        whole = str(round(width)).encode()
        return whole if len(whole) == len(found[0]) else found[0]

    return _WIDTH.sub(tight, _DATE.sub(_EPOCH, pdf))
