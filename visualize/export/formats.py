"""The formats of figures: one row each, with the function that writes it."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from visualize.core.choices import Direction
from visualize.core.errors import UsageError, shorten
from visualize.core.layout import Layout
from visualize.core.palette import Palette, make_palette
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.export.compose import make_picture
from visualize.export.markup import clean
from visualize.export.picture import Picture


@dataclass(frozen=True)
class FileStyle:
    """What is the same for the figure, whatever it shows.

    Attributes:
        is_transparent: whether nothing is behind it.
        outlines: whether the text of an SVG is written as shapes.
        dpi: dots per inch of a PNG.
        links: the address that a box of an SVG leads to, by the id of the box.
    """

    is_transparent: bool = False
    outlines: bool = False
    dpi: int = 200
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One figure to write.

    Attributes:
        scene: what is drawn.
        theme: the look.
        direction: where the flow goes on the page.
        name: the title of the figure, for those who cannot see it.
        caption: the sentences below it.
        layout: of the scene; formats without a layout of ours need none.
        alternative: the figure in words, for those who cannot see it; the description of the scene
            if it is empty.
        style: of the files.
        page: writes it as a page to explore, which needs to know more than what is drawn.
    """

    scene: Scene
    theme: Theme
    direction: Direction
    name: str
    caption: str
    layout: Layout | None
    alternative: str = ""
    style: FileStyle = field(default_factory=FileStyle)
    page: Callable[[Job], bytes] | None = None

    @property
    def words(self) -> str:
        """The alternative text, clean."""
        return clean(self.alternative or self.scene.description)

    @functools.cached_property
    def palette(self) -> Palette:
        """The colours of the figure."""
        return make_palette(self.scene, self.theme)

    @functools.cached_property
    def picture(self) -> Picture:
        """Everything on the page, for formats that need a layout."""
        assert self.layout is not None, "this format needs no layout, or the layout is missing"
        made = make_picture(
            self.scene, self.layout, self.theme, self.direction, self.palette, self.name
        )
        return replace(made, background=None) if self.style.is_transparent else made


Writer = Callable[[Job], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is written, and whether that needs a layout."""

    suffix: str
    needs_layout: bool
    write: Writer


FORMATS: dict[str, Format] = {}
"""All formats, by suffix, in the order in which messages list them."""


def register(suffix: str, write: Writer, *, needs_layout: bool) -> None:
    """Add a format, or replace one."""
    FORMATS[suffix] = Format(suffix, needs_layout, write)


def check_format(name: str, where: str = "") -> None:
    """Raise a UsageError unless ``name`` is the suffix of a format."""
    if name not in FORMATS:
        raise UsageError(
            f"cannot write the format {shorten(name)!r}" if name else "has no suffix",
            where=where,
            hint=f"use one of .{', .'.join(FORMATS)}",
        )


def need_layout(formats: Iterable[str]) -> bool:
    """Whether any of these formats needs a layout.

    >>> need_layout(["mmd"]), need_layout(["mmd", "json"])
    (False, True)
    """
    return any(name in FORMATS and FORMATS[name].needs_layout for name in formats)


def _module(name: str, function: str = "write") -> Writer:
    """A writer that is imported when it is first used."""

    def write(job: Job) -> bytes:
        module = importlib.import_module(f"visualize.export.{name}")
        content: bytes = getattr(module, function)(job)
        return content

    return write


def _page(job: Job) -> bytes:
    """What is known of the model beyond its figure writes the page."""
    assert job.page is not None, "whoever draws a figure knows how to write it as a page"
    return job.page(job)


register("svg", _module("svg"), needs_layout=True)
register("pdf", _module("pdf"), needs_layout=True)
register("png", _module("png"), needs_layout=True)
register("dot", _module("dot"), needs_layout=True)
register("tex", _module("tikz"), needs_layout=True)
register("mmd", _module("mermaid"), needs_layout=False)
register("graphml", _module("graphml"), needs_layout=True)
register("html", _page, needs_layout=True)
register("json", _module("scene_json"), needs_layout=True)
