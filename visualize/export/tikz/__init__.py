"""TikZ: a picture that can be edited, in the font of the document.

Boxes are named nodes, placed below or beside each other; arrows run between anchors of nodes, and
frames, labels and brackets keep their distance from nodes too. What moves takes along what belongs
to it. One ``\\tikzset`` at the top has sizes, colours and dashes.
"""

from __future__ import annotations

from visualize.export.formats import Job
from visualize.export.tikz.document import notes
from visualize.export.tikz.writer import lines

__all__ = ["notes", "write"]


def write(job: Job) -> bytes:
    r"""A ``tikzpicture``: styles first, then a named node per box and a path per arrow.

    The file compiles by itself and as input of a paper, where it defines ``\visualizecaption``.
    """
    return "".join(f"{line}\n" for line in lines(job.picture, job.palette, job.caption)).encode()
