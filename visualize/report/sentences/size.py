"""Sentences on the size of a model: parameters, buffers and tied weights."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.module_path import spelled
from visualize.core.summary import RowKind, Summary
from visualize.report.language import Language
from visualize.report.quantities import (
    joined,
    percent,
)


def size_sentences(summary: Summary, language: Language) -> list[str]:
    """Parameters, frozen and unused ones among them, and buffers."""
    total = summary.total
    frozen = total.parameters - total.trainable_parameters
    if not total.parameters:
        parameters = language.gettext("No parameters.")
    elif frozen == total.parameters:
        parameters = language.gettext("{parameters:,} parameters, all frozen.")
    elif frozen:
        parameters = language.gettext("{parameters:,} parameters, {frozen:,} of them frozen.")
    else:
        parameters = language.gettext("{parameters:,} parameters, all trainable.")
    written = [parameters.format(parameters=total.parameters, frozen=frozen)]
    unused = sum(row.parameters for row in summary.rows if row.kind is RowKind.UNUSED)
    if unused:
        share = percent(unused, total.parameters)
        written.append(
            language.gettext("{share} of the parameters are never used.").format(share=share)
        )
    if total.buffers:
        buffers = language.ngettext(
            "{number:,} buffer element.", "{number:,} buffer elements.", total.buffers
        )
        written.append(buffers.format(number=total.buffers))
    return written


def tied_sentence(tied: Sequence[Sequence[str]], language: Language) -> str:
    """Which parameters are one tensor."""
    if not tied:
        return ""
    names = [" = ".join(map(spelled, group)) for group in tied]
    return language.gettext("Tied weights (counted once): {names}.").format(
        names=joined(names, language)
    )
