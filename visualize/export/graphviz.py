"""PNG: drawn by Graphviz from DOT source in which everything has its place."""

from __future__ import annotations

from visualize.export.dot import to_dot
from visualize.export.engine import run_graphviz
from visualize.export.formats import Job


def write_png(job: Job) -> bytes:
    """The figure as PNG at 200 dots per inch."""
    return run_graphviz(to_dot(job.picture, job.palette), "png", job.theme.font, "-Gdpi=200")
