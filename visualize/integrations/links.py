"""Links from the boxes of a figure to the source lines of the model."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from visualize.core.errors import UsageError

# A figure that is kept is put into a page without them.
if TYPE_CHECKING:
    from visualize.core.architecture import Architecture
    from visualize.core.scene import SceneBox
    from visualize.figure import Figure
    from visualize.models.written import Place, Written

_FIELDS = ("file", "line")
_ENDS = ("input", "output")
_SCHEMES = ("http://", "https://", "/", "./", "../")


def check_template(template: str) -> None:
    """Reject what is not an address with ``{file}`` and perhaps ``{line}``.

    Raises:
        ValueError: it is something else.

    >>> check_template("https://example.org/{file}#L{line}")
    """
    try:
        fields = [
            (name, form or turn) for _, name, form, turn in string.Formatter().parse(template)
        ]
    except ValueError as error:
        raise ValueError(f"a link cannot be read: {error}") from error
    used = [name for name, _ in fields if name is not None]
    if "file" not in used or not set(used) <= set(_FIELDS) or any(more for _, more in fields):
        raise ValueError("a link must hold {file}, and may hold {line}; write {{ for a brace")
    if not template.startswith(_SCHEMES):
        raise ValueError("a link must begin with https:// or be a path such as /source/{file}")


def links(template: str, figure: Figure, written: Written) -> dict[str, str]:
    """The address of each box of a figure whose source line is known, by the id of the box.

    Args:
        template: the address, with ``{file}`` and ``{line}`` where these belong.
        figure: the figure.
        written: where its model is written.

    Raises:
        UsageError: no box has a source line.
    """
    addresses = {}
    for box in figure.scene.all_boxes:
        place = _place(box, figure.architecture, written)
        if place:
            file = quote(written.short(place.file))
            addresses[box.id] = template.format(file=file, line=place.line)
    if not addresses:
        raise UsageError(
            "no box has a source line to link to",
            where=figure.architecture.name,
            hint="links need a model that is written in Python",
        )
    return addresses


def _place(box: SceneBox, architecture: Architecture, written: Written) -> Place | None:
    if box.role in _ENDS:
        return None
    classes: Mapping[str, str] = architecture.modules
    operations = [architecture.operation(name) for name in box.members]
    if box.path in classes and box.type == classes[box.path].rpartition(".")[2]:
        return written.of_module(box.path)
    if len(box.modules) == 1 and box.path in box.modules:
        return written.of_module(box.path)
    source = next((one.source for one in operations if one.source), "")
    return written.of_function(box.path, source)
