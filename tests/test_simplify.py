"""Simplifying loses nothing, at no level, whatever the network."""

from __future__ import annotations

import functools
import itertools
import os
import pickle
import subprocess
import sys

import networkx as nx
import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.graphs import (
    Call,
    Net,
    Program,
    Step,
    architectures,
    densenet,
    programs,
    resnet,
    run,
    tangle,
    unet,
)
from visualize.core.architecture import Architecture, Role, SkipKind
from visualize.core.choices import Direction, Level
from visualize.core.layout import Page
from visualize.export import render
from visualize.layout import lay_out
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)

_BLOCKS = Call("layers", "Block", (Step("around", second=8),), repeats=2)
# A stage that is called once more, with another layer between the calls.
CALLED_AGAIN = Program(1, (_BLOCKS, Step("conv"), _BLOCKS), 1)

LEVELS = [Level.OP, Level.LAYER, Level.BLOCK, Level.STAGE]
at_every_level = pytest.mark.parametrize("level", LEVELS)
at_random = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def boxes(net: Net, level: Level = Level.LAYER) -> dict[str, tuple[str, ...]]:
    """What stands in each box, by the type of the box."""
    return {layer.type: layer.members for layer in simplify(net.build(), level).layers}


def data_flow(architecture: Architecture) -> nx.DiGraph:
    """The edges that carry data; a simplified graph has no others."""
    flow = nx.DiGraph()
    flow.add_nodes_from(architecture.graph)
    flow.add_edges_from(
        (source, target) for source, target, wire in architecture.wires if wire.data
    )
    return flow


