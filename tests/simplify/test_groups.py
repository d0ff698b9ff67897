"""Groups: every box names the innermost block or stage around it."""

from __future__ import annotations

import functools

from tests.graphs import (
    resnet,
)
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind, Diagram, GroupKind
from visualize.simplify import simplify as fold_and_simplify
from visualize.simplify.groups import mark_groups
from visualize.simplify.prune import prune_plumbing

simplify = functools.partial(fold_and_simplify, folded=False)


def test_blocks() -> None:
    blocks = [box for box in simplify(resnet(), Level.BLOCK).boxes if box.group]
    assert [(box.id, box.type, box.kind) for box in blocks] == [
        (f"layer{stage}.{number}", "BasicBlock", BoxKind.BLOCK)
        for stage in (1, 2)
        for number in (0, 1)
    ]
    assert [box.group for box in blocks] == 2 * ["stage layer1"] + 2 * ["stage layer2"]


def test_a_layer_is_in_a_block_that_is_in_a_stage() -> None:
    layers = simplify(resnet(), Level.LAYER)
    assert layers.box("layer1_0_conv1").group == "layer1.0"
    assert layers.group("layer1.0").parent == "stage layer1"
    assert layers.box("conv").group == layers.box("fc").group == ""
    kinds = [group.kind for group in layers.groups]
    assert kinds == 2 * [GroupKind.STAGE, GroupKind.BLOCK, GroupKind.BLOCK]


def test_marking_groups_changes_nothing_else() -> None:
    before = prune_plumbing(Diagram.of(resnet()))
    after = mark_groups(before)
    assert [box.members for box in after.boxes] == [box.members for box in before.boxes]
    assert list(after.wires) == list(before.wires)
    assert not before.groups
    assert not any(box.group for box in before.boxes)
