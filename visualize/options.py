"""The options of `trace`, `draw` and `summarize`: for Python, the command line and ``--config``.

A new field is a new keyword, a new flag and a new entry of a configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualize.core.choices import (
    Background,
    ColorBy,
    Direction,
    Language,
    Level,
    SkipColumn,
    Sort,
    SummaryColumn,
    TableFormat,
    TableStyle,
    TextForm,
    Tracer,
)
from visualize.core.length import Length
from visualize.core.matching import matching_paths
from visualize.core.option import (
    Options,
    choice,
    choice_or_none,
    choices,
    count,
    length,
    number,
    sequence,
    switch,
    table,
    text,
    texts,
)
from visualize.core.theme import Theme

if TYPE_CHECKING:
    from visualize.simplify import Rule

__all__ = [
    "DiffFigureOptions",
    "DiffOptions",
    "FigureOptions",
    "SkipTableOptions",
    "SkipsOptions",
    "SummaryOptions",
    "SummaryTableOptions",
    "TableOptions",
    "TraceOptions",
]


@dataclass(frozen=True, kw_only=True)
class TraceOptions(Options):
    """How a model is built and traced."""

    weights: str = text(
        "Where to read weights from: a checkpoint file (.pt, .pth or .safetensors), or the name of "
        "published weights, such as DEFAULT (downloaded).",
        metavar="NAME|FILE",
    )
    tracer: Tracer = choice(
        "How to trace: symbolically with torch.fx, by recording one run, or the first that works.",
        Tracer.AUTO,
    )
    leaves: tuple[str, ...] = texts(
        "Show a module as one operation.", flags=("--leaf",), metavar="CLASS|PATH"
    )
    train: bool = switch("Trace the model in training mode.")
    timeout: float | None = number(
        "Give up after this many seconds, whatever takes them; 0 disables the limit.",
        metavar="SECONDS",
        command_default=600.0,
    )
    statistics: bool = switch("Compute the statistics of each layer's weights.", flags=())
    memory: bool = switch("Measure the memory of activations.", flags=())
    name: str = text("Name of the model in titles and reports; its class by default.", flags=())


@dataclass(frozen=True, kw_only=True)
class FigureOptions(TraceOptions):
    """What a figure shows, and how it looks."""

    level: Level = choice(
        "How much to show; auto is the most detailed level that fits the page.", Level.AUTO
    )
    fold: bool = switch("Show equal copies once, marked ×N.", default=True)
    expand: tuple[str, ...] = texts(
        "Keep a module open at every level; a glob such as layer3.* matches several. The "
        "innermost module that matches wins, and expand wins over collapse.",
        metavar="PATH|CLASS",
    )
    collapse: tuple[str, ...] = texts(
        "Show a module as one box at every level.", metavar="PATH|CLASS"
    )
    details: tuple[str, ...] = texts(
        "Show what is inside closed blocks beside the figure: auto where it fits the page, none, "
        "or a module.",
        metavar="auto|none|PATH|CLASS",
        default_text="auto",
    )
    only: tuple[str, ...] = texts(
        "Draw a module on its own, or several, with their inputs and outputs named.",
        metavar="PATH",
    )
    hide: tuple[str, ...] = texts(
        "Leave a module out; its operations are credited to the preceding box.",
        metavar="PATH|CLASS",
    )
    labels: Mapping[str, str] = table(
        "Custom label for a module, by path (layer1[0] or layer1.0), glob or class.",
        flags=("--label",),
        metavar="PATH=TEXT",
    )
    idioms: tuple[Rule, ...] = sequence(
        "Your own rules for what is one box; they are tried before the built-in ones."
    )
    theme: Theme | str = text(
        "Colours and type: paper, dark, mono, slides, a file of your own, or auto, which follows "
        "the reader's light or dark mode in an SVG.",
        "paper",
        also=Theme,
        metavar="NAME|FILE.toml",
    )
    font: str = text(
        "An installed font, or a font file.", metavar="NAME|FILE", default_text="the theme's"
    )
    color_by: ColorBy = choice(
        "What box colours encode; norm and sparsity need the values of the weights.", ColorBy.STAGE
    )
    direction: Direction | None = choice_or_none(
        "Direction of data flow.",
        Direction,
        default_text="TB, or LR where that fits a page and TB is too broad",
    )
    width: Length | None = length(
        "Exact width, such as 3.25in or 8.5cm; text keeps its size.",
        default_text="as needed, at most 6.875in",
    )
    height: Length | None = length("Maximum height.", default_text="9in")
    title: str = text("Title above the figure.", metavar="TEXT")
    legend: bool = switch("Explain line styles and colours.", default=True)
    names: bool = switch("Show module paths in the boxes.")
    background: Background = choice(
        "What is behind the figure: the colour of the theme, or nothing.", Background.THEME
    )
    text_form: TextForm = choice(
        "Text of an SVG: in an embedded font, or as outlines for programs that ignore that.",
        TextForm.FONT,
        flags=("--text",),
    )
    dpi: int | None = count("Dots per inch of a PNG.", least=1, metavar="N", default_text="200")

    @property
    def shows_details(self) -> bool:
        """Whether what is inside closed blocks may be shown."""
        return "none" not in self.details

    @property
    def named_details(self) -> tuple[str, ...]:
        """The modules whose inside is to be shown; empty for all."""
        return tuple(one for one in self.details if one not in ("auto", "none"))

    def titles(self, modules: Mapping[str, str]) -> dict[str, str]:
        """The custom labels of modules, by path.

        Args:
            modules: the class of every module that the model calls, by path.

        Raises:
            UsageError: no module matches one of the patterns.
        """
        return {
            path: text
            for pattern, text in self.labels.items()
            for path in matching_paths(pattern, modules, "--label")
        }

    def __post_init__(self) -> None:
        """Colours that are computed from values of weights or from memory need these."""
        super().__post_init__()
        if self.color_by is ColorBy.MEMORY:
            object.__setattr__(self, "memory", True)
        if self.color_by.needs_values:
            object.__setattr__(self, "statistics", True)


@dataclass(frozen=True, kw_only=True)
class TableOptions(Options):
    """How a table is written."""

    format: TableFormat = choice("Format of the table.", TableFormat.TABLE)
    language: Language = choice(
        "Language of headings and sentences.", Language.ENGLISH, flags=("--lang",)
    )


@dataclass(frozen=True, kw_only=True)
class SkipTableOptions(TableOptions):
    """How a table of skip connections is written."""

    columns: tuple[SkipColumn, ...] = choices(
        "The columns to show, in this order; several may be separated by commas: "
        f"{', '.join(column.value for column in SkipColumn)}.",
        SkipColumn,
        metavar="NAME,...",
        default_text="those that inform",
    )


@dataclass(frozen=True, kw_only=True)
class SkipsOptions(TraceOptions, SkipTableOptions):
    """How skip connections are listed."""


@dataclass(frozen=True, kw_only=True)
class AuditOptions(TraceOptions, TableOptions):
    """How skip connections are audited."""


@dataclass(frozen=True, kw_only=True)
class DiffOptions(TraceOptions, TableOptions):
    """How two models are traced, and how their difference is written."""


@dataclass(frozen=True, kw_only=True)
class DiffFigureOptions(Options):
    """How the figure of a difference looks; other options of figures are for Python."""

    side_by_side: bool = switch("Draw both models side by side, and not merged into one figure.")
    level: Level = choice(
        "How much a figure shows where the models differ; auto is the most that fits the page.",
        Level.AUTO,
    )
    theme: str = text(
        "Colours and type of a figure: paper, dark, mono, slides, auto or a file of your own.",
        "paper",
        metavar="NAME|FILE.toml",
    )
    width: Length | None = length(
        "Exact width of a figure, such as 3.25in or 8.5cm.",
        default_text="as needed, at most 6.875in",
    )
    height: Length | None = length("Maximum height of a figure.", default_text="9in")
    title: str = text(
        "Title above a figure.", metavar="TEXT", default_text="both names, parameters and MACs"
    )
    legend: bool = switch("Explain the lines of a figure.", default=True)


@dataclass(frozen=True, kw_only=True)
class SummaryTableOptions(TableOptions):
    """How a summary is written."""

    columns: tuple[SummaryColumn, ...] = choices(
        "The columns to show, in this order; several may be separated by commas: "
        f"{', '.join(column.value for column in SummaryColumn)}.",
        SummaryColumn,
        metavar="NAME,...",
        default_text="those that inform",
    )
    sort: Sort | None = choice_or_none("Sort by this column, largest first.", Sort)
    style: TableStyle = choice(
        "List sums after their parts (flat), or modules before what is in them, indented (tree).",
        TableStyle.FLAT,
    )
    hide_free: bool = switch(
        "Hide rows without parameters and MACs: activations, pooling, reshapes."
    )


@dataclass(frozen=True, kw_only=True)
class SummaryOptions(TraceOptions, SummaryTableOptions):
    """What a summary shows, and how it is written."""

    depth: int | None = count(
        "How many modules deep the table goes.", least=1, metavar="N", default_text="to blocks"
    )