@at_every_level
class TestNothingIsLost:
    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    def test_operations_parameters_and_cost(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        members = [member for layer in simple.layers for member in layer.members]
        assert sorted(members) == sorted(architecture.graph)
        for layer in simple.layers:
            exact = [architecture.layer(member) for member in layer.members]
            assert layer.parameters == sum(part.parameters for part in exact)
            assert layer.trainable_parameters == sum(part.trainable_parameters for part in exact)
            assert layer.buffers == sum(part.buffers for part in exact)
            assert layer.macs == sum(part.macs for part in exact)

    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    def test_flow_of_data(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        exact, drawn, homes = data_flow(architecture), nx.DiGraph(simple.graph), simple.homes
        between = {(homes[source], homes[target]) for source, target in exact.edges}
        assert set(drawn.edges) == {(one, other) for one, other in between if one != other}
        # The order of boxes is topological: so there is no cycle.
        order = {box: index for index, box in enumerate(simple.graph)}
        assert all(order[source] < order[target] for source, target in drawn.edges)
        for node in exact:
            after = {homes[other] for other in nx.descendants(exact, node)} - {homes[node]}
            assert after <= nx.descendants(drawn, homes[node])

    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    def test_skip_connections(self, level: Level, architecture: Architecture) -> None:
        """A skip is closed in a box or leads from box to box, the last edge bearing its index."""
        simple = simplify(architecture, level)
        drawn = {(source, target, wire.skip) for source, target, wire in simple.wires}
        for index, skip in enumerate(architecture.skips):
            way = [simple.homes[node] for node in (skip.fork, *skip.branch, skip.merge)]
            steps = list(itertools.pairwise(box for box, _ in itertools.groupby(way)))
            if simple.is_closed(skip):
                assert not {edge for edge in drawn if edge[2] == index}
            else:
                assert all(simple.graph.has_edge(*step) for step in steps)
                assert (*steps[-1], index) in drawn


@at_random
@given(architecture=architectures())
def test_op_level_invents_no_reachability(architecture: Architecture) -> None:
    simple = simplify(architecture, Level.OP)
    exact, drawn = data_flow(architecture), nx.DiGraph(simple.graph)
    for box in drawn:
        from_members = [nx.descendants(exact, member) for member in simple.layer(box).members]
        after = {simple.homes[node] for node in set().union(*from_members)} - {box}
        assert nx.descendants(drawn, box) == after


class TestSameAnswer:
    @pytest.mark.parametrize("level", LEVELS)
    @settings(at_random, max_examples=10)
    @given(program=programs())
    def test_ids_do_not_matter(self, level: Level, program: Program) -> None:
        """Other ids stand in other places of a set, and in another order when sorted."""
        assert _outline(program, level, "one_") == _outline(program, level, "other_")

    @pytest.mark.parametrize("level", LEVELS)
    @settings(at_random, max_examples=5)
    @given(program=programs())
    def test_same_figure(self, level: Level, program: Program) -> None:
        assert _figure(run(program), level) == _figure(run(program), level)

    def test_same_figure_in_another_process(self) -> None:
        networks = pickle.dumps([resnet(), unet(), densenet(), tangle()])
        figures = [
            subprocess.run(
                [sys.executable, "-c", _DRAW],
                input=networks,
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in ("1", "2")
        ]
        assert figures[0].count(b"digraph") == 4 * len(LEVELS)
        assert figures[0] == figures[1]


_DRAW = """
import pickle, sys
from visualize.core.choices import Direction, Level
from visualize.core.layout import Page
from visualize.export import render
from visualize.layout import lay_out
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme
from visualize.simplify import simplify

for network in pickle.load(sys.stdin.buffer):
    for level in ("op", "layer", "block", "stage"):
        scene = build_scene(simplify(network, Level(level)), level)
        theme = load_theme("paper")
        layout = lay_out(scene, theme, Direction.TB, Page())
        files = render(scene, theme, Direction.TB, ["dot"], "x", layout)
        sys.stdout.buffer.write(files["dot"])
"""


def _figure(architecture: Architecture, level: Level) -> bytes:
    scene = build_scene(simplify(architecture, level), level.value)
    theme = load_theme("paper")
    layout = lay_out(scene, theme, Direction.TB, Page())
    return render(scene, theme, Direction.TB, ["dot"], "x", layout)["dot"]


def _outline(program: Program, level: Level, prefix: str) -> list[object]:
    """A simplified network without the prefix of its ids."""
    simple = simplify(run(program, prefix), level)
    names = {layer.id: layer.id.removeprefix(prefix) for layer in simple.layers}
    return [
        simple.groups,
        [(names[layer.id], layer.type, layer.role, layer.group) for layer in simple.layers],
        [[name.removeprefix(prefix) for name in layer.members] for layer in simple.layers],
        [(names[source], names[target], wire) for source, target, wire in simple.wires],
    ]


class TestPruning:
    def test_sizes_and_constants_serve_the_operation_that_uses_them(self) -> None:
        net = Net()
        x = net.input(1, 8, 4, 4)
        size = net.value("mul", net.value("size", x))
        x = net.add(net.function("view", x, size), net.function("exp", net.constant("bias", 8)))
        net.output(x)
        assert boxes(net, Level.OP) == {
            "input": ("x",),
            "view": ("size", "mul", "view"),
            "add": ("bias", "exp", "add"),
            "output": ("output",),
        }

    def test_a_constant_goes_to_its_first_user(self) -> None:
        net = Net()
        table = net.constant("table", 8)
        net.output(net.mul(net.add(net.input(1, 8), table), table))
        assert boxes(net, Level.OP)["add"] == ("table", "add")

    def test_a_check_goes_to_what_it_checks(self) -> None:
        net = Net()
        x = net.conv(net.input())
        net.value("assert", net.value("eq", net.value("size", x)))
        net.output(x)
        assert boxes(net, Level.OP)["Conv2d"] == ("conv2d0", "size", "eq", "assert")

    def test_picking_a_tensor_goes_to_what_returns_several(self) -> None:
        net = Net()
        halves = net.split("chunk", net.conv(net.input()), (1, 4, 16, 16), (1, 4, 16, 16))
        net.output(net.conv(net.cat(*halves)))
        assert boxes(net, Level.OP)["chunk"] == ("chunk", "getitem", "getitem_1")

    def test_a_slice_stays_at_op_level(self) -> None:
        net = Net()
        net.output(net.function("getitem", net.input(), shape=(1, 4, 16, 16)))
        assert boxes(net, Level.OP)["getitem"] == ("getitem",)

    def test_reshaping_goes_to_the_operation_before(self) -> None:
        net = Net()
        x = net.module("Dropout", net.conv(net.input(1, 8, 1, 1)), name="dropout")
        net.output(net.linear(net.function("flatten", x, shape=(1, 8))))
        assert boxes(net)["Conv2d"] == ("conv2d0", "dropout", "flatten")

    def test_reshaping_of_an_input_goes_to_the_operation_after(self) -> None:
        net = Net()
        x = net.function("flatten", net.input(1, 8, 1, 1), shape=(1, 8))
        net.output(net.linear(x))
        assert boxes(net) == {"input": ("x",), "Linear": ("flatten", "linear0", "output")}

    def test_reshaping_does_not_go_past_what_picks_by_a_computed_index(self) -> None:
        net = Net()
        x = net.conv(net.input())
        with net.call("experts"):
            flat = net.function("flatten", x, shape=(1, 8))
            picked = net.function("getitem", flat, net.function("argsort", x))
            net.output(net.linear(picked))
        simplified = simplify(net.build(), Level.LAYER)
        assert nx.is_directed_acyclic_graph(simplified.graph)

    def test_reshaping_and_padding_by_nothing_go_the_same_way(self) -> None:
        net = Net()
        x = net.linear(net.input(1, 8, 8))
        with net.call("mixer", "Mixer"):
            x = net.function("pad", net.function("permute", x))
            net.output(net.linear(x, name="in"))
        assert boxes(net)["Linear"] == ("permute", "pad", "mixer_in", "output")

    def test_a_single_tensor_needs_no_output(self) -> None:
        net = Net()
        net.output(net.conv(net.input()))
        assert boxes(net) == {"input": ("x",), "Conv2d": ("conv2d0", "output")}

    def test_an_unused_result_keeps_the_output(self) -> None:
        net = Net()
        x = net.input()
        net.conv(x, name="unused")
        net.output(net.conv(x))
        assert boxes(net)["output"] == ("output",)

    def test_what_nothing_uses_goes_to_what_it_reads(self) -> None:
        net = Net()
        x = net.input()
        net.function("any", net.function("eq", x))
        net.output(net.conv(x))
        assert boxes(net) == {"input": ("x", "eq", "any"), "Conv2d": ("conv2d0", "output")}

    def test_what_leads_to_an_unused_layer_stays(self) -> None:
        net = Net()
        x = net.input()
        net.conv(net.function("relu", x), name="unused")
        net.output(net.conv(x))
        assert boxes(net)["relu"] == ("relu",)

    def test_what_deals_out_the_result_of_another_module_stays(self) -> None:
        net = Net()
        x = net.conv(net.input())
        with net.call("block"):
            half = net.function("getitem", x, shape=(1, 4, 16, 16))
            net.output(net.conv(half), net.conv(half))
        assert boxes(net)["getitem"] == ("getitem",)

    def test_two_tensors_that_are_returned_meet_in_an_output(self) -> None:
        net = Net()
        x = net.conv(net.input())
        net.output(x, net.linear(x))
        assert boxes(net)["output"] == ("output",)


class TestFusing:
    def test_convolution_norm_and_activation(self) -> None:
        net = Net()
        x = net.norm(net.conv(net.input(), name="conv"), "norm")
        net.output(net.global_pool(net.function("relu", x)))
        fused = boxes(net)["Conv2d"]
        assert fused == ("conv", "norm", "relu")

    def test_a_result_that_is_used_twice_is_not_fused(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="conv")
        net.output(net.norm(x, "norm"), x)
        assert boxes(net)["Conv2d"] == ("conv",)
        assert boxes(net)["BatchNorm2d"] == ("norm",)

    def test_a_norm_after_the_activation_is_not_fused(self) -> None:
        net = Net()
        x = net.function("relu", net.conv(net.input(), name="conv"))
        net.output(net.norm(x, "norm"))
        assert boxes(net)["Conv2d"] == ("conv", "relu")
        assert boxes(net)["BatchNorm2d"] == ("norm", "output")

    def test_a_norm_that_reads_a_second_tensor_is_not_fused(self) -> None:
        net = Net()
        style = net.input(1, 8, 1, 1, name="style")
        x = net.module("LayerNorm", net.conv(net.input(), name="conv"), style, name="norm")
        net.output(net.conv(x))
        assert boxes(net)["LayerNorm"] == ("norm",)

    def test_a_second_activation_is_not_fused(self) -> None:
        net = Net()
        x = net.function("relu", net.conv(net.input(), name="conv"))
        net.output(net.function("sigmoid", x))
        assert boxes(net)["Conv2d"] == ("conv", "relu")

    def test_an_activation_joins_a_merge(self) -> None:
        net = Net()
        x = net.input()
        net.output(net.conv(net.function("relu", net.add(net.conv(x), x))))
        assert boxes(net)["add"] == ("add", "relu")

    def test_an_activation_does_not_join_an_input(self) -> None:
        net = Net()
        net.output(net.function("relu", net.input()))
        assert boxes(net) == {"input": ("x",), "relu": ("relu", "output")}

    def test_a_scale_by_a_parameter_joins_what_is_scaled(self) -> None:
        net = Net()
        x = net.mul(net.linear(net.input(1, 8)), net.constant("gamma", 8))
        net.output(net.linear(x, name="head"), x)
        assert ("linear0", "gamma", "mul") in [
            layer.members for layer in simplify(net.build(), Level.LAYER).layers
        ]


class TestSkipBranches:
    def test_a_projection_goes_to_its_merge(self) -> None:
        layers = simplify(resnet(), Level.LAYER)
        (index,) = [
            index for index, skip in enumerate(layers.skips) if skip.kind is SkipKind.PROJECTION
        ]
        skip = layers.skips[index]
        assert layers.layer("add_2").members[:3] == (*skip.branch, "add_2")
        assert [edge[:2] for edge in layers.wires if edge[2].skip == index] == [("add_1", "add_2")]

    def test_a_branch_with_another_user_stays(self) -> None:
        net = Net()
        x = net.input()
        down = net.conv(x, stride=2, name="down")
        y = net.add(net.conv(net.conv(x, stride=2)), down)
        net.output(y, down)
        layers = simplify(net.build(), Level.LAYER)
        assert layers.layer("down").members == ("down",)
        assert [edge[:2] for edge in layers.wires if edge[2].skip == 0] == [
            ("x", "down"),
            ("down", "add"),
        ]


class TestGroups:
    def test_blocks(self) -> None:
        blocks = [layer for layer in simplify(resnet(), Level.BLOCK).layers if layer.group]
        assert [(layer.id, layer.type, layer.role) for layer in blocks] == [
            (f"layer{stage}.{number}", "BasicBlock", Role.BLOCK)
            for stage in (1, 2)
            for number in (0, 1)
        ]
        assert [layer.group for layer in blocks] == 2 * ["stage layer1"] + 2 * ["stage layer2"]

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
        assert [(layer.id, layer.type) for layer in simple.layers if layer.role is Role.BLOCK] == [
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
        stages = [layer for layer in simple.layers if layer.role is Role.STAGE]
        assert [(layer.path, layer.type, layer.attributes["count"]) for layer in stages] == [
            ("layer1", "BasicBlock", 2),
            ("layer2", "BasicBlock", 2),
        ]
        assert [layer.type for layer in simple.layers if layer.role is Role.LAYER] == [
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
        assert [layer.id for layer in again.layers if layer.role is Role.BLOCK] == [
            "layers.0",
            "layers.1",
            "layers.0@1",
            "layers.1@1",
        ]

    def test_a_second_call_of_a_stage_is_another_box(self) -> None:
        again = simplify(run(CALLED_AGAIN), Level.STAGE)
        roles = [layer.role for layer in again.layers if layer.role is not Role.INPUT]
        assert roles == [Role.STAGE, Role.LAYER, Role.STAGE, Role.OUTPUT]

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
        assert set(stages.operations) == set(network.graph)
        assert [
            (layer.path, layer.attributes["count"])
            for layer in stages.layers
            if layer.role is Role.STAGE
        ] == [("inner", 1), ("inner", 2)]


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
        types = [layer.type for layer in simplify(_computing(count).build(), level).layers]
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
    types = [layer.type for layer in simplify(net.build(), Level.BLOCK).layers]
    assert types == ["input", "Mixed", "Mixed", "output"]
