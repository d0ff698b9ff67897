"""Text is inert: nothing steers a terminal, computes in a spreadsheet, or is markup in a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.core.inert import family_name, spreadsheet_cell, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("layer1.0.conv1", "layer1.0.conv1"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\x9b31mb", "a31mb"),
        ("a\r\nb\tc\u2028d", "a  b c d"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("7×7 卷积，64\u00a0é 👩\u200d🔬", "7×7 卷积，64\u00a0é 👩\u200d🔬"),
    ],
)
def test_what_is_not_seen_is_left_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_any_text_is_one_line_that_can_be_printed(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert shown.encode() is not None
    assert visible(shown) == shown
    assert "\x1b" not in visible_lines(text)


def test_lines_stay_lines() -> None:
    assert visible_lines("a\n\x1bb\n") == "a\nb\n"


@given(st.text())
def test_names_of_fonts_hold_no_markup(text: str) -> None:
    assert not set("<>'\"{};()\\/:\n") & set(family_name(text))


@pytest.mark.parametrize("name", ["Fira Sans", "Source Han Sans 思源黑体", "DIN 1451-Mittel"])
def test_honest_names_of_fonts_are_kept(name: str) -> None:
    assert family_name(name) == name


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "-x"])
def test_formulas_are_text(text: str) -> None:
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "+0.5", "-1.5e-07", "-1,234.5", "fc", "", "1=1", "-3.1 %"])
def test_numbers_and_other_text_are_as_they_are(text: str) -> None:
    assert spreadsheet_cell(text) == text
