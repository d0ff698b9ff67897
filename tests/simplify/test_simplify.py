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
from hypothesis import example, given, settings

from tests.diagrams import (
    CALLED_AGAIN,
    LEVELS,
    at_every_level,
    at_random,
    data_flow,
    outline,
)
from tests.graphs import (
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
from tests.owners import misplaced
from visualize.core.architecture import Architecture
from visualize.core.choices import Direction, Level
from visualize.core.layout import Page
from visualize.export import render
from visualize.layout import lay_out
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)

# conv(2x) + (2x + x): two connections, from x and from 2x, that share the edge of the inner sum.
SHARED_END = Program(1, (Step("add"), Step("conv"), Step("add", 1, 0), Step("add", 0, 2)), 1)


@at_every_level
class TestNothingIsLost:
    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    def test_operations_parameters_and_cost(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        members = [member for box in simple.boxes for member in box.members]
        assert sorted(members) == sorted(architecture.graph)
        for box in simple.boxes:
            exact = [architecture.operation(member) for member in box.members]
            assert list(box.operations) == exact
            assert box.parameters == sum(part.parameters for part in exact)
            assert box.macs == sum(part.macs for part in exact)

    @at_random
    @given(architecture=architectures())
    @example(architecture=run(CALLED_AGAIN))
    def test_flow_of_data(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        exact, drawn, homes = data_flow(architecture), nx.DiGraph(simple.graph), simple.hosts
        # What no output reads is in the last box that it reads, without an arrow from others.
        exact.remove_nodes_from([node for box in simple.boxes for node in box.silent])
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
    @example(architecture=run(SHARED_END))
    def test_skip_connections(self, level: Level, architecture: Architecture) -> None:
        """A skip is collapsed in a box, or leads from box to box over edges drawn as skips.

        Where two share the last edge, an add of adds, each has an edge of its own before it.
        """
        simple = simplify(architecture, level)
        drawn = {(source, target, wire.skip) for source, target, wire in simple.wires}
        for index, skip in enumerate(architecture.unrolled_skips):
            way = [simple.hosts[node] for node in (skip.fork, *skip.branch, skip.merge)]
            steps = list(itertools.pairwise(box for box, _ in itertools.groupby(way)))
            if simple.is_collapsed(skip):
                assert not {edge for edge in drawn if edge[2] == index}
            else:
                assert all(simple.graph.has_edge(*step) for step in steps)
                assert any((*step, index) in drawn for step in steps)
                assert any(edge[:2] == steps[-1] and edge[2] is not None for edge in drawn)


@at_random
@given(architecture=architectures())
@example(architecture=run(CALLED_AGAIN))
def test_a_layer_is_in_a_box_of_its_own_module_or_one_around_it(architecture: Architecture) -> None:
    assert misplaced(architecture) == []


@given(architecture=architectures())
def test_op_level_invents_no_reachability(architecture: Architecture) -> None:
    simple = simplify(architecture, Level.OP)
    exact, drawn = data_flow(architecture), nx.DiGraph(simple.graph)
    for box in drawn:
        from_members = [nx.descendants(exact, member) for member in simple.box(box).members]
        after = {simple.hosts[node] for node in set().union(*from_members)} - {box}
        assert nx.descendants(drawn, box) == after


class TestSameAnswer:
    @pytest.mark.parametrize("level", LEVELS)
    @settings(at_random, max_examples=10)
    @given(program=programs())
    def test_ids_do_not_matter(self, level: Level, program: Program) -> None:
        """Other ids stand in other places of a set, and in another order when sorted."""
        assert outline(program, level, "one_") == outline(program, level, "other_")

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
from visualize.core.diagram import BoxKind
from visualize.core.layout import Page
from visualize.export import render
from visualize.layout import lay_out
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme
from visualize.simplify import simplify

for network in pickle.load(sys.stdin.buffer):
    for level in ("op", "layer", "sublayer", "block", "stage"):
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
