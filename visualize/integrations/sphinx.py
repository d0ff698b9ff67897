"""The Sphinx directive ``visualize``: figures of models in documentation.

    extensions = ["visualize.integrations.sphinx"]          # in conf.py
    visualize_options = {"level": "block"}                   # defaults of all figures

    .. visualize:: package.models:Net(depth=18)
       :input: 1,3,64,64
       :caption: auto

In HTML a figure is part of the page, so that it follows the light or dark mode of the page; in
LaTeX it is a PDF; elsewhere it is its alternative text. ``:format: html`` is the page to explore in
a frame, ``:format: mermaid`` a block of Mermaid. What has not changed is not drawn again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from visualize.core.errors import VisualizeError
from visualize.integrations.asked import Around, Asked, Form, asked, readers
from visualize.integrations.drawing import Kept, kept_figure
from visualize.integrations.markup import picture

_LOGGER = logging.getLogger(__name__)
_FOLDER = "visualize"
_MERMAID = "sphinxcontrib.mermaid"


def _specification() -> dict[str, Callable[[str], Any]]:
    """The options of the directive."""
    return {**readers(), "class": directives.class_option}


class VisualizeDirective(SphinxDirective):
    """Draws the model that its argument names; its content is the caption."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = _specification()

    def run(self) -> list[nodes.Node]:
        """The figure; nothing but a warning where it cannot be drawn."""
        try:
            figure = self._asked()
            kept = kept_figure(figure.wanted, Path(self.env.app.doctreedir) / _FOLDER)
        except VisualizeError as error:
            _LOGGER.warning("visualize: %s", error, location=self.get_location(), type="visualize")
            return []
        sources = list(kept.sources)
        if "config" in self.options:
            sources += [folder / self.options["config"] for folder in self._folders]
        for source in sources:
            self.env.note_dependency(os.fspath(source.absolute()))
        return [self._figure(figure, kept)]

    @property
    def _folders(self) -> tuple[Path, ...]:
        """That of the document, and that of all sources."""
        return Path(self.env.doc2path(self.env.docname)).parent, Path(self.env.srcdir)

    def _asked(self) -> Asked:
        around = Around(
            self._folders,
            self.config.visualize_options,
            "visualize_options in conf.py",
            self.config.language or "",
            also=("pdf",),
        )
        return asked(" ".join(self.arguments), self.options, around)

    def _figure(self, figure: Asked, kept: Kept) -> nodes.figure:
        made = nodes.figure("", *self._pictures(figure, kept))
        self.set_source_info(made)
        made["classes"] += ["visualize", *figure.classes]
        made["align"] = figure.align
        caption = self._caption(figure, kept)
        if caption is not None:
            made += caption
        self.add_name(made)
        return made

    def _pictures(self, figure: Asked, kept: Kept) -> list[nodes.Node]:
        """The figure as each builder has it; the others are taken out when it writes."""
        alternative = figure.alternative or kept.alternative
        # Sphinx looks for images from its folder of sources on.
        place = os.path.relpath(kept.files["pdf"], self.env.srcdir).replace(os.sep, "/")
        return [
            addnodes.only("", self._in_html(figure, kept), expr="html"),
            addnodes.only("", nodes.image(uri=f"/{place}", alt=alternative), expr="latex"),
            addnodes.only("", nodes.paragraph("", alternative), expr="not html and not latex"),
        ]

    def _in_html(self, figure: Asked, kept: Kept) -> nodes.Node:
        if figure.form is Form.MERMAID and _MERMAID in self.env.app.extensions:
            from sphinxcontrib.mermaid import mermaid

            block: nodes.Node = mermaid(
                code=kept.files["mmd"].read_text(encoding="utf-8"), options={}
            )
            return block
        return nodes.raw("", picture(kept, figure.form, figure.wanted.model), format="html")

    def _caption(self, figure: Asked, kept: Kept) -> nodes.caption | None:
        if figure.caption == "auto":
            return nodes.caption("", kept.caption)
        content = figure.caption or "\n".join(self.content)
        if not content:
            return None
        parsed, messages = self.parse_inline(content, lineno=self.lineno)
        return nodes.caption(content, "", *parsed, *messages)


def _center(app: Sphinx, document: nodes.document, _: str) -> None:
    """Center figures in LaTeX: text flows around one at a side, which cannot break over pages."""
    if app.builder.format == "latex":
        for figure in document.findall(nodes.figure):
            if "visualize" in figure["classes"]:
                figure["align"] = "center"


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to Sphinx."""
    app.add_config_value("visualize_options", {}, "env", dict)
    app.add_directive("visualize", VisualizeDirective)
    app.connect("doctree-resolved", _center)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
