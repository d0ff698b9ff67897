"""Graphviz in a child process, with a time limit and the fonts that ship with the program.

Graphviz needs its own font configuration, and a crash in C must not take a notebook along. The
script that it runs is alone in this folder: Python looks for modules there first.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from visualize.core.errors import RenderError, shorten
from visualize.core.fonts import configuration

_WORKER = Path(__file__).with_name("worker.py")
_SECONDS = 120.0


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
    settings = configuration(font)
    try:
        with tempfile.TemporaryDirectory() as folder:
            fonts = Path(folder, "fonts.conf")
            fonts.write_text(settings, encoding="utf-8")
            result = _run(job, os.environ | {"FONTCONFIG_FILE": str(fonts), "PYTHONUTF8": "1"})
    except OSError as error:  # there is no such folder, it is full, or no process can be begun
        raise RenderError(
            f"Graphviz cannot be run: {error.strerror}",
            hint="it needs a temporary folder: see TMPDIR",
        ) from error
    if result.returncode:
        message = result.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RenderError(f"Graphviz failed: {shorten(message, 200) or result.returncode}")
    return base64.b64decode(result.stdout)


def _run(job: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # nosec B603
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
