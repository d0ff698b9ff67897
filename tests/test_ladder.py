"""What is tried for a figure."""

from __future__ import annotations

from visualize.core.choices import Level
from visualize.ladder import LADDER, Rung, rungs
from visualize.options import FigureOptions


def test_auto_tries_all_and_a_level_only_itself() -> None:
    assert rungs(FigureOptions()) == LADDER
    assert rungs(FigureOptions(level=Level.STAGE)) == (
        Rung(Level.STAGE, explained=True),
        Rung(Level.STAGE),
    )


def test_details_that_are_named_or_unwanted_leave_rungs_out() -> None:
    named, none = (rungs(FigureOptions(details=(one,))) for one in ("layer1", "none"))
    assert all(rung.explained for rung in named)
    assert not any(rung.explained for rung in none)
    assert rungs(FigureOptions(level=Level.LAYER, details=("layer1",)))
