"""Text and numbers as file formats write them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.export.markup import LONGEST, clean, number, one_line


@given(st.text())
def test_clean_text_is_valid_in_xml(text: str) -> None:
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert ET.fromstring(f"<a>{escaped}</a>".encode()).text in (clean(text), None)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("3×3 → 图", "3×3 → 图"), ("a\tb\rc", "a b c"), ("a\x1b[2J\udc80", "a[2J"), ("a\nb", "a\nb")],
)
def test_what_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_line_is_one_and_not_too_long() -> None:
    assert one_line("a\nb") == "a b"
    assert len(one_line("a" * 1000)) == LONGEST


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.0, 2, "1"), (0.0, 2, "0"), (-0.001, 2, "0"), (100, 2, "100"), (2.345, 1, "2.3"),
     (10, 0, "10"), (-1.5, 2, "-1.5")],
)  # fmt: skip
def test_numbers_have_no_more_digits_than_they_need(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text
