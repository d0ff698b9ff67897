"""The documentation site: `python -m sphinx -W docs FOLDER`, after `pip install '.[docs]'`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import pages

import visualize

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "visualize"
author = "The visualize authors"
copyright = author
version = release = visualize.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "visualize.integrations.sphinx",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "visualize"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
highlight_language = "text"
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
visualize_options = {"timeout": 120}
_OPTIONS = "Options, also the fields of"


def _read(app: Sphinx, name: str, source: list[str]) -> None:
    """Links of pages that are read on a repository as well lead to the site."""
    page = Path(app.srcdir) / f"{name}.md"
    if page.parent != pages.MADE:
        source[0] = pages.rewritten(source[0], page.parent, page)


def _sections(
    app: Sphinx, kind: str, name: str, what: object, options: object, lines: list[str]
) -> None:
    """Docstrings list options in a section of their own, which napoleon calls by another name."""
    lines[:] = ["Keyword Args:" if line.startswith(_OPTIONS) else line for line in lines]


def setup(app: Sphinx) -> None:
    """Write the pages that are made, before documents are looked for."""
    pages.write_pages()
    app.connect("source-read", _read)
    app.connect("autodoc-process-docstring", _sections, priority=400)  # before napoleon
