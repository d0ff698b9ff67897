"""Lines: no line is too long, nothing is lost, and numbers keep their measure words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from visualize.report.wrapping import wrap

CHINESE = (
    "从输入到输出共 256 条路径，经过 5 到 18 个含权重的层（中位数 11 层，90 % 分位数 15 层）。"
)


@pytest.mark.parametrize("width", range(8, 60))
def test_a_number_stays_with_its_measure_word(width: int) -> None:
    lines = wrap(f"{CHINESE}需 40.89 亿次乘加（4.089 G MACs）。", width)
    for line in lines:
        assert not re.search(r"[\d亿]$", line), lines
        assert not re.match(r"[，。、；：）%]|MACs|次", line), lines
        assert not line.endswith("（")


@given(st.text("ab 12.%层，。（）次亿", max_size=40), st.integers(8, 30))
def test_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_english_breaks_at_spaces_alone() -> None:
    text = "Projection shortcuts: 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)."
    for width in range(24, 80):
        lines = wrap(text, width)
        assert " ".join(lines) == text
        assert max(map(cell_len, lines)) <= width


def test_a_stride_keeps_its_number() -> None:
    assert wrap("16×16 卷积，768，步幅 16", 22) == ["16×16 卷积，768，", "步幅 16"]
    assert wrap("一维卷积，8，核大小 5", 20) == ["一维卷积，8，", "核大小 5"]


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("encoder.layers.encoder_layer_0", ["encoder.layers.", "encoder_layer_0"]),
        ("a_name_that_is_too_long_for_it[0]", ["a_name_that_is_", "too_long_for_it", "[0]"]),
        ("features[0]_total.x", ["features[0]_", "total.x"]),
        ("（VisionTransform）", ["（VisionTransfor", "m）"]),
        ("(VisionTransforms).", ["(VisionTransform", "s)."]),
    ],
)
def test_long_words_are_broken_where_their_parts_meet(word: str, lines: list[str]) -> None:
    assert wrap(word, 16) == lines
