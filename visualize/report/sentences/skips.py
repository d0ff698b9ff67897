"""Sentences on skip connections."""

from __future__ import annotations

from visualize.core.quantities import giga
from visualize.core.summary import Facts, Summary
from visualize.report.kinds import skip_counts
from visualize.report.language import Language
from visualize.report.quantities import (
    myriads,
    percent,
)


def skips_sentence(facts: Facts, language: Language) -> str:
    """The number of skip connections of each kind, and how many cross resolutions."""
    number, long = sum(facts.skips.values()), facts.long_skips
    if number < 2:
        kinds = [kind for kind, count in facts.skips.items() if count]
        return _single_skip(kinds[0] if kinds else "", bool(long), language)
    if number == long:
        sentence = language.gettext("{number:,} skip connections, all across resolutions: {kinds}.")
    elif long:
        sentence = language.gettext(
            "{number:,} skip connections: {kinds}; {long:,} of them across resolutions."
        )
    else:
        sentence = language.gettext("{number:,} skip connections: {kinds}.")
    return sentence.format(number=number, long=long, kinds=skip_counts(facts.skips, language))


def _single_skip(kind: str, long: bool, language: Language) -> str:
    gettext = language.gettext
    return {
        ("", False): gettext("No skip connections."),
        ("identity", False): gettext("1 skip connection, an identity shortcut."),
        ("identity", True): gettext("1 skip connection, an identity shortcut across resolutions."),
        ("scaled", False): gettext("1 skip connection, a scaled shortcut."),
        ("scaled", True): gettext("1 skip connection, a scaled shortcut across resolutions."),
        ("projection", False): gettext("1 skip connection, a projection shortcut."),
        ("projection", True): gettext(
            "1 skip connection, a projection shortcut across resolutions."
        ),
        ("concat", False): gettext("1 skip connection, a concat."),
        ("concat", True): gettext("1 skip connection, a concat across resolutions."),
        ("gate", False): gettext("1 skip connection, a gate."),
        ("gate", True): gettext("1 skip connection, a gate across resolutions."),
        ("mixed", False): gettext("1 skip connection, a mix of earlier tensors."),
        ("mixed", True): gettext("1 skip connection, a mix of earlier tensors across resolutions."),
    }[kind, long]


def detached_sentence(number: int, language: Language) -> str:
    """How many skip connections no gradient flows back over."""
    if not number:
        return ""
    return language.ngettext(
        "{number:,} skip connection is detached: no gradient flows back over it.",
        "{number:,} skip connections are detached: no gradient flows back over them.",
        number,
    ).format(number=number)


def projections_sentence(summary: Summary, language: Language) -> str:
    """What projection shortcuts cost."""
    facts, total = summary.facts, summary.total
    if not facts.skips.get("projection"):
        return ""
    return language.gettext(
        "Projection shortcuts: {parameters:,} parameters ({parameter_share}) "
        "and {macs} MACs ({mac_share})."
    ).format(
        parameters=facts.projection_parameters,
        parameter_share=percent(facts.projection_parameters, total.parameters),
        macs=giga(facts.projection_macs),
        myriads=myriads(facts.projection_macs),
        mac_share=percent(facts.projection_macs, total.macs),
    )
