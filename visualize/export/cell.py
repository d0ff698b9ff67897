"""A figure in the cell of a notebook: a form for each that shows or converts the notebook.

A browser takes HTML with the SVG in it. LaTeX takes the PDF, which spares it a converter of SVG, or
the PNG where there is no PDF.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Collection, Mapping
from typing import Any

from visualize.core.inert import visible

# The format that each type of media is made from; plain text is made from none.
CELL_FORMATS = {
    "text/html": "svg",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
    "image/png": "png",
    "text/plain": "",
}
_PIXELS = 96 / 72  # in a point
# Scripts run, views are saved. Without allow-same-origin a page cannot reach what is around it.
_ALLOWED = "allow-scripts allow-downloads"


def cell_data(files: Mapping[str, bytes], kinds: Collection[str], words: str) -> dict[str, str]:
    """What a cell shows, by type of media; binary files are in Base64.

    Args:
        files: the figure in all formats that ``kinds`` are made from.
        kinds: the types of media.
        words: the plain text.
    """
    data = {}
    for kind, format_name in CELL_FORMATS.items():
        if kind not in kinds:
            continue
        if kind == "text/html":
            data[kind] = inline_svg(files[format_name].decode())
        elif kind == "image/svg+xml":
            data[kind] = files[format_name].decode()
        else:
            data[kind] = base64.b64encode(files[format_name]).decode() if format_name else words
    return data


def cell_metadata(
    kinds: Collection[str], size: tuple[float, float], name: str
) -> dict[str, dict[str, Any]]:
    """The size of a figure and its name, for readers that show it as an image."""
    width, height = (round(side * _PIXELS) for side in size)
    about = {"width": width, "height": height, "alt": visible(name)}
    return {kind: about for kind in ("image/png",) if kind in kinds}


def inline_svg(svg: str) -> str:
    """An SVG file as a part of HTML, no wider than what is around it.

    Its text is not read by MathJax.
    """
    start = svg.index("<svg ")
    drawn = svg[start:].replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    return f'<div class="tex2jax_ignore mathjax_ignore">{drawn}</div>'


def framed(page: bytes, name: str, height: int) -> str:
    """A page to explore as a part of HTML: a frame that holds all of it.

    Args:
        page: the HTML file.
        name: of the model.
        height: of the frame, in pixels.
    """
    title = html.escape(f"{visible(name)}, a figure to explore")
    source = html.escape(page.decode())
    style = f"width:100%;height:{height}px;border:0;display:block"
    return (
        f'<iframe title="{title}" sandbox="{_ALLOWED}" style="{style}" srcdoc="{source}"></iframe>'
    )
