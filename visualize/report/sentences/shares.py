"""Sentences on where parameters and MACs are."""

from __future__ import annotations

from collections.abc import Callable

from visualize.core.module_path import spelled
from visualize.core.summary import Part, Summary
from visualize.report.language import Language
from visualize.report.quantities import (
    percent,
)


def parameters_sentence(summary: Summary, language: Language) -> str:
    """The parts with the most parameters."""
    shares = _shares(summary, lambda part: part.parameters, summary.total.parameters, language)
    return language.gettext("Parameters: {shares}.").format(shares=shares) if shares else ""


def macs_sentence(summary: Summary, language: Language) -> str:
    """The parts with the most MACs."""
    shares = _shares(summary, lambda part: part.macs, summary.total.macs, language)
    return language.gettext("MACs: {shares}.").format(shares=shares) if shares else ""


def _shares(summary: Summary, size: Callable[[Part], int], whole: int, language: Language) -> str:
    """The shares of the two parts with the most, and of the part with the last layer."""
    found = sorted((part for part in summary.facts.parts if size(part)), key=lambda p: -size(p))
    shown = found[:2] + [part for part in found[2:] if part.last]
    shares = []
    for part in shown:
        if not part.last:
            words = language.gettext("{name} {share}")
        elif part.layers == 1:
            words = language.gettext("{name} (last layer) {share}")
        else:
            words = language.gettext("{name} (last module) {share}")
        shares.append(words.format(name=spelled(part.name), share=percent(size(part), whole)))
    return language.pgettext("between clauses", ", ").join(shares)
