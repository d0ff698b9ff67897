from __future__ import annotations

import re
from collections import Counter

import pytest

from visualize.core.names import NAMES
from visualize.core.phrases import Phrase
from visualize.report.language import load_language

KEPT = {"hard sigmoid", "hard swish", "sigmoid", "softmax", "dropout"}  # names in Chinese papers


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_a_name_has_a_word_in_chinese(name: Phrase) -> None:
    word = name.write(load_language("zh"))
    assert re.search("[\u4e00-\u9fff]", word) or str(name) in KEPT
    assert word != str(name)


def test_names_are_listed_once() -> None:
    assert max(Counter(map(str, NAMES)).values()) == 1
