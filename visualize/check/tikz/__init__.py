"""Read a figure back from TikZ: from the source, as nodes and paths are given in it.

Only pictures that this program wrote can be read, also after they were edited: a node moved, a
label changed. Text has the width that the font of the figure gives it, as that of the paper is not
known.
"""

from __future__ import annotations

from visualize.check.drawn import Drawn
from visualize.check.tikz.reader import Reader
from visualize.check.tikz.source import parsed
from visualize.core.errors import FigureError

__all__ = ["read_tikz"]


def read_tikz(data: bytes, name: str) -> Drawn:
    """What a TikZ picture shows.

    Args:
        data: the content of the file.
        name: what errors call it.

    Raises:
        FigureError: ``data`` is not a TikZ picture of this program.
    """
    try:
        picture = parsed(data.decode("utf-8", "replace"))
        if picture is None:
            raise FigureError(
                "not a TikZ picture", where=name, hint="check a figure that visualize drew"
            )
        return Reader(picture).drawn()
    except (ValueError, LookupError, OverflowError, RecursionError) as error:
        raise FigureError(f"not a valid TikZ picture: {error}", where=name) from error
