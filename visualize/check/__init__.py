"""Check whether a finished figure is fit to print. It reads the file, not the scene behind it."""

from __future__ import annotations

from pathlib import Path

from visualize.check.agreement import check_agreement
from visualize.check.drawn import Drawn
from visualize.check.pdf import read_pdf
from visualize.check.plausible import plausible
from visualize.check.rules import NUMBERS, RULES, Finding, check_drawn
from visualize.check.svg import read_svg
from visualize.check.tikz import read_tikz
from visualize.core.errors import FigureError, UsageError
from visualize.core.files import read_file

__all__ = [
    "FORMATS",
    "NUMBERS",
    "RULES",
    "Finding",
    "check_agreement",
    "check_figure",
    "check_file",
]

_READERS = {"svg": read_svg, "pdf": read_pdf, "tex": read_tikz}
FORMATS = tuple(_READERS)
_MOST = 16  # megabytes of a figure


def check_figure(
    data: bytes,
    format_name: str,
    *,
    width: float | None = None,
    asked: tuple[float | None, float | None] = (None, None),
    page: tuple[float, float] | None = None,
    name: str = "",
    grey: bool = False,
) -> list[Finding]:
    """The problems of a figure; an empty list if there are none.

    Args:
        data: the file's content.
        format_name: one of `FORMATS`.
        width: the width in points at which it is printed; by default its own.
        asked: how broad and high it was to be at most, in points; None for any size.
        page: how broad and high it could be, if that is known.
        name: what errors call it.
        grey: whether all kinds of line must differ without their colours.

    Raises:
        UsageError: the format cannot be checked.
        FigureError: the content is not of that format.
    """
    if format_name not in _READERS:
        raise UsageError(
            f"cannot check the format {format_name!r}",
            where=name,
            hint=f"use one of .{', .'.join(FORMATS)}",
        )
    read: Drawn = _READERS[format_name](data, name)
    drawn = plausible(read, name)
    return check_drawn(drawn, width / drawn.page.width if width else 1.0, asked, page, grey)


def check_file(path: Path, *, width: float | None = None, grey: bool = False) -> list[Finding]:
    """The problems of a figure in a file, whose suffix is its format.

    Args:
        path: the file.
        width: the width in points at which it is printed; by default its own.
        grey: whether all kinds of line must differ without their colours.

    Raises:
        UsageError: the format cannot be checked.
        FigureError: the file cannot be read, or its content is not of its format.
    """
    suffix = path.suffix.lower().removeprefix(".")
    try:
        data = read_file(path, _MOST)
    except OSError as error:
        raise FigureError(
            f"cannot be read: {error.strerror}", where=str(path), hint="check the path"
        ) from error
    return check_figure(data, suffix, width=width, name=str(path), grey=grey)
