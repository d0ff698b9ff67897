"""Rows of a difference for skip connections: those alike in one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualize.core.difference import Difference, SkipChange
from visualize.core.module_path import numberless
from visualize.report.kinds import kind_words
from visualize.report.language import Language
from visualize.report.places import places_text


@dataclass(frozen=True)
class SkipWords:
    """The words for changes of skip connections in a language."""

    gained: str
    lost: str
    retyped: str
    kinds: Mapping[str, str]

    @classmethod
    def of(cls, language: Language) -> SkipWords:
        """Those of a language."""
        gettext = language.gettext
        return cls(
            gettext("skip gained"),
            gettext("skip lost"),
            gettext("skip retyped"),
            kind_words(language),
        )


def skip_rows(difference: Difference, words: SkipWords) -> Iterator[tuple[str, str, str]]:
    """The change, the places and the kinds with the line of code, for each group alike."""
    groups: dict[tuple[str, ...], list[SkipChange]] = defaultdict(list)
    for each in difference.skips:
        groups[_change(each, words), _kinds(each, words), numberless(_place(each))].append(each)
    for (change, kinds, _), found in groups.items():
        number = f"{len(found)} × " if len(found) > 1 else ""
        sources = dict.fromkeys(each.source for each in found if each.source)
        lines = [*list(sources)[:2], *["…"] * (len(sources) > 2)]
        where = places_text(tuple(map(_place, found)))
        yield change, where, "; ".join([f"{number}{kinds}", *lines])


def _change(each: SkipChange, words: SkipWords) -> str:
    if each.before is None:
        return words.gained
    return words.lost if each.after is None else words.retyped


def _kinds(each: SkipChange, words: SkipWords) -> str:
    sides = [words.kinds[skip.kind.value] for skip in (each.before, each.after) if skip]
    scales = [skip.scale for skip in (each.before, each.after) if skip]
    if len(sides) == 2 and sides[0] == sides[1]:
        return f"{sides[0]} {scales[0]} → {scales[1]}"
    return " → ".join(sides)


def _place(each: SkipChange) -> str:
    skip = each.after or each.before
    assert skip is not None
    return skip.module or skip.merge
