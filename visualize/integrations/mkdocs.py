"""The plugin of MkDocs: figures of models in Markdown.

    plugins:                              # in mkdocs.yml
      - visualize:
          options: {level: block}         # defaults of all figures

Fences and images are described in `visualize.integrations.markdown`. A figure is part of the page
and light or dark as the page is; what cannot be drawn is a warning, which ``--strict`` makes an
error. What has not changed is not drawn again: figures are kept in ``cache_dir``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from visualize.integrations.asked import Around, Asked, asked
from visualize.integrations.drawing import Kept, kept_figure
from visualize.integrations.markdown import Figures

_LOG = get_plugin_logger("visualize")
_SUPERFENCES = "pymdownx.superfences"


class Settings(base.Config):
    """The settings of the plugin."""

    options = config_options.Type(dict, default={})
    """Options of all figures, by the names of the command line."""
    cache_dir = config_options.Type(str, default=".cache/plugin/visualize")
    """Where figures are kept, from the folder of ``mkdocs.yml`` on."""


class VisualizePlugin(BasePlugin[Settings]):
    """Draws the models that pages name."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._sources: set[Path] = set()
        self._names: set[str] = set()
        self._documents = Path()
        self._root = Path()
        self._language = ""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the fence and the images to the Markdown of MkDocs."""
        self._documents = Path(config.docs_dir)
        self._root = Path(config.config_file_path or ".").absolute().parent
        self._language = str(getattr(config.theme, "language", "") or config.theme.get("language"))
        figures = Figures(self._draw, self._warn)
        settings = config.mdx_configs.setdefault(_SUPERFENCES, {})
        settings["custom_fences"] = [*settings.get("custom_fences", []), figures.fence]
        known = config.markdown_extensions
        added = [one for one in (_SUPERFENCES, "attr_list") if one not in known]
        config.markdown_extensions = [*known, *added, figures]
        return config

    def on_page_markdown(
        self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Remember the page, whose folder files are looked for in."""
        self._page = page
        return markdown

    def on_page_content(
        self, html: str, /, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Let links lead to figures with a name."""
        page.present_anchor_ids = {*(page.present_anchor_ids or ()), *self._names}
        self._names.clear()
        return html

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Any
    ) -> LiveReloadServer:
        """Build again when the source file of a model changes."""
        for source in sorted(self._sources):
            server.watch(str(source))
        return server

    def _draw(self, model: str, given: Mapping[str, Any]) -> tuple[Asked, Kept]:
        where = "options of the plugin visualize"
        figure = asked(
            model, given, Around(self._folders, self.config.options, where, self._language)
        )
        kept = kept_figure(figure.wanted, self._root / self.config.cache_dir)
        self._sources.update(source.absolute() for source in kept.sources)
        if figure.name:
            self._names.add(figure.name)
        return figure, kept

    @property
    def _folders(self) -> tuple[Path, ...]:
        """That of the page, that of all pages, and that of the configuration."""
        place = self._page.file.abs_src_path if self._page else None
        beside = (Path(place).parent,) if place else ()
        return (*beside, self._documents, self._root)

    def _warn(self, text: str) -> None:
        place = self._page.file.src_uri if self._page else "mkdocs.yml"
        _LOG.warning("%s: %s", place, text)
