"""The skip connections of a model as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from visualize.architecture import Architecture, Skip
from visualize.report.graph import skip_document

TABLE_FORMATS = ("table", "md", "csv", "json")
_COLUMNS = (
    "kind",
    "from",
    "to",
    "module",
    "shape",
    "parameters",
    "bypasses",
    "bypassed parameters",
)


def write_skips(architecture: Architecture, format_name: str, width: int | None = None) -> str:
    """The skip connections in one of `TABLE_FORMATS`.

    Args:
        width: columns of the terminal that a table is made for; None for as wide as it needs.
    """
    if format_name == "json":
        skips = [skip_document(skip) for skip in architecture.skips]
        return json.dumps(skips, ensure_ascii=False, indent=1) + "\n"
    rows = [_row(skip) for skip in architecture.skips]
    if format_name == "csv":
        return _csv(rows)
    if format_name == "md":
        return _markdown(rows)
    return _table(architecture, rows, width)


def _row(skip: Skip) -> list[str]:
    return [
        skip.kind.value + (", long" if skip.long else ""),
        skip.fork,
        skip.merge,
        skip.module,
        "×".join(map(str, skip.shape)),
        f"{skip.parameters:,}",
        str(len(skip.bypassed)),
        f"{skip.bypassed_parameters:,}",
    ]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        [cell.replace(",", "") if cell[:1].isdigit() else cell for cell in row] for row in rows
    )
    return buffer.getvalue()


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = [_COLUMNS, ["---"] * len(_COLUMNS), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _table(architecture: Architecture, rows: Sequence[Sequence[str]], width: int | None) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return f"{architecture.name} has no skip connections\n"
    table = Table(title=f"Skip connections of {architecture.name}", title_justify="left")
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _COLUMNS[5:] else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    buffer = io.StringIO()
    console = Console(file=buffer, width=width or 10_000)
    console.print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
