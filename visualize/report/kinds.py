"""The kinds of skip connections in words, alone and counted."""

from __future__ import annotations

from collections.abc import Mapping

from visualize.report.language import Language
from visualize.report.quantities import joined


def kind_words(language: Language) -> dict[str, str]:
    """The kinds of skip connection in words."""
    return {
        "identity": language.gettext("identity"),
        "scaled": language.gettext("scaled"),
        "projection": language.gettext("projection"),
        "concat": language.gettext("concat"),
        "gate": language.gettext("gate"),
        "mixed": language.gettext("mixed"),
    }


def skip_counts(counts: Mapping[str, int], language: Language) -> str:
    """The number of each kind: ``5 identity, 3 projection``."""
    gettext = language.gettext
    words = {
        "identity": gettext("{number:,} identity"),
        "scaled": gettext("{number:,} scaled"),
        "projection": gettext("{number:,} projection"),
        "concat": gettext("{number:,} concat"),
        "gate": gettext("{number:,} gate"),
        "mixed": gettext("{number:,} mixed"),
    }
    found = [word.format(number=counts[kind]) for kind, word in words.items() if counts.get(kind)]
    return joined(found, language)


def with_uses(words: str, number: int, uses: int, language: Language) -> str:
    """Counted skip connections with how often they are used, if loops use some more than once.

    >>> from visualize.report.language import load_language
    >>> with_uses("2 identity", 2, 24, load_language("en"))
    '2 identity, used 24 times'
    """
    if uses == number:
        return words
    return language.gettext("{skips}, used {uses:,} times").format(skips=words, uses=uses)


def connections(kind: str, number: int, language: Language) -> str:
    """Skip connections of one kind, counted.

    >>> from visualize.report.language import load_language
    >>> connections("identity", 5, load_language("en"))
    '5 identity shortcuts'
    """
    words = {
        "identity": language.ngettext(
            "{number:,} identity shortcut", "{number:,} identity shortcuts", number
        ),
        "scaled": language.ngettext(
            "{number:,} scaled shortcut", "{number:,} scaled shortcuts", number
        ),
        "projection": language.ngettext(
            "{number:,} projection shortcut", "{number:,} projection shortcuts", number
        ),
        "concat": language.npgettext(
            "skip connections", "{number:,} concat", "{number:,} concats", number
        ),
        "gate": language.npgettext(
            "skip connections", "{number:,} gate", "{number:,} gates", number
        ),
        "mixed": language.ngettext(
            "{number:,} mix of earlier tensors", "{number:,} mixes of earlier tensors", number
        ),
    }
    return words[kind].format(number=number)


def shortcut_words(language: Language) -> dict[str, str]:
    """One skip connection of each kind, as the description of a block."""
    return {
        "identity": language.gettext("identity shortcut"),
        "scaled": language.gettext("scaled shortcut"),
        "projection": language.gettext("projection shortcut"),
        "concat": language.pgettext("skip connection", "concat"),
        "gate": language.pgettext("skip connection", "gate"),
        "mixed": language.gettext("mix of earlier tensors"),
    }
