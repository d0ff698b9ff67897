"""The skip connections of a model as a table."""

from __future__ import annotations

import json

from visualize.architecture import Architecture, Skip
from visualize.report.graph import skip_document
from visualize.report.tables import Column, Table

_COLUMNS = (
    Column("kind"),
    Column("from"),
    Column("to"),
    Column("module"),
    Column("shape"),
    Column("parameters", right=True),
    Column("bypasses", right=True),
    Column("bypassed parameters", right=True),
)


def write_skips(architecture: Architecture, format_name: str, width: int | None = None) -> str:
    """The skip connections in one of `TABLE_FORMATS`.

    Args:
        width: columns of the terminal that a table is made for; None for as wide as it needs.
    """
    if format_name == "json":
        skips = [skip_document(skip) for skip in architecture.skips]
        return json.dumps(skips, ensure_ascii=False, indent=1) + "\n"
    if format_name == "table" and not architecture.skips:
        return f"{architecture.name} has no skip connections\n"
    rows = [_row(skip) for skip in architecture.skips]
    title = f"Skip connections of {architecture.name}"
    return Table(title, _COLUMNS, rows).write(format_name, width)


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
