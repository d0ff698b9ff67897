"""The scraper of sphinx-gallery: figures that an example draws appear below its code.

sphinx_gallery_conf = {                                   # in conf.py
"image_scrapers": ("matplotlib", "visualize.integrations.sphinx_gallery.scraper"),
}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from visualize.core.files import write_files
from visualize.figure import Figure

_SHOWN = "__visualize_shown__"
_INDENT = "   "


def scraper(block: Any, block_vars: Mapping[str, Any], gallery_conf: Mapping[str, Any]) -> str:
    """The figures that a block of an example drew, as reStructuredText.

    Those that its variables hold, also in lists, tuples and dicts, and the value of its last line;
    each appears once in an example. Thumbnails are made from them.

    Args:
        block: the block of code.
        block_vars: its variables, and paths for its images.
        gallery_conf: the configuration of sphinx-gallery.
    """
    variables = block_vars["example_globals"]
    shown: list[Figure] = variables.setdefault(_SHOWN, [])
    new = [one for one in _figures(variables) if not any(one is other for other in shown)]
    texts = []
    for figure in dict.fromkeys(map(id, new)):
        drawn = next(one for one in new if id(one) == figure)
        shown.append(drawn)
        path = Path(next(block_vars["image_path_iterator"]))
        texts.append(_image(drawn, path, Path(gallery_conf["src_dir"])))
    return "\n".join(texts)


def _figures(variables: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures among variables, in the order in which these were first set."""
    for name, value in variables.items():
        if name != _SHOWN:
            yield from _held(value)


def _held(value: Any) -> Iterator[Figure]:
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (one for one in value if isinstance(one, Figure))
    elif isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, Figure))


def _image(figure: Figure, path: Path, sources: Path) -> str:
    """Write a figure, as SVG for HTML and as PDF for LaTeX."""
    files = figure.render(["svg", "pdf"])
    write_files({path.with_suffix(f".{name}"): data for name, data in files.items()})
    place = os.path.relpath(path.with_suffix(""), sources).replace(os.sep, "/")
    words = " ".join(figure.alternative_text().split())
    lines = [f".. image:: /{place}.*", f"{_INDENT}:alt: {words}"]
    lines += [f"{_INDENT}:class: sphx-glr-single-img", ""]
    return "\n".join(lines)
