"""Tables in every format: for a terminal, Markdown, CSV and LaTeX with booktabs."""

from __future__ import annotations

import csv
import enum
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from visualize.core.latex import escape_latex
from visualize.report.html import html_table


class Readers(enum.Enum):
    """Who a column is for."""

    ALL = enum.auto()
    TERMINAL = enum.auto()  # a drawing, which is left out of files
    PROGRAMS = enum.auto()  # what people read in other words elsewhere, so only in CSV


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        key: its name in English CSV, which scripts rely on.
        head: its heading.
        right: whether it holds numbers, which are aligned to the right.
        spare: if the terminal is too narrow, columns with the highest number are dropped first;
            those with 0 never are.
        readers: who it is for.
    """

    key: str
    head: str
    right: bool = False
    spare: int = 0
    readers: Readers = Readers.ALL


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Field(Generic[Row]):
    """A column with its cell for a row: as text, and for programs if that differs."""

    column: Column
    text: Callable[[Row], str]
    exact: Callable[[Row], str] | None = None


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes:
        title: shown above it.
        columns: its columns.
        rows: a cell for each column.
        exact: the cells for programs, in full and without units.
        sums: indices of rows that are sums, which are emphasized.
        keys: whether CSV has the keys of columns for its header, and not their headings.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    exact: Sequence[Sequence[str]]
    sums: frozenset[int] = field(default_factory=frozenset)
    keys: bool = True

    def write(self, format_name: str, width: int | None = None) -> str:
        """The table in one of the formats of `TableFormat` except JSON, or as HTML.

        Args:
            format_name: table, md, csv, latex or html.
            width: columns of the terminal; None for as wide as the table needs.
        """
        if format_name == "table":
            return _for_terminal(self._for(Readers.TERMINAL), width)
        if format_name == "csv":
            return _csv(self._for(Readers.PROGRAMS))
        writers = {"md": _markdown, "latex": _latex, "html": html_table}
        return writers[format_name](self._for(Readers.ALL))

    def _for(self, readers: Readers) -> Table:
        """The columns for everyone and those for some readers."""
        return self._only([column.readers in (Readers.ALL, readers) for column in self.columns])

    def fitting(self, width: int) -> Table:
        """The table without the columns that do not fit into ``width``."""
        from rich.cells import cell_len

        table = self
        while True:
            lines = [[column.head for column in table.columns], *table.rows]
            needed = sum(max(map(cell_len, cells)) + 3 for cells in zip(*lines)) + 1
            least = max(column.spare for column in table.columns)
            if needed <= width or not least:
                return table
            table = table._only([column.spare != least for column in table.columns])

    def _only(self, kept: Sequence[bool]) -> Table:
        return replace(
            self,
            columns=[column for column, keep in zip(self.columns, kept) if keep],
            rows=[[cell for cell, keep in zip(row, kept) if keep] for row in self.rows],
            exact=[[cell for cell, keep in zip(row, kept) if keep] for row in self.exact],
        )


def fill(
    fields: Sequence[Field[Row]],
    rows: Sequence[Row],
    *,
    title: str = "",
    sums: frozenset[int] = frozenset(),
    keys: bool = True,
) -> Table:
    """The table of some rows. A column that may be dropped is dropped if it is empty."""
    kept = [one for one in fields if not one.column.spare or any(map(one.text, rows))]
    return Table(
        title=title,
        columns=[one.column for one in kept],
        rows=[[one.text(row) for one in kept] for row in rows],
        exact=[[(one.exact or one.text)(row) for one in kept] for row in rows],
        sums=sums,
        keys=keys,
    )


def _for_terminal(table: Table, width: int | None) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    if width is not None:
        table = table.fitting(width)
    drawn = RichTable(title=table.title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in table.columns:
        drawn.add_column(column.head, justify="right" if column.right else "left")
    for index, row in enumerate(table.rows):
        drawn.add_row(*(Text(cell) for cell in row), style="bold" if index in table.sums else None)
    buffer = io.StringIO()
    console = Console(file=buffer, width=width or 10_000)
    console.print(drawn)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _csv(table: Table) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.key if table.keys else column.head for column in table.columns])
    writer.writerows(table.exact)
    return buffer.getvalue()


def _markdown(table: Table) -> str:
    rules = ["--:" if column.right else "---" for column in table.columns]
    lines = [[column.head for column in table.columns], rules, *table.rows]
    escaped = ([escape_markdown(cell) for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def escape_markdown(text: str) -> str:
    r"""``text`` without markup.

    >>> print(escape_markdown("layer1[0] <b>"))
    layer1\[0\] \<b>
    """
    return re.sub(r"([|*_`<\[\]])", r"\\\1", text)


def _latex(table: Table) -> str:
    """A ``tabular`` with the rules of booktabs."""
    columns = "".join("r" if column.right else "l" for column in table.columns)
    head = " & ".join(escape_latex(column.head) for column in table.columns)
    lines = ["% \\usepackage{booktabs}", f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}"]
    lines += ["\\toprule", f"{head} \\\\", "\\midrule"]
    for index, row in enumerate(table.rows):
        cells = [escape_latex(cell) for cell in row]
        if index in table.sums:
            cells = [f"\\textbf{{{cell}}}" if cell else "" for cell in cells]
        lines.append(f"{' & '.join(cells)} \\\\")
        if index in table.sums and index + 1 < len(table.rows):
            lines.append("\\addlinespace")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])
