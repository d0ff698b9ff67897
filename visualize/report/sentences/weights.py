"""Sentences on the values of weights."""

from __future__ import annotations

from visualize.core.statistics import Statistics
from visualize.core.summary import Row, RowKind, Summary
from visualize.report.language import Language
from visualize.report.quantities import (
    joined,
    percent,
)

_LISTED = 8  # stages, or modules


def norms_sentence(summary: Summary, language: Language) -> str:
    """The norm of all weights, and the row with the largest."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not whole.is_finite or not whole.norm or not rows:
        return ""
    largest, values = max(rows, key=lambda one: one[1].norm)
    return language.gettext(
        "L2 norm of all weights: {norm:.4g}; the largest is that of {name}, {largest:.4g}."
    ).format(norm=whole.norm, name=largest.name, largest=values.norm)


def zeros_sentence(summary: Summary, language: Language) -> str:
    """The share of zero weights, and the row with the largest."""
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not rows:
        return ""
    if not whole.zeros:
        return language.gettext("No zero weights.")
    sparsest, values = max(rows, key=lambda one: one[1].sparsity)
    return language.gettext(
        "Zero weights: {share} ({number:,}); the largest share is that of {name}, {largest}."
    ).format(
        share=percent(whole.zeros, whole.count),
        number=whole.zeros,
        name=sparsest.name,
        largest=percent(values.zeros, values.count),
    )


def not_finite_sentence(summary: Summary, language: Language) -> str:
    """The rows with NaN or infinite weights, as after a training that diverged."""
    broken = [row.name for row, values in _rows_with_values(summary) if not values.is_finite]
    if not broken:
        return ""
    names = [*broken[:_LISTED], "…"] if len(broken) > _LISTED else broken
    return language.gettext("NaN or infinite weights in {names}.").format(
        names=joined(names, language)
    )


def _rows_with_values(summary: Summary) -> list[tuple[Row, Statistics]]:
    """The rows with known weights, except sums."""
    return [
        (row, row.statistics)
        for row in summary.rows
        if row.statistics and row.kind in (RowKind.LAYER, RowKind.BLOCK)
    ]
