"""Tables in a terminal: columns that fit its width, cells that wrap, and what is left out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualize.report.language import Language
from visualize.report.quantities import joined
from visualize.report.tables.table import Column, Readers, Table
from visualize.report.wrapping import longest_part, longest_word, wrap, wrap_heading

_GAP = "  "
_INDENT = "  "
_READABLE = 40  # text in wider columns is wrapped rather than that others are dropped
_NARROW = 14  # text is never wrapped to less, unless it is shorter
_LEGIBLE = 24  # text in columns of this width may wrap rather than that names do


@dataclass(frozen=True, slots=True)
class Drawing:
    """A table as text.

    Attributes:
        text: its lines.
        widths: how wide each of its columns is; two blanks are between them.
        left_out: the columns that did not fit.
    """

    text: str
    widths: tuple[int, ...]
    left_out: tuple[Column, ...] = ()

    @property
    def width(self) -> int:
        """Columns of the terminal that it takes."""
        return sum(self.widths) + len(_GAP) * (len(self.widths) - 1)


@dataclass(frozen=True, slots=True)
class _Widths:
    """How wide a column may be.

    Attributes:
        natural: as wide as its heading and its cells.
        cells: its heading wrapped.
        compact: its heading wrapped, and its cells where they are long.
        least: its cells wrapped as well.
    """

    natural: int
    cells: int
    compact: int
    least: int


def draw_table(table: Table, width: int | None) -> Drawing:
    """A table for a terminal.

    Headings are wrapped first; then columns are left out, the most dispensable first; then cells
    are wrapped, and numbers never. What remains of the width goes to the columns that wrap, first
    to the names of the rows.

    Args:
        table: the table.
        width: columns of the terminal; None for as wide as the table needs.
    """
    table = table.for_readers(Readers.TERMINAL)
    table = _indented(table)
    if width is None:
        widths = [_widths(table, index).natural for index in range(len(table.columns))]
        return _drawn(table, widths, ())
    kept, widths = _fitted(table, width)
    left_out = tuple(column for column, keep in zip(table.columns, kept) if not keep)
    return _drawn(table.only(kept), widths, left_out)


def left_out_note(columns: Sequence[Column], language: Language) -> str:
    """Which columns did not fit, and how to get them; empty if all did."""
    names = [column.name for column in columns if column.name and column.heading]
    if not names:
        return ""
    text = language.gettext("Left out at this width: {names} (use --columns, or a wider terminal).")
    return text.format(names=joined(names, language))


def _indented(table: Table) -> Table:
    """The same table, its first cells indented."""
    if not table.levels:
        return table
    rows = [[_INDENT * level + row[0], *row[1:]] for level, row in zip(table.levels, table.rows)]
    return replace(table, rows=rows)


def _widths(table: Table, index: int) -> _Widths:
    from rich.cells import cell_len

    column = table.columns[index]
    cells = max((cell_len(row[index]) for row in table.rows), default=0)
    head = longest_word(column.heading)
    compact = cells if column.right else min(cells, _READABLE)
    least = cells if column.right else min(cells, _NARROW)
    if column.spare and least < cells:  # it goes rather than that its words are broken
        words = max(longest_part(row[index]) for row in table.rows)
        least = max(least, min(words, _LEGIBLE))
    return _Widths(
        natural=max(cells, cell_len(column.heading)),
        cells=max(cells, head),
        compact=max(compact, head),
        least=max(least, head),
    )


def _fitted(table: Table, width: int) -> tuple[list[bool], list[int]]:
    """Which columns are kept, and how wide each of these is."""
    every = [_widths(table, index) for index in range(len(table.columns))]
    kept = [True] * len(every)

    def is_too_wide(widths: Sequence[int]) -> bool:
        used = [one for one, keep in zip(widths, kept) if keep]
        return sum(used) + len(_GAP) * (len(used) - 1) > width

    def drop(droppable: Sequence[bool]) -> bool:
        """Drop the most dispensable column, if there is one."""
        spares = [
            column.spare if keep and may else 0
            for column, keep, may in zip(table.columns, kept, droppable)
        ]
        if not any(spares):
            return False
        kept[spares.index(max(spares))] = False
        return True

    if is_too_wide([one.natural for one in every]):
        optional = [not column.essential for column in table.columns]
        while is_too_wide([one.compact for one in every]) and drop(optional):
            pass
        while is_too_wide([one.least for one in every]) and drop([True] * len(every)):
            pass
    left = [one for one, keep in zip(every, kept) if keep]
    if not is_too_wide([one.natural for one in every]):
        return kept, [one.natural for one in left]
    widths = [one.least for one in left]
    room = width - sum(widths) - len(_GAP) * (len(widths) - 1)
    compact = [one.compact for one in left]
    legible = [max(one.least, min(one.compact, _LEGIBLE)) for one in left]
    for targets in (legible, [compact[0], *legible[1:]], compact, [one.cells for one in left]):
        room = _grow(widths, targets, room)
    return kept, widths


def _grow(widths: list[int], targets: Sequence[int], room: int) -> int:
    """Widen columns up to their targets, that which lacks most first; what remains of the room."""
    while room > 0:
        lacking = [target - width for target, width in zip(targets, widths)]
        most = max(lacking)
        if most <= 0:
            break
        widths[lacking.index(most)] += 1
        room -= 1
    return room


def _drawn(table: Table, widths: Sequence[int], left_out: tuple[Column, ...]) -> Drawing:
    drawing = Drawing("", tuple(widths), left_out)
    heads = [wrap_heading(column.heading, width) for column, width in zip(table.columns, widths)]
    height = max(map(len, heads))
    lines = _lines(table, [[""] * (height - len(head)) + head for head in heads], widths)
    lines.append(_GAP.join("─" * width for width in widths))
    for row in table.rows:
        cells = [_wrapped(cell, width) for cell, width in zip(row, widths)]
        lines += _lines(table, cells, widths)
    return replace(drawing, text="".join(f"{line}\n" for line in lines))


def _wrapped(cell: str, width: int) -> list[str]:
    """The lines of a cell, all indented like the first."""
    text = cell.lstrip(" ")
    indent = cell[: len(cell) - len(text)]
    return [indent + line for line in wrap(text, max(width - len(indent), 1))]


def _lines(table: Table, cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """The lines of a row, from the lines of each of its cells."""
    return [
        _GAP.join(
            _padded(text, width, column.right)
            for text, width, column in zip(line, widths, table.columns)
        ).rstrip()
        for line in itertools.zip_longest(*cells, fillvalue="")
    ]


def _padded(text: str, width: int, right: bool) -> str:
    from rich.cells import cell_len

    space = " " * (width - cell_len(text))
    return space + text if right else text + space
