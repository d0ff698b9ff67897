"""A folder with a figure and a page of each of many models, and an index of them all.

    names ─expand▶ model texts ─draw (in parallel)▶ Drawn ─keep▶ files ─index▶ index.html

A model that cannot be drawn is a row of the index that says why. What is there already, and is
still what would be drawn, is not drawn again: an interrupted gallery goes on where it stopped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from visualize.core.files import make_folder, write_files
from visualize.gallery.draw import draw_model
from visualize.gallery.index import write_index
from visualize.gallery.rows import Drawn, Made, Row, read_row, write_row
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
    inputs: Sequence[str] = (),
) -> Gallery:
    """Draw each of ``models`` into ``folder``, and write its index.

    The index is written in any case: after an interruption it holds what there is.

    Args:
        models: MODEL arguments.
        folder: is made if it does not exist.
        options: of each figure.
        runner: calls a function for each model, in parallel.
        report: called with each row when it is there.
        inputs: specifications as of --input, of every model.

    Raises:
        OutputError: a file cannot be written.
    """
    made = Made(options, tuple(inputs))
    rows = {model: row for model in models if (row := read_row(folder, model, made))}
    kept = len(rows)
    make_folder(folder)
    try:
        for row in rows.values():
            report(row)
        waiting = [model for model in models if model not in rows]
        draw = functools.partial(draw_model, inputs=made.inputs)
        with closing(runner.run(draw, waiting, options)) as arriving:
            for drawn in arriving:
                rows[drawn.row.model] = drawn.row
                _keep(folder, drawn, made)
                report(drawn.row)
    finally:
        done = tuple(rows[model] for model in models if model in rows)
        write_files({folder / "index.html": write_index(done)})
    return Gallery(folder, done, kept)


def _keep(folder: Path, drawn: Drawn, made: Made) -> None:
    """Write the files of a model, if it could be drawn."""
    if drawn.files:
        make_folder(folder / drawn.row.folder)
        files = {folder / drawn.row.folder / name: data for name, data in drawn.files.items()}
        write_files({**files, **write_row(folder, drawn, made)})
