"""PDF and PNG: drawn by Graphviz from DOT source in which everything has its place.

Graphviz runs in a child process: it needs a font configuration of its own, and a crash in C must
not take a notebook along.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from visualize.core.errors import RenderError, shorten
from visualize.core.fonts import configuration
from visualize.export.dot import to_dot
from visualize.export.formats import Job

_WORKER = Path(__file__).with_name("graphviz_worker.py")
_SECONDS = 120.0
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


def run_graphviz(dot: str, format_name: str, font: str, arguments: str = "") -> bytes:
    """Draw ``dot``, in which everything has its place.

    Args:
        dot: the source.
        format_name: what Graphviz calls the format.
        font: the font of the figure, by name or file.
        arguments: more arguments for Graphviz, as on its command line.

    Raises:
        RenderError: Graphviz failed, crashed or took too long.
    """
    job = json.dumps({"dot": dot, "format": format_name, "arguments": arguments})
    with tempfile.TemporaryDirectory() as folder:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(configuration(font), encoding="utf-8")
        result = _run(job, os.environ | {"FONTCONFIG_FILE": str(fonts), "PYTHONUTF8": "1"})
    if result.returncode:
        message = result.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RenderError(f"Graphviz failed: {shorten(message, 200) or result.returncode}")
    return base64.b64decode(result.stdout)


def _run(job: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [sys.executable, str(_WORKER)],
            input=job.encode("utf-8", "replace"),
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(
            f"Graphviz did not finish within {_SECONDS:.0f} s", hint="try a higher --level"
        ) from error


def _finished(pdf: bytes, width: float) -> bytes:
    """Make the page as wide as the figure, and replace the time of creation by a constant.

    Graphviz makes the page up to a point too wide. Nothing may change its length, so that the
    offsets in the file stay valid: a width is a whole number of points.
    """

    def tight(found: re.Match[bytes]) -> bytes:
        whole = str(round(width)).encode()
        return whole if len(whole) == len(found[0]) else found[0]

    return _WIDTH.sub(tight, _DATE.sub(_EPOCH, pdf))
