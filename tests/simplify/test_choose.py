"""Modules that the user expands or collapses at every level."""

from __future__ import annotations

from dataclasses import replace

import pytest

import visualize
from tests.diagrams import (
    LEVELS,
    shown_skips,
)
from tests.nets import NETS
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.simplify import Choice, simplify


@pytest.fixture(scope="module")
def residual() -> Architecture:
    make, inputs = NETS["residual"]
    return visualize.trace(make(), inputs)


def boxes(
    architecture: Architecture, level: Level, expand: str = "", collapse: str = ""
) -> list[str]:
    """Paths of the boxes between the stem and the pool."""
    choice = Choice.of(expand.split(), collapse.split(), architecture.modules)
    simple = simplify(architecture, level, folded=False, choice=choice)
    return [box.path for box in simple.boxes if box.path.startswith("stage")]


def test_a_stage_opens_to_its_blocks(residual: Architecture) -> None:
    assert boxes(residual, Level.STAGE) == ["stage1", "stage2"]
    assert boxes(residual, Level.STAGE, expand="stage2") == ["stage1", "stage2.0", "stage2.1"]


def test_one_block_in_close_up(residual: Architecture) -> None:
    close = ["stage1.0.conv1", "stage1.0.conv2", "stage1.0"]
    rest = ["stage1.1", "stage2.0", "stage2.1"]
    assert boxes(residual, Level.BLOCK, expand="stage1.0") == close + rest
    assert boxes(residual, Level.STAGE, expand="stage1.0") == [*close, "stage1.1", "stage2"]


def test_a_glob_and_a_class_open_several(residual: Architecture) -> None:
    layers = boxes(residual, Level.LAYER)
    assert boxes(residual, Level.BLOCK, expand="stage?.?") == layers
    assert boxes(residual, Level.BLOCK, expand="Block") == layers


def test_a_module_is_collapsed_at_every_level(residual: Architecture) -> None:
    for level in (Level.OP, Level.LAYER, Level.BLOCK):
        assert boxes(residual, level, collapse="stage1")[0] == "stage1"
        assert not any(path.startswith("stage1.") for path in boxes(residual, level, "", "stage1"))


def test_the_innermost_module_decides(residual: Architecture) -> None:
    found = boxes(residual, Level.LAYER, expand="stage1.0", collapse="stage1 stage2")
    assert found == ["stage1.0.conv1", "stage1.0.conv2", "stage1.0", "stage1", "stage2"]
    both = boxes(residual, Level.BLOCK, expand="stage1.0", collapse="stage1.0")
    assert both[:3] == ["stage1.0.conv1", "stage1.0.conv2", "stage1.0"]


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", NETS)
def test_nothing_is_lost(name: str, level: Level, folded: bool) -> None:
    make, inputs = NETS[name]
    architecture = visualize.trace(make(), inputs)
    for path in architecture.modules:
        for choice in (Choice(expanded=frozenset([path])), Choice(collapsed=frozenset([path]))):
            simple = simplify(architecture, level, folded=folded, choice=choice)
            members = [member for box in simple.boxes for member in box.members]
            assert sorted(members) == sorted(architecture.graph)
            assert shown_skips(simple) == shown_skips(simplify(architecture, level))


def test_an_unknown_module_is_told_with_those_near(residual: Architecture) -> None:
    with pytest.raises(UsageError, match=r"no module has the path or class 'stage3'.*stage1"):
        Choice.of(["stage3"], [], residual.modules)


def test_a_list_of_modules_is_no_step_down() -> None:
    modules = ["encoder", "encoder.layers.0", "encoder.layers.0.conv", "heads.0", "heads.0.conv"]
    assert Choice().at_depth(1, modules).collapsed == {"encoder", "heads.0"}
    assert Choice().at_depth(2, modules).collapsed == {"encoder.layers.0", "heads.0.conv"}


def test_what_is_inside_a_collapsed_module_stays_there_at_any_depth() -> None:
    modules = ["encoder", "encoder.layer", "encoder.layer.conv", "head", "head.conv"]
    chosen = Choice(collapsed=frozenset({"encoder"}))
    assert chosen.at_depth(2, modules).collapsed == {"encoder", "head.conv"}
    open_again = replace(chosen, expanded=frozenset({"encoder.layer"}))
    assert open_again.at_depth(3, modules).collapsed == {"encoder", "encoder.layer.conv"}
