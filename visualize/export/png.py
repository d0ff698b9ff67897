"""PNG: drawn by Graphviz at its true size, with its resolution, a title and a description."""

from __future__ import annotations

import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualize.export.dot import to_dot
from visualize.export.engine import run_graphviz
from visualize.export.formats import Job

_POINTS = 72  # to an inch


def write(job: Job) -> bytes:
    """The figure as PNG. Without a background its pixels are transparent, else none is."""
    dpi, picture = job.style.dpi, job.picture
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
