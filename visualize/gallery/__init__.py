"""A folder with a figure and a page of each of many models, and an index of them all.

    names ─expand▶ model texts ─draw (in parallel)▶ Drawn ─keep▶ files ─index▶ index.html

A model that cannot be drawn is a row of the index that says why. What is there already, and is
still what would be drawn, is not drawn again: an interrupted gallery goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from visualize.core.files import write_files
from visualize.gallery.draw import draw_model
from visualize.gallery.index import write_index
from visualize.gallery.rows import Row, read_row, write_row
from visualize.gallery.runners import Runner
from visualize.options import FigureOptions

__all__ = ["Gallery", "Row", "make_gallery"]


@dataclass(frozen=True)
class Gallery:
    """What `make_gallery` did.

    Attributes:
        folder: where it is.
        rows: one for each model, in their order.
        kept: how many of them were there already.
    """

    folder: Path
    rows: tuple[Row, ...]
    kept: int

    @property
    def failed(self) -> tuple[Row, ...]:
        """The models that could not be drawn."""
        return tuple(row for row in self.rows if row.error)


def make_gallery(
    models: Sequence[str],
    folder: Path,
    options: FigureOptions,
    runner: Runner,
    report: Callable[[Row], None],
) -> Gallery:
    """Draw each of ``models`` into ``folder``, and write its index.

    The index is written in any case: after an interruption it holds what there is.

    Args:
        models: MODEL arguments.
        folder: is made if it does not exist.
        options: of each figure.
        runner: calls a function for each model, in parallel.
        report: called with each row when it is there.

    Raises:
        OutputError: a file cannot be written.
    """
    rows = {model: row for model in models if (row := read_row(folder, model, options))}
    kept = len(rows)
    try:
        for row in rows.values():
            report(row)
        waiting = [model for model in models if model not in rows]
        for drawn in runner.run(draw_model, waiting, options):
            row = drawn.row
            files = {folder / row.folder / name: data for name, data in drawn.files.items()}
            (folder / row.folder).mkdir(parents=True, exist_ok=True)
            write_files({**files, **write_row(folder, drawn, options)})
            rows[row.model] = row
            report(row)
    finally:
        done = tuple(rows[model] for model in models if model in rows)
        folder.mkdir(parents=True, exist_ok=True)
        write_files({folder / "index.html": write_index(done)})
    return Gallery(folder, done, kept)
