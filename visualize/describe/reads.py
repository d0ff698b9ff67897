"""What each row of the table reads: rows before it, and inputs of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from visualize.core.architecture import Architecture, NodeKind
from visualize.core.summary import Row, RowKind


def with_reads(
    exact: Architecture, rows: Sequence[Row], row_of: Mapping[str, str]
) -> Iterator[Row]:
    """The rows with the names of those that they read, sums without.

    Operations without a row, such as reshapes and concats in an expanded module, are passed
    through: what they read is what their readers read.

    Args:
        exact: the graph of all operations.
        rows: the rows of a table.
        row_of: the name of the row that each operation is in, for those in one.
    """
    origins: dict[str, Iterable[str]] = {}
    read: dict[str, dict[str, None]] = {row.name: {} for row in rows}
    for one in exact.operations:
        name = row_of.get(one.id, "")
        before: dict[str, None] = {}
        for source in exact.data_sources(one.id):
            before.update(dict.fromkeys(origins[source]))
        if name:
            read[name].update(before)
            origins[one.id] = (name,)
        else:
            origins[one.id] = (one.id,) if one.kind is NodeKind.INPUT else tuple(before)
    for row in rows:
        is_sum = row.kind is RowKind.TOTAL
        names = [] if is_sum else [name for name in read[row.name] if name != row.name]
        yield replace(row, reads=tuple(names))
