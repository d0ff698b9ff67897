"""PNG: drawn by Graphviz at its true size, with its resolution, a title and a description."""

from __future__ import annotations

import io
import math

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualize.core.errors import UsageError
from visualize.export.dot import to_dot
from visualize.export.engine import run_graphviz
from visualize.export.formats import Job

_POINTS = 72  # to an inch
_MOST = 89_000_000  # pixels of an image that programs open without asking


def write(job: Job) -> bytes:
    """The figure as PNG. Without a background its pixels are transparent, else none is.

    Raises:
        UsageError: it has so many dots per inch that it would take gigabytes.
    """
    dpi, picture = job.style.dpi, job.picture
    most = math.floor(_POINTS * math.sqrt(_MOST / (picture.width * picture.height)))
    if dpi > most:
        raise UsageError(
            f"a PNG of this figure has at most {most}, or is too large to be opened",
            where="dpi",
            hint="draw it as .svg or .pdf",
        )
    drawn = run_graphviz(to_dot(picture, job.palette), "png", job.theme.font, f"-Gdpi={dpi}")
    # Graphviz rounds the page up, and leaves the last pixels half empty.
    width, height = (
        max(1, round(side * dpi / _POINTS)) for side in (picture.width, picture.height)
    )
    paint = picture.background
    page = Image.new("RGBA", (width, height), paint.day if paint else (0, 0, 0, 0))
    with Image.open(io.BytesIO(drawn)) as image:
        page.alpha_composite(image.convert("RGBA").crop((0, 0, width, height)))
    about = PngInfo()
    about.add_itxt("Title", picture.name)
    about.add_itxt("Description", job.words)
    file = io.BytesIO()
    whole = page.convert("RGB") if paint else page
    whole.save(file, "PNG", dpi=(dpi, dpi), pnginfo=about, optimize=True)
    return file.getvalue()
