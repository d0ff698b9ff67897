"""What a user can choose between: each list is in one place, and directions turn points."""

from __future__ import annotations

import pytest

from visualize import report
from visualize.core.choices import ColorBy, Direction, Language, Sort, TableFormat


def test_reports_offer_what_can_be_chosen() -> None:
    assert [each.value for each in TableFormat] == list(report.TABLE_FORMATS)
    assert [each.value for each in Sort] == list(report.SORTS)
    assert [each.value for each in Language] == list(report.LANGUAGES)


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
