"""The Sphinx directive ``visualize``: figures of models in documentation.

    extensions = ["visualize.integrations.sphinx"]          # in conf.py
    visualize_options = {"level": "block"}                   # defaults of all figures

    .. visualize:: package.models:Net(depth=18)
       :input: 1,3,64,64
       :caption: auto

In HTML a figure is part of the page, so that it follows the light or dark mode of the page; in
LaTeX it is a PDF; elsewhere it is its alternative text. What has not changed is not drawn again.
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

from visualize.core.errors import UsageError, VisualizeError
from visualize.core.kinds import Several, Switch, Table, Texts
from visualize.core.option import Option, options_of
from visualize.export.cell import inline_svg
from visualize.integrations.drawing import Kept, Wanted, kept_figure
from visualize.options import FigureOptions

_LOGGER = logging.getLogger(__name__)
_FORMATS = ("svg", "pdf")
_FOLDER = "visualize"
_OPTIONS = {option.key: option for option in options_of(FigureOptions) if option.flags}
# A figure is on the background of the page, in its mode.
_DEFAULTS = {"theme": "auto", "background": "transparent", "timeout": 600.0}
_ALIGNMENTS = ("left", "center", "right")


def _flag(text: str | None) -> None:
    """An option without a value."""
    directives.flag(text)


def _text(text: str | None) -> str:
    """An option with one value."""
    return str(directives.unchanged_required(text)).strip()


def _lines(text: str | None) -> list[str]:
    """The lines of an option, each a value."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _table(text: str | None) -> dict[str, str]:
    """The lines ``NAME=TEXT`` of an option."""
    parts = [line.partition("=") for line in _lines(text)]
    if not all(name and equals and value for name, equals, value in parts):
        raise ValueError("each line must be NAME=TEXT")
    return {name: value for name, _, value in parts}


def _reader(option: Option) -> Callable[[str | None], Any]:
    """What reads the value of an option of a figure."""
    if isinstance(option.kind, Switch):
        return _flag
    if isinstance(option.kind, (Texts, Several)):
        return _lines
    if isinstance(option.kind, Table):
        return _table
    return _text


def _specification() -> dict[str, Callable[[str | None], Any]]:
    """The options of the directive: those of a figure, and those of Sphinx."""
    of_figures = {
        f"no-{key}" if option.default is True else key: _reader(option)
        for key, option in _OPTIONS.items()
    }
    return {
        **of_figures,
        "input": _lines,
        "caption": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "name": directives.unchanged_required,
        "class": directives.class_option,
        "align": lambda text: directives.choice(text, _ALIGNMENTS),
    }


class VisualizeDirective(SphinxDirective):
    """Draws the model that its argument names; its content is the caption."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = _specification()

    def run(self) -> list[nodes.Node]:
        """The figure; nothing but a warning where it cannot be drawn."""
        folder = Path(self.env.app.doctreedir) / _FOLDER
        try:
            kept = kept_figure(self._wanted(), folder)
        except VisualizeError as error:
            _LOGGER.warning("visualize: %s", error, location=self.get_location(), type="visualize")
            return []
        for source in kept.sources:
            self.env.note_dependency(os.fspath(source.absolute()))
        return [self._figure(kept)]

    def _wanted(self) -> Wanted:
        given = {
            _OPTIONS[key.removeprefix("no-")].name: _value(key, value)
            for key, value in self.options.items()
            if key.removeprefix("no-") in _OPTIONS
        }
        defaults = {}
        for key, value in self.config.visualize_options.items():
            if key not in _OPTIONS:
                raise UsageError(f"no option named {key!r}", where="visualize_options in conf.py")
            defaults[_OPTIONS[key].name] = value
        return Wanted(
            self._model(),
            tuple(self.options.get("input", ())),
            FigureOptions(**{**_DEFAULTS, **defaults, **given}),
            _FORMATS,
            "zh" if (self.config.language or "").startswith("zh") else "en",
        )

    def _model(self) -> str:
        """The MODEL, a file in it found beside the document or in the folder of sources."""
        from visualize.models import parse_model

        text = " ".join(self.arguments[0].split())
        place = parse_model(text).place
        beside = Path(self.env.doc2path(self.env.docname)).parent
        for folder in (beside, Path(self.env.srcdir)):
            if place and (folder / place).is_file():
                return text.replace(place, os.path.relpath(folder / place), 1)
        return text

    def _figure(self, kept: Kept) -> nodes.figure:
        alternative = self.options.get("alt", kept.alternative)
        figure = nodes.figure("", *self._pictures(kept, alternative))
        self.set_source_info(figure)
        figure["classes"] += ["visualize", *self.options.get("class", [])]
        figure["align"] = self.options.get("align", "center")
        caption = self._caption(kept)
        if caption is not None:
            figure += caption
        self.add_name(figure)
        return figure

    def _pictures(self, kept: Kept, alternative: str) -> list[nodes.Node]:
        """The figure as each builder has it; the others are taken out when it writes."""
        markup = inline_svg(kept.files["svg"].read_text(encoding="utf-8"))
        # Sphinx looks for images from its folder of sources on.
        place = os.path.relpath(kept.files["pdf"], self.env.srcdir).replace(os.sep, "/")
        return [
            addnodes.only("", nodes.raw("", markup, format="html"), expr="html"),
            addnodes.only("", nodes.image(uri=f"/{place}", alt=alternative), expr="latex"),
            addnodes.only("", nodes.paragraph("", alternative), expr="not html and not latex"),
        ]

    def _caption(self, kept: Kept) -> nodes.caption | None:
        text = self.options.get("caption", "")
        if text == "auto":
            return nodes.caption("", kept.caption)
        content = text or "\n".join(self.content)
        if not content:
            return None
        parsed, messages = self.parse_inline(content, lineno=self.lineno)
        return nodes.caption(content, "", *parsed, *messages)


def _value(key: str, value: Any) -> Any:
    """The value of an option: a flag has none, and says the opposite with ``no-``."""
    if isinstance(_OPTIONS[key.removeprefix("no-")].kind, Switch):
        return not key.startswith("no-")
    return float(value) if key == "timeout" else value


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to Sphinx."""
    app.add_config_value("visualize_options", {}, "env", dict)
    app.add_directive("visualize", VisualizeDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
