"""The difference of two models, as `visualize.diff` returns it: it prints and writes itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core import difference as core
from visualize.core.errors import UsageError, shorten, shorten_path
from visualize.core.files import suffix
from visualize.options import DiffOptions, FigureOptions
from visualize.results.written import SUFFIXES, Written

if TYPE_CHECKING:
    from visualize.comparison import DifferenceFigure


def is_figure(path: str | os.PathLike[str]) -> bool:
    """Whether a difference is written to a file as a figure, and not as a table.

    Raises:
        UsageError: the suffix is that of neither.

    >>> is_figure("diff.svg"), is_figure("diff.json")
    (True, False)
    """
    from visualize.export import FORMATS

    name = suffix(Path(path))
    if name not in FORMATS and name not in SUFFIXES:
        known = ", ".join(f".{one}" for one in dict.fromkeys((*SUFFIXES, *FORMATS)))
        problem = f"cannot write the format {shorten(name)!r}" if name else "has no suffix"
        raise UsageError(problem, where=shorten_path(str(path)), hint=f"use one of {known}")
    return name not in SUFFIXES


@dataclass(frozen=True, repr=False)
class Difference(Written[DiffOptions]):
    """What differs between two models; true where they differ.

    ``print`` shows what ``visualize diff`` prints, a notebook the same as HTML.

    Attributes:
        exact: the partner and the status of each operation, for programs.
        options: how it is written unless another way is asked for.
    """

    exact: core.Difference
    options: DiffOptions = field(default_factory=DiffOptions)
    _kind = DiffOptions

    def __bool__(self) -> bool:
        return bool(self.exact)

    def __repr__(self) -> str:
        names = f"{self.exact.before.name} and {self.exact.after.name}"
        return f"<Difference of {names}: {len(self.changes)} changes>"

    @property
    def changes(self) -> Sequence[core.Change]:
        """What was added, removed, changed, moved, rewired and renamed."""
        return self.exact.changes

    @property
    def skips(self) -> Sequence[core.SkipChange]:
        """Skip connections gained, lost and retyped."""
        return self.exact.skips

    def figure(self, *, side_by_side: bool = False, **keywords: Any) -> DifferenceFigure:
        """Both models in one figure: what is equal is closed, what differs is shown in full.

        Args:
            side_by_side: whether both are drawn, with the same marks, and not one merged figure.
            keywords: those of `visualize.draw` that say what a figure shows and how it looks.

        Raises:
            UsageError: an option does not exist, or its value cannot be read.
        """
        from visualize.comparison import DifferenceFigure

        chosen = FigureOptions.of(None, keywords)
        return DifferenceFigure.of_difference(self.exact, chosen, side_by_side=side_by_side)

    def save(self, path: str | os.PathLike[str], **keywords: Any) -> Path:
        """Write it to ``path``: as a table (txt, md, csv, json, tex) or as a figure (svg, pdf, …).

        Args:
            path: the file; the suffix is the format.
            keywords: options that replace those it was made with; of a figure, as for `figure`.

        Raises:
            UsageError: the suffix is another one, an option cannot be read, or ``path`` is a
                folder.
            OutputError: the file cannot be written.
        """
        if is_figure(path):
            return self.figure(**keywords).save(path)
        return super().save(path, **keywords)

    def table(self, **keywords: Any) -> str:
        """What the command prints; keywords as for `to_text`."""
        return self.to_text(**keywords)

    def to_dict(self) -> dict[str, Any]:
        """What ``visualize diff --format json`` prints, as plain data."""
        document: dict[str, Any] = self._document()
        return document

    def _write(self, options: DiffOptions, format_name: str, width: int | None) -> str:
        from visualize.report import write_difference

        return write_difference(
            self.exact, format_name, language=options.language.value, width=width
        )
