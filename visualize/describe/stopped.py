"""The summary of a model that failed: what ran before, and the layer that failed."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.dtypes import added
from visualize.core.phrases import phrase
from visualize.core.summary import Row, RowKind, Summary


def stopped(summary: Summary, place: str, reason: str, error: str) -> Summary:
    """The summary of what ran, with a row for what failed.

    Parameters after it do not count, and the model returns nothing.

    Args:
        summary: of the graph that ends where the model failed.
        place: the layer that failed, or the line of code.
        reason: why it failed.
        error: the whole message of the error.
    """
    rows = [row for row in summary.rows[:-1] if row.kind is not RowKind.UNUSED]
    parts = [row for row in rows if row.kind is not RowKind.TOTAL]
    failed = Row(place, RowKind.LAYER, words=phrase("failed: {reason}", reason=reason), failed=True)
    total = replace(
        summary.total,
        parameters=sum(row.parameters for row in parts),
        trainable_parameters=sum(row.trainable_parameters for row in parts),
        dtypes=added(row.dtypes for row in parts),
        outputs=(),
        receptive_field=None,
    )
    return replace(summary, rows=(*rows, failed, total), error=error)
