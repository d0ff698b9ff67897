"""What is above the table: the name of the model, its documentation, and its weights."""

from __future__ import annotations

from visualize.core.summary import Summary
from visualize.report.language import Language
from visualize.report.quantities import joined
from visualize.report.words import name_and_class


def heading(summary: Summary, language: Language) -> list[str]:
    """The title, and a paragraph each on what the model is and which weights it has."""
    name = name_and_class(summary.name, summary.class_name, language)
    return [name, *_about(summary, language)]


def _about(summary: Summary, language: Language) -> list[str]:
    """What the model is, and which weights it has."""
    about = [summary.documentation] if summary.documentation else []
    if summary.published:
        names = joined(summary.published, language)
        about.append(language.gettext("Published weights: {names}").format(names=names))
    if summary.weights:
        statistics = language.gettext("Weight statistics from: {name}")
        about.append(statistics.format(name=summary.weights))
    return about
