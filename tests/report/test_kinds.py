"""Kinds of skip connection in words."""

from __future__ import annotations

import pytest

from visualize.core.architecture import SkipKind
from visualize.report.kinds import connections, kind_words, shortcut_words, skip_counts
from visualize.report.language import load_language

ENGLISH, CHINESE = load_language("en"), load_language("zh")


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_kind_has_words(language: object) -> None:
    kinds = {kind.value for kind in SkipKind}
    for words in (kind_words, shortcut_words):
        assert set(words(language)) == kinds  # type: ignore[arg-type]
    assert all(connections(kind, 2, language) for kind in kinds)  # type: ignore[arg-type]


def test_kinds_are_counted_in_a_fixed_order() -> None:
    counts = {"gate": 16, "identity": 9, "concat": 0}
    assert skip_counts(counts, ENGLISH) == "9 identity, 16 gate"
    assert skip_counts(counts, CHINESE) == "恒等捷径 9 条、门控连接 16 条"


def test_one_and_several() -> None:
    assert connections("gate", 1, ENGLISH) == "1 gate"
    assert connections("concat", 1234, ENGLISH) == "1,234 concats"
    assert connections("projection", 3, CHINESE) == "3 条投影捷径"
