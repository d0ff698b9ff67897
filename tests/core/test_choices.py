"""What a user can choose between: each list is in one place, and directions turn points."""

from __future__ import annotations

import pytest

from visualize.core.choices import (
    ColorBy,
    Direction,
    Language,
    SkipColumn,
    Sort,
    SummaryColumn,
    TableFormat,
)
from visualize.core.summary import Depth, Facts, PathLengths, Row, RowKind, Summary
from visualize.report import write_skips, write_summary
from visualize.report.language import LANGUAGES, is_english, load_language

ROWS = (
    Row("a", RowKind.LAYER, parameters=1, macs=1, memory=1),
    Row("b", RowKind.LAYER, parameters=2, macs=2, memory=2),
    Row("TOTAL", RowKind.TOTAL, parameters=3, macs=3, memory=3),
)
SUMMARY = Summary("net", "Net", ROWS, Facts(0, Depth(0), PathLengths({})))


@pytest.mark.parametrize("format_name", [each.value for each in TableFormat])
@pytest.mark.parametrize("language", [each.value for each in Language])
def test_reports_can_be_written_in_all_that_can_be_chosen(format_name: str, language: str) -> None:
    assert "TOTAL" in write_summary(SUMMARY, format_name, language=language)
    assert write_skips("net", (), format_name, language=language)


@pytest.mark.parametrize("sort", list(Sort))
def test_reports_sort_by_all_that_can_be_chosen(sort: Sort) -> None:
    lines = write_summary(SUMMARY, "csv", sort=sort).splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == ["b", "a", "TOTAL"]


@pytest.mark.parametrize("column", list(SummaryColumn))
def test_each_column_can_be_chosen(column: SummaryColumn) -> None:
    if not column.needs_values:
        (head, *_) = write_summary(SUMMARY, "csv", chosen=[column]).splitlines()
        assert "," not in head
        assert head or column is SummaryColumn.BAR


@pytest.mark.parametrize("column", list(SkipColumn))
def test_each_column_of_skips_can_be_chosen(column: SkipColumn) -> None:
    assert write_skips("net", (), "csv", chosen=[column]).strip()


def test_languages_are_those_that_can_be_chosen() -> None:
    assert list(LANGUAGES) == [each.value for each in Language]
    assert [code for code in LANGUAGES if is_english(load_language(code))] == ["en"]


def test_colours_that_need_values() -> None:
    assert [each.value for each in ColorBy if each.needs_values] == ["norm", "sparsity"]


@pytest.mark.parametrize(
    ("direction", "size", "point"),
    [
        (Direction.TB, (20, 10), (2, -1)),
        (Direction.BT, (20, 10), (2, 1)),
        (Direction.LR, (10, 20), (1, 2)),
    ],
)
def test_directions(
    direction: Direction, size: tuple[float, float], point: tuple[float, float]
) -> None:
    assert direction.size(10, 20) == size
    assert direction.on_page((1, 2)) == point
    assert direction.is_vertical is (direction is not Direction.LR)
