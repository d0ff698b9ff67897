"""Brackets name the stages beside their boxes."""

from __future__ import annotations

import itertools
from dataclasses import replace

from tests.layouts import THEME, scene
from visualize.core.choices import Direction
from visualize.core.layout import Layout
from visualize.core.scene import SceneGroup
from visualize.layout import lay_out


def staged(stages: str) -> Layout:
    """A chain of boxes, each with 10 parameters and in the stage of its letter."""
    drawn = scene(list(itertools.pairwise("abcdef"[: len(stages)])))
    boxes = tuple(
        replace(box, stage=stage, parameters=10) for box, stage in zip(drawn.boxes, stages)
    )
    groups = tuple(
        SceneGroup(stage, f"stage {stage}", "20", "stage", "") for stage in sorted(set(stages))
    )
    return lay_out(replace(drawn, boxes=boxes, groups=groups), THEME, Direction.TB)


def test_a_stage_of_several_boxes_has_a_bracket() -> None:
    layout = staged("112223")
    assert [bracket.stage for bracket in layout.brackets] == ["1", "2"]
    assert [text.text for text in layout.brackets[0].texts] == ["stage 1", "20 params"]
    first, last = layout.brackets[1].line
    assert first.across == last.across < min(box.rectangle.low for box in layout.boxes)
    assert first.along == layout.boxes[2].rectangle.start
    assert last.along == layout.boxes[4].rectangle.end


def test_a_bracket_claims_nothing_of_another_stage() -> None:
    assert [bracket.stage for bracket in staged("1211").brackets] == []
