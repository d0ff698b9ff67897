"""Simplifying loses nothing, at no level, whatever the network."""

from __future__ import annotations

import itertools

import networkx as nx
import pytest
from hypothesis import given, settings

from tests.graphs import (
    architectures,
)
from visualize.architecture import Architecture
from visualize.simplify import Level, simplify

LEVELS = [level for level in Level if level is not Level.AUTO]
at_every_level = pytest.mark.parametrize("level", LEVELS)
at_random = settings(deadline=None, max_examples=25)


def boxes(architecture: Architecture, level: Level) -> dict[str, tuple[str, ...]]:
    """What stands in each box."""
    return {layer.id: layer.members for layer in simplify(architecture, level).layers}


def data_flow(architecture: Architecture) -> nx.DiGraph:
    """The graph of the edges that carry data."""
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
    def test_every_operation_is_in_one_box(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        members = [member for layer in simple.layers for member in layer.members]
        assert sorted(members) == sorted(architecture.graph)
        parts = {part.id: part for layer in simple.layers for part in layer.operations}
        exact = {layer.id: layer for layer in architecture.layers}
        assert all(
            (part.type, part.index, part.parameters, part.outputs)
            == (exact[name].type, exact[name].index, exact[name].parameters, exact[name].outputs)
            for name, part in parts.items()
        )

    @at_random
    @given(architecture=architectures())
    def test_counts_are_conserved(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        for count in ("parameters", "trainable_parameters", "buffers", "macs"):
            assert [getattr(layer, count) for layer in simple.layers] == [
                sum(getattr(architecture.layer(member), count) for member in layer.members)
                for layer in simple.layers
            ]
        assert simple.macs == architecture.macs
        assert sum(layer.parameters for layer in simple.layers) == architecture.parameters

    @at_random
    @given(architecture=architectures())
    def test_data_flows_from_box_to_box_as_before(
        self, level: Level, architecture: Architecture
    ) -> None:
        simple = simplify(architecture, level)
        homes = simple.homes
        between = {
            (homes[source], homes[target]) for source, target in data_flow(architecture).edges
        }
        assert set(simple.graph.edges()) == {ends for ends in between if ends[0] != ends[1]}

    @at_random
    @given(architecture=architectures())
    def test_reachability(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        homes = simple.homes
        order = {box: index for index, box in enumerate(simple.graph)}
        exact, simplified = data_flow(architecture), data_flow(simple)
        for node in exact:
            after = {homes[other] for other in nx.descendants(exact, node)} - {homes[node]}
            assert after <= nx.descendants(simplified, homes[node])
            assert all(order[homes[node]] < order[box] for box in after)

    @at_random
    @given(architecture=architectures())
    def test_every_open_skip_is_drawn(self, level: Level, architecture: Architecture) -> None:
        simple = simplify(architecture, level)
        drawn = {(source, target, wire.skip) for source, target, wire in simple.wires}
        for index, skip in enumerate(architecture.skips):
            if simple.is_closed(skip):
                assert index not in {number for _, _, number in drawn}
                continue
            nodes = (skip.fork, *skip.branch, skip.merge)
            marks = set()
            for source, target in itertools.pairwise(nodes):
                ends = simple.homes[source], simple.homes[target]
                if ends[0]==ends[1]: continue
                own = {w.skip for s_,_,w in architecture.inputs(target) if s_==source}
                mark = index if index in own else min(x for x in own if x is not None)
                if mark != index and simple.is_closed(architecture.skips[mark]): mark=None
                marks.add(mark)
                assert (*ends, mark) in drawn, "edge"
            if index not in marks: raise ValueError("no mark of its own")
