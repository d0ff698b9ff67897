"""What a table is: columns, and their cells for each row."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from visualize.core.inert import visible


class Readers(enum.Enum):
    """Who a column is for, unless it is chosen."""

    ALL = enum.auto()
    TERMINAL = enum.auto()  # a drawing, which is left out of files
    PROGRAMS = enum.auto()  # what people read in other words elsewhere, so only in CSV


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        key: its name in English CSV, which scripts rely on.
        head: its heading.
        title: its heading for people, with the unit of its numbers; ``head`` if empty.
        name: what the option that chooses columns calls it.
        right: whether it holds numbers, which are aligned to the right and never broken.
        spare: if the terminal is too narrow, columns with the highest number are dropped first;
            those with 0 never are.
        essential: whether cells are wrapped before it is dropped.
        readers: who it is for.
        late: whether it comes after those that CSV had before.
    """

    key: str
    head: str
    title: str = ""
    name: str = ""
    right: bool = False
    spare: int = 0
    essential: bool = False
    readers: Readers = Readers.ALL
    late: bool = False

    @property
    def heading(self) -> str:
        """Its heading for people."""
        return self.title or self.head


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Field(Generic[Row]):
    """A column with its cell for a row: as text, and for programs if that differs.

    Attributes:
        column: the column.
        text: the cell for people.
        exact: the cell for programs.
        informs: whether it is in the table if columns are not chosen.
    """

    column: Column
    text: Callable[[Row], str]
    exact: Callable[[Row], str] | None = None
    informs: bool = True


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes:
        columns: its columns.
        rows: a cell for each column.
        exact: the cells for programs, in full and without units.
        sums: indices of rows that are sums, which are emphasized.
        levels: by how many steps the first cell of each row is indented; empty for none.
        keys: whether CSV has the keys of columns for its header, and not their headings.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    exact: Sequence[Sequence[str]]
    sums: frozenset[int] = field(default_factory=frozenset)
    levels: Sequence[int] = ()
    keys: bool = True

    def for_readers(self, readers: Readers) -> Table:
        """The columns for everyone and those for some readers."""
        return self.only([column.readers in (Readers.ALL, readers) for column in self.columns])

    def only(self, kept: Sequence[bool]) -> Table:
        """The table with some of its columns."""
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
    chosen: Sequence[str] = (),
    sums: frozenset[int] = frozenset(),
    levels: Sequence[int] = (),
    keys: bool = True,
) -> Table:
    """The table of some rows.

    Args:
        fields: all columns there are.
        rows: its rows.
        chosen: the names of the columns to show, in this order. By default all that inform; those
            that may be dropped are left out if they are empty.
        sums: see `Table`.
        levels: see `Table`.
        keys: see `Table`.
    """
    if chosen:
        named = {one.column.name: one for one in fields}
        kept = [_as_chosen(named[name], place) for place, name in enumerate(chosen)]
    else:
        kept = [
            one
            for one in fields
            if one.informs and (not one.column.spare or any(map(one.text, rows)))
        ]
    return Table(
        columns=[one.column for one in kept],
        rows=[[visible(one.text(row)) for one in kept] for row in rows],
        exact=[[visible((one.exact or one.text)(row)) for one in kept] for row in rows],
        sums=sums,
        levels=levels,
        keys=keys,
    )


def _as_chosen(one: Field[Row], place: int) -> Field[Row]:
    """A column that was chosen is for everyone, and goes only if nothing can be wrapped."""
    column = replace(one.column, readers=Readers.ALL, spare=place, essential=True, late=False)
    return replace(one, column=column)
