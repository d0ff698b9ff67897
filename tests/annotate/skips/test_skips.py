"""The analysis against the definition in words, on random networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import networkx as nx
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from torch import Tensor, nn

import visualize
from tests.annotate.skips.reference import KEEPS, Reference
from tests.followed_batch import Run
from tests.found_skips import Found, essence
from tests.graphs import Call, Program, Step, architectures, run
from visualize.annotate.skips import find_skips
from visualize.core.architecture import Architecture, Skip

at_random = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])

# (conv(x) + conv(x)) + conv(x)
PARALLEL = Program(
    1,
    (Step("conv"), Step("conv", 1), Step("add", 0, 1), Step("conv", 3), Step("add", 0, 3)),
    1,
)
# conv(x) · exp(s) + conv(x)
_INNER = (Step("parameter", 0, 0), Step("conv", 0, 0), Step("add", 1, 0))
_OUTER = (Call("block", "Block", _INNER, first=0, repeats=1),)
FORMULA = Program(1, (Step("conv", 0, 0), Call("block", "Block", _OUTER, first=0, repeats=1)), 1)
# (conv(x) + dropout(x)) + dropout(x)
READ_TWICE = Program(1, (Step("dropout"), Step("conv", 1), Step("add", 0, 1), Step("add", 0, 1)), 1)


class TestDefinition:
    """The analysis against the definition in words, on random networks."""

    @settings(at_random, max_examples=100)
    @given(architectures())
    @example(run(PARALLEL))
    @example(run(FORMULA))
    def test_finds_exactly_what_the_definition_says(self, architecture: Architecture) -> None:
        expected = Counter(found for found, _ in Reference(architecture.graph).skips())
        skips = find_skips(architecture.graph)
        assert not expected - Counter(map(essence, skips))
        for skip in skips:
            assert essence(skip) in expected or _has_blocks(architecture, skip)

    @at_random
    @given(architectures())
    @example(run(READ_TWICE))
    def test_bypassed_is_what_lies_on_the_paths_off_the_branch(
        self, architecture: Architecture
    ) -> None:
        skips = find_skips(architecture.graph)
        for found, bypassed in Reference(architecture.graph).skips():
            (first, *_) = [skip for skip in skips if essence(skip) == found]
            assert bypassed <= set(first.bypassed)
            # Where several adds or concats are one merge, all but the last of them.
            parts = set(first.bypassed) - bypassed
            assert {architecture.operation(node).type for node in parts} <= {"add", "cat"}

    @at_random
    @given(architectures())
    def test_a_skip_leads_from_its_fork_to_its_merge(self, architecture: Architecture) -> None:
        graph = architecture.graph
        for skip in find_skips(graph):
            assert skip.bypassed
            assert not {skip.fork, skip.merge}.intersection((*skip.branch, *skip.bypassed))
            for way in (skip.branch, set(skip.bypassed) - set(skip.branch)):
                part = graph.subgraph({skip.fork, *way, skip.merge})
                assert nx.has_path(part, skip.fork, skip.merge)

    @at_random
    @given(architectures())
    def test_only_the_graph_matters(self, architecture: Architecture) -> None:
        graph = architecture.graph
        skips = find_skips(graph)
        assert find_skips(graph) == skips
        rebuilt = nx.MultiDiGraph()
        rebuilt.add_nodes_from(graph.nodes(data=True))
        rebuilt.add_edges_from(reversed(list(graph.edges(data=True))))
        assert _by_merge(find_skips(rebuilt)) == _by_merge(skips)

    @at_random
    @given(architectures())
    def test_marks_the_last_wire_of_every_skip(self, architecture: Architecture) -> None:
        """Several may pass the same wire; it is marked with the first of them."""
        listed = architecture.unrolled_skips
        for skip in listed:
            before = (skip.fork, *skip.branch)[-1]
            arriving = architecture.inputs(skip.merge)
            marks = [wire.skip for source, _, wire in arriving if source == before]
            marked = [listed[index] for index in marks if index is not None]
            assert skip in marked or any(before in other.branch for other in marked)


def _by_merge(skips: Sequence[Skip]) -> list[Found]:
    """Sorted by merges, those of one merge as they are: merges may be in any topological order."""
    return [essence(skip) for skip in sorted(skips, key=lambda skip: skip.merge)]


def _has_blocks(architecture: Architecture, skip: Skip) -> bool:
    """Whether a connection is long and has work on it, which the reference does not know."""
    types = {architecture.operation(node).type for node in skip.branch}
    return skip.long and not types <= KEEPS


@pytest.mark.parametrize(
    ("run", "scale"),
    [
        (lambda f, gate, x: x + x + f(x), "2"),
        (lambda f, gate, x: x + f(x) - 0.25 * x, "0.75"),
        (lambda f, gate, x: torch.stack([x, f(x), x]).sum(0), "2"),
        (lambda f, gate, x: (g := gate(x).sigmoid()) * f(x) + x - g * x, "computed"),
        (lambda f, gate, x: x + gate.bias * x + f(x), "parameter"),
    ],
)
def test_a_tensor_that_is_added_twice_is_one_connection(
    run: Callable[..., Tensor], scale: str
) -> None:
    layers = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)), nn.Linear(16, 16)
    skips = visualize.trace(Run(run, *layers), (2, 8, 16)).skips
    assert [(skip.kind.value, skip.scale) for skip in skips] == [("scaled", scale)]
