"""Which rows the table has, and in which order: as they run with sums after their parts, or a tree.

The rows of a summary end with the sum over the model. Each knows the module that it is listed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from visualize.core.choices import Sort, TableStyle
from visualize.core.module_path import spelled
from visualize.core.summary import Row, RowKind


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The rows of a table.

    Attributes:
        rows: the rows, named as the table has them.
        levels: how deep each is in the tree; empty if they are no tree.
        hidden: how many rows are left out.
    """

    rows: tuple[Row, ...]
    levels: tuple[int, ...] = ()
    hidden: int = 0


def arrange(
    rows: Sequence[Row],
    *,
    name: str = "TOTAL",
    sort: Sort | None = None,
    style: TableStyle = TableStyle.FLAT,
    hide_free: bool = False,
) -> Arrangement:
    """The rows of a summary as a table has them.

    Args:
        rows: all rows, the sum over the model last.
        name: of the model, the root of a tree.
        sort: by what to sort them, largest first: all that are no sums, or those beside each other
            in a tree.
        style: sums after their parts, or modules before what is in them, with relative names.
        hide_free: whether to leave out rows without parameters and MACs.
    """
    *parts, total = rows
    shown = [row for row in parts if row.parameters or row.macs or row.failed or not hide_free]
    hidden = sum(row.kind is not RowKind.TOTAL for row in parts)
    hidden -= sum(row.kind is not RowKind.TOTAL for row in shown)
    if style is TableStyle.TREE:
        levels, ordered = zip(*_tree(shown, replace(total, name=name), sort))
        return Arrangement(ordered, levels, hidden)
    if sort:
        shown = _sorted([row for row in shown if row.kind is not RowKind.TOTAL], sort)
    return Arrangement((*shown, total), (), hidden)


def _sorted(rows: Sequence[Row], sort: Sort | None) -> list[Row]:
    if sort is None:
        return list(rows)
    return sorted(rows, key=lambda row: -int(getattr(row, sort.value) or 0))


def _tree(parts: Sequence[Row], total: Row, sort: Sort | None) -> Iterator[tuple[int, Row]]:
    """The sum over the model, then what is in it, each row with its level."""
    inside: dict[str, list[Row]] = {}
    for row in parts:
        inside.setdefault(row.parent, []).append(row)
    yield 0, total
    yield from _inside(total, 1, inside, sort)


def _inside(
    module: Row, level: int, inside: Mapping[str, Sequence[Row]], sort: Sort | None
) -> Iterator[tuple[int, Row]]:
    for row in _sorted(inside.get(module.path, ()), sort):
        yield level, replace(row, name=_relative(row, module))
        if row.kind is RowKind.TOTAL:
            yield from _inside(row, level + 1, inside, sort)


def _relative(row: Row, module: Row) -> str:
    """The name of a row in the module that it is listed in."""
    name = spelled(row.path) if row.kind is RowKind.TOTAL else row.name
    around = spelled(module.path)
    return name.removeprefix(around).removeprefix(".") if around else name
