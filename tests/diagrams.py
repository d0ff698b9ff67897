"""What tests ask of diagrams at every level."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest
from hypothesis import HealthCheck, settings

from tests.graphs import Call, Net, Program, Step, run
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.diagram import Diagram
from visualize.scene.build import build_scene
from visualize.simplify import simplify
from visualize.simplify.side import mark_sides

LEVELS = [Level.OP, Level.LAYER, Level.SUBLAYER, Level.BLOCK, Level.STAGE]
at_every_level = pytest.mark.parametrize("level", LEVELS)
at_random = settings(
    deadline=None,
    max_examples=15,
    derandomize=True,  # the same networks in every run; `tests/test_random_nets.py` has many more
    suppress_health_check=[HealthCheck.too_slow],
)

_BLOCKS = Call("layers", "Block", (Step("around", second=8),), repeats=2)
# A stage that is called once more, with another layer between the calls.
CALLED_AGAIN = Program(1, (_BLOCKS, Step("conv"), _BLOCKS), 1)


def boxes(net: Net, level: Level = Level.LAYER) -> dict[str, tuple[str, ...]]:
    """The operations in each box, by the type of the box."""
    diagram = simplify(net.build(), level, folded=False)
    return {box.type: box.members for box in diagram.boxes}


def data_flow(exact: Architecture) -> nx.DiGraph:
    """The edges that carry data, or what a side box computes; a diagram draws no others."""
    graph = mark_sides(Diagram.of(exact))
    flow = nx.DiGraph()
    flow.add_nodes_from(graph.graph)
    flow.add_edges_from((source, target) for source, target, wire in graph.wires if wire.data)
    return flow


def outline(program: Program, level: Level, prefix: str) -> list[object]:
    """The diagram of a network without the prefix of its ids."""
    diagram = simplify(run(program, prefix), level, folded=False)
    names = {box.id: box.id.removeprefix(prefix) for box in diagram.boxes}
    return [
        diagram.groups,
        [(names[box.id], box.type, box.kind, box.group) for box in diagram.boxes],
        [[name.removeprefix(prefix) for name in box.members] for box in diagram.boxes],
        [(names[source], names[target], wire) for source, target, wire in diagram.wires],
    ]


def shown_skips(diagram: Diagram) -> Counter[str]:
    """How many skip connections of each kind a figure shows: drawn ones and those in boxes.

    One drawn in a repeat represents as many as there are copies. Of one in a loop, a box counts the
    first step alone.
    """
    shown: Counter[str] = Counter()
    for box in build_scene(diagram, "layer").boxes:
        shown.update(dict(box.skips))
        members = set(diagram.box(box.id).members) if box.skips else set()
        inside = [skip for skip in diagram.skips if skip.merge in members]
        steps = Counter((skip.kind.value, skip.loop) for skip in inside if skip.loop is not None)
        for (kind, _), number in steps.items():
            shown[kind] += number - 1
    drawn = set()
    for _, target, wire in diagram.wires:
        if wire.skip is not None and wire.skip not in drawn:
            drawn.add(wire.skip)
            copies = max(diagram.box(target).repeat, wire.copies)
            shown[diagram.skips[wire.skip].kind.value] += copies
    return shown
