"""Sentences on the values of weights."""

from __future__ import annotations

from visualize.core.statistics import Statistics
from visualize.core.summary import Row, RowKind, Summary
from visualize.report.language import Language
from visualize.report.quantities import (
    joined,
    percent,
)

_LISTED = 8  # modules
_SPARSE = 0.05  # fewer zeros in a row are chance, or a row for padding


def magnitudes_sentence(summary: Summary, language: Language) -> str:
    """The root mean square of all weights, and the rows with the smallest and the largest."""
    whole = summary.total.statistics
    rows = [(row, values) for row, values in _rows_with_values(summary) if values.is_finite]
    if not whole or not whole.is_finite or not whole.norm or not rows:
        return ""
    least, most = (end(rows, key=lambda one: one[1].rms) for end in (min, max))
    if least[1].rms == most[1].rms:
        return language.gettext("RMS of weights: {rms:.3g}.").format(rms=whole.rms)
    return language.gettext(
        "RMS of weights: {rms:.3g}; from {least:.3g} ({least_name}) to {most:.3g} ({most_name})."
    ).format(
        rms=whole.rms,
        least=least[1].rms,
        least_name=least[0].name,
        most=most[1].rms,
        most_name=most[0].name,
    )


def zeros_sentence(summary: Summary, language: Language) -> str:
    """The share of zero weights, and the row with the largest; empty where few are zero.

    Vectors of nothing but zeros are left out: a bias that is not trained is not sparse.
    """
    whole, rows = summary.total.statistics, _rows_with_values(summary)
    if not whole or not rows:
        return ""
    sparsest, values = max(rows, key=lambda one: (one[1].zeros - one[1].idle) / one[1].count)
    zeros, most = whole.zeros - whole.idle, values.zeros - values.idle
    if most < _SPARSE * values.count:
        return ""
    return language.gettext(
        "Zero weights: {share} ({number:,}); the largest share is that of {name}, {largest}."
    ).format(
        share=percent(zeros, whole.count),
        number=zeros,
        name=sparsest.name,
        largest=percent(most, values.count),
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
