"""Rows as they run, as a tree, sorted, and without those that cost nothing."""

from __future__ import annotations

from visualize.core.choices import Sort, TableStyle
from visualize.core.summary import RowKind, Summary
from visualize.report.summary.arrangement import arrange

TREE = TableStyle.TREE


def test_by_default_nothing_is_moved(resnet18: Summary) -> None:
    arranged = arrange(resnet18.rows)
    assert arranged.rows == resnet18.rows
    assert not arranged.levels
    assert not arranged.hidden


def test_a_tree_has_modules_before_what_is_in_them(resnet18: Summary) -> None:
    arranged = arrange(resnet18.rows, name="net", style=TREE)
    named = [(level, row.name) for level, row in zip(arranged.levels, arranged.rows)]
    assert named[:8] == [
        (0, "net"), (1, "conv1"), (1, "bn1"), (1, "relu"), (1, "maxpool"),
        (1, "layer1"), (2, "[0]"), (2, "[1]"),
    ]  # fmt: skip
    assert sorted(row.path for row in arranged.rows) == sorted(row.path for row in resnet18.rows)


def test_each_row_of_a_tree_is_part_of_the_module_above_it(resnet18: Summary) -> None:
    arranged = arrange(resnet18.rows, style=TREE)
    inside: dict[str, int] = {}
    for row in arranged.rows[1:]:
        inside[row.parent] = inside.get(row.parent, 0) + row.parameters
    sums = {row.path: row.parameters for row in arranged.rows if row.kind is RowKind.TOTAL}
    assert inside == sums


def test_sorting_keeps_the_tree(resnet18: Summary) -> None:
    arranged = arrange(resnet18.rows, sort=Sort.PARAMETERS, style=TREE)
    assert [row.name for row in arranged.rows[1:5]] == ["layer4", "[1]", "[0]", "layer3"]
    flat = arrange(resnet18.rows, sort=Sort.PARAMETERS)
    assert [row.name for row in flat.rows[:2]] == ["layer4[1]", "layer4[0]"]
    assert [row.kind for row in flat.rows].count(RowKind.TOTAL) == 1


def test_rows_that_cost_nothing_can_be_hidden(resnet18: Summary) -> None:
    arranged = arrange(resnet18.rows, hide_free=True)
    names = [row.name for row in arranged.rows]
    assert "bn1" in names
    assert not {"relu", "maxpool", "avgpool"} & set(names)
    assert arranged.hidden == 3
    assert len(arranged.rows) == len(resnet18.rows) - 3
