"""Numbers, shapes, enumerations and paragraphs in both languages."""

from __future__ import annotations

import pytest

from visualize.core.architecture import TensorSpec
from visualize.report.language import load_language
from visualize.report.quantities import (
    joined,
    large,
    macs,
    myriads,
    paragraph,
    percent,
    shape_words,
)

ENGLISH, CHINESE = load_language("en"), load_language("zh")


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (0, "0 MACs", "0 次乘加"),
        (9_999, "9,999 MACs", "9,999 次乘加"),
        (512_000, "512 k MACs", "51.2 万次乘加（512 k MACs）"),
        (19_267_584, "19.27 M MACs", "1927 万次乘加（19.27 M MACs）"),
        (99_999_999, "100 M MACs", "1 亿次乘加（100 M MACs）"),
        (4_089_184_256, "4.089 G MACs", "40.89 亿次乘加（4.089 G MACs）"),
        (850_000_000_000, "850 G MACs", "8500 亿次乘加（850 G MACs）"),
        (51_800_000_000_000, "51.8 T MACs", "51.8 万亿次乘加（51.8 T MACs）"),
    ],
)
def test_macs(number: int, english: str, chinese: str) -> None:
    assert (macs(number, ENGLISH), macs(number, CHINESE)) == (english, chinese)


@pytest.mark.parametrize("exponent", range(1, 19))
def test_myriads_are_never_in_scientific_notation(exponent: int) -> None:
    for number in (10**exponent - 1, 10**exponent, 3 * 10**exponent):
        assert "e" not in myriads(number)


def test_large_numbers_have_an_order_of_magnitude() -> None:
    assert large(999_999_999) == "999,999,999"
    assert large(2**80) == "1.2 × 10²⁴"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0.0 %"), (10, 10, "100.0 %"), (1, 3, "33.3 %"), (1, 10**6, "<0.1 %"),
        (5, 10**4, "0.1 %"), (999_999, 10**6, ">99.9 %"), (0, 0, "0.0 %"),
    ],
)  # fmt: skip
def test_a_share_is_only_zero_or_all_where_it_is(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_shapes_and_enumerations() -> None:
    assert shape_words(TensorSpec((1, 64), sample=(64,)), CHINESE) == "64"
    assert shape_words(TensorSpec(()), ENGLISH) == "scalar"
    assert shape_words(TensorSpec((3,), sample=()), CHINESE) == "标量"
    assert joined(["a", "b"], ENGLISH) == "a, b"
    assert joined(["a", "b"], CHINESE) == "a、b"
    assert paragraph(["一。", "", "二。"]) == "一。二。"
