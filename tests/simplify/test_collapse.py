"""Blocks and stages are found and closed, long computations too."""

from __future__ import annotations

import functools

from tests.diagrams import (
    CALLED_AGAIN,
    boxes,
)
from tests.graphs import (
    Net,
    resnet,
    run,
)
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)


class TestGroups:
    def test_blocks(self) -> None:
        blocks = [box for box in simplify(resnet(), Level.BLOCK).boxes if box.group]
        assert [(box.id, box.type, box.kind) for box in blocks] == [
            (f"layer{stage}.{number}", "BasicBlock", BoxKind.BLOCK)
            for stage in (1, 2)
            for number in (0, 1)
        ]
        assert [box.group for box in blocks] == 2 * ["stage layer1"] + 2 * ["stage layer2"]

    def test_blocks_are_what_a_module_repeats(self) -> None:
        """Not the module that holds them, though it has a class of its own."""
        net = Net()
        x = net.input(1, 8)
        with net.call("encoder", "Encoder"):
            for name in ("0", "1"):
                with net.call(name, "EncoderLayer"):
                    x = net.linear(net.linear(x, name="up"), name="down")
        net.output(x)
        simple = simplify(net.build(), Level.BLOCK)
        assert [(box.id, box.type) for box in simple.boxes if box.kind is BoxKind.BLOCK] == [
            ("encoder.0", "EncoderLayer"),
            ("encoder.1", "EncoderLayer"),
        ]

    def test_a_module_of_its_own_class_is_a_block(self) -> None:
        net = Net()
        x = net.conv(net.input(1, 8))
        with net.call("head", "Head"):
            x = net.linear(net.linear(x, name="hidden"), name="scores")
        net.output(x)
        assert boxes(net, Level.BLOCK)["Head"] == ("head_hidden", "head_scores", "output")

    def test_stages(self) -> None:
        simple = simplify(resnet(), Level.STAGE)
        stages = [box for box in simple.boxes if box.kind is BoxKind.STAGE]
        assert [(box.path, box.type, box.count) for box in stages] == [
            ("layer1", "BasicBlock", 2),
            ("layer2", "BasicBlock", 2),
        ]
        assert [box.type for box in simple.boxes if box.kind.is_layer] == [
            "Conv2d",
            "AdaptiveAvgPool2d",
            "Linear",
        ]

    def test_skips_are_open_among_layers_and_closed_in_blocks(self) -> None:
        layers, blocks = (simplify(resnet(), level) for level in (Level.LAYER, Level.BLOCK))
        assert [layers.is_closed(skip) for skip in layers.skips] == 4 * [False]
        assert [blocks.is_closed(skip) for skip in blocks.skips] == 4 * [True]

    def test_a_second_call_of_a_block_is_another_box(self) -> None:
        again = simplify(run(CALLED_AGAIN), Level.BLOCK)
        assert [box.id for box in again.boxes if box.kind is BoxKind.BLOCK] == [
            "layers.0",
            "layers.1",
            "layers.0@1",
            "layers.1@1",
        ]

    def test_a_second_call_of_a_stage_is_another_box(self) -> None:
        again = simplify(run(CALLED_AGAIN), Level.STAGE)
        kinds = [box.kind for box in again.boxes if box.kind is not BoxKind.INPUT]
        assert kinds == [BoxKind.STAGE, BoxKind.OPERATION, BoxKind.STAGE, BoxKind.OUTPUT]

    def test_a_stage_in_two_parts_keeps_both(self) -> None:
        """The outer module runs something between the stem and the blocks of an inner one."""
        net = Net()
        x = net.input()
        for name in ("stem", "block0", "block1"):
            with net.call(f"inner.{name}", "Stem" if name == "stem" else "Block"):
                x = net.conv(net.conv(x, name="a"), name="b")
            if name == "stem":
                x = net.resize("MaxPool2d", x, 0.5)
        net.output(x)
        network = net.build()
        stages = simplify(network, Level.STAGE)
        assert set(stages.hosts) == set(network.graph)
        assert [(box.path, box.count) for box in stages.boxes if box.kind is BoxKind.STAGE] == [
            ("inner", 1),
            ("inner", 2),
        ]


def _computing(count: int) -> Net:
    """A network that computes for ``count`` operations between two layers."""
    net = Net()
    node = net.conv(net.input())
    for _ in range(count):
        node = net.function("exp", node)
    net.output(net.conv(node))
    return net


def test_a_long_computation_without_weights_is_one_box() -> None:
    for count, level, shown in [
        (40, Level.STAGE, 0),
        (40, Level.BLOCK, 0),
        (40, Level.LAYER, 40),
        (5, Level.STAGE, 5),
    ]:
        types = [box.type for box in simplify(_computing(count).build(), level).boxes]
        assert types.count("exp") == shown
        assert types.count(f"{count} operations") == (not shown)


def test_the_module_that_concatenates_is_the_block_and_not_its_branches() -> None:
    net = Net()
    node = net.input()
    for number in range(2):
        with net.call(f"mixed{number}", "Mixed"):
            ends = []
            for branch in ("left", "right"):
                with net.call(branch, "Separable"):
                    ends.append(net.conv(net.conv(node)))
            node = net.function("cat", *ends)
    net.output(node)
    types = [box.type for box in simplify(net.build(), Level.BLOCK).boxes]
    assert types == ["input", "Mixed", "Mixed", "output"]
