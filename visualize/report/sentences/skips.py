"""Sentences on skip connections."""

from __future__ import annotations

from collections.abc import Mapping

from visualize.core.module_path import spelled
from visualize.core.quantities import giga
from visualize.core.summary import Facts, Summary
from visualize.report.kinds import kind_words, shortcut_words, skip_counts
from visualize.report.language import Language
from visualize.report.quantities import joined, myriads, percent

_LISTED = 8  # blocks


def skips_sentence(facts: Facts, language: Language) -> str:
    """The number of skip connections of each kind, and how many cross resolutions."""
    number, long = sum(facts.skips.values()), facts.long_skips
    kinds = [kind for kind, count in facts.skips.items() if count]
    if not number:
        return language.gettext("No skip connections.") if facts.weighted_layers > 1 else ""
    if number == 1:
        return _single_skip(kinds[0], bool(long), language)
    if len(kinds) == 1:
        return _one_kind(kinds[0], number, long, language)
    if number == long:
        sentence = language.gettext("{number:,} skip connections, all across resolutions: {kinds}.")
    elif long:
        sentence = language.gettext(
            "{number:,} skip connections: {kinds}; {long:,} of them across resolutions."
        )
    else:
        sentence = language.gettext("{number:,} skip connections: {kinds}.")
    return sentence.format(number=number, long=long, kinds=skip_counts(facts.skips, language))


def _one_kind(kind: str, number: int, long: int, language: Language) -> str:
    if number == long:
        sentence = language.gettext(
            "{number:,} skip connections, all {kind} and across resolutions."
        )
    elif long:
        sentence = language.gettext(
            "{number:,} skip connections, all {kind}; {long:,} of them across resolutions."
        )
    else:
        sentence = language.gettext("{number:,} skip connections, all {kind}.")
    return sentence.format(
        number=number,
        long=long,
        kind=kind_words(language)[kind],
        shortcut=shortcut_words(language)[kind],
    )


def _single_skip(kind: str, long: bool, language: Language) -> str:
    gettext = language.gettext
    return {
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


def loops_sentence(facts: Facts, language: Language) -> str:
    """How often loops use the skip connections in them; empty without any."""
    number, looped = sum(facts.skips.values()), sum(facts.looped_skips.values())
    if not looped:
        return ""
    times, *others = facts.looped_skips
    if others:
        sentence = language.gettext("{looped:,} of them are in loops, used {uses:,} times in all.")
    elif looped < number:
        sentence = language.ngettext(
            "{looped:,} of them is in a loop, used {times:,} times.",
            "{looped:,} of them are in loops, each used {times:,} times.",
            looped,
        )
    else:
        sentence = language.ngettext(
            "It is in a loop, used {times:,} times.",
            "Each is in a loop, used {times:,} times.",
            number,
        )
    uses = sum(steps * count for steps, count in facts.looped_skips.items())
    return sentence.format(looped=looped, times=times, uses=uses)


def blocks_sentence(blocks: Mapping[str, int], language: Language) -> str:
    """How many shortcuts each block has, or which blocks have none; empty without any."""
    without = [spelled(path) for path, number in blocks.items() if not number]
    numbers = set(blocks.values())
    if len(blocks) < 2 or not any(numbers):
        return ""
    if not without:
        (number, *others) = numbers
        if others or number < 2:
            return ""
        return language.gettext("Each block has {number} shortcuts.").format(number=number)
    names = [*without[:_LISTED], "…"] if len(without) > _LISTED else without
    return language.gettext("{number} of {blocks} blocks have no shortcut: {names}.").format(
        number=len(without), blocks=len(blocks), names=joined(names, language)
    )


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
    """What projection shortcuts cost for one sample."""
    facts, total = summary.facts, summary.total
    macs = facts.cost.projection_macs
    if not facts.skips.get("projection"):
        return ""
    if not facts.projection_parameters and not macs:
        return language.gettext("Projection shortcuts have no parameters.")
    return language.gettext(
        "Projection shortcuts: {parameters:,} parameters ({parameter_share}) "
        "and {macs} MACs ({mac_share})."
    ).format(
        parameters=facts.projection_parameters,
        parameter_share=percent(facts.projection_parameters, total.parameters),
        macs=giga(macs),
        myriads=myriads(macs),
        mac_share=percent(macs, facts.cost.macs),
    )
