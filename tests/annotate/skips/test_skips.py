"""The analysis against the definition in words, on random networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import networkx as nx
from hypothesis import HealthCheck, example, given, settings

from tests.found_skips import Found, essence, found
from tests.graphs import Program, Step, architectures, run
from visualize.annotate.skips import find_skips
from visualize.core.architecture import Architecture, Operation, Skip, TensorSpec

at_random = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])

# (conv(x) + conv(x)) + conv(x)
PARALLEL = Program(
    1,
    (Step("conv"), Step("conv", 1), Step("add", 0, 1), Step("conv", 3), Step("add", 0, 3)),
    1,
)
# (conv(x) + dropout(x)) + dropout(x)
READ_TWICE = Program(1, (Step("dropout"), Step("conv", 1), Step("add", 0, 1), Step("add", 0, 1)), 1)


class TestDefinition:
    """The analysis against the definition in words, on random networks."""

    @settings(at_random, max_examples=100)
    @given(architectures())
    @example(run(PARALLEL))
    def test_finds_exactly_what_the_definition_says(self, architecture: Architecture) -> None:
        reference = Reference(architecture.graph)
        assert Counter(found(architecture)) == Counter(reference.skips())

    @at_random
    @given(architectures())
    @example(run(READ_TWICE))
    def test_bypassed_is_what_lies_on_the_paths_off_the_branch(
        self, architecture: Architecture
    ) -> None:
        reference = Reference(architecture.graph)
        for skip in find_skips(architecture.graph):
            assert set(skip.bypassed) == reference.bypassed(skip)

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
        for index, skip in enumerate(architecture.skips):
            before = (skip.fork, *skip.branch)[-1]
            arriving = architecture.inputs(skip.merge)
            assert [source for source, _, wire in arriving if wire.skip == index] == [before]


def _by_merge(skips: Sequence[Skip]) -> list[Found]:
    """Sorted by merges, those of one merge as they are: merges may be in any topological order."""
    return [essence(skip) for skip in sorted(skips, key=lambda skip: skip.merge)]


class Reference:
    """The definition of a skip connection in DESIGN.md, word by word and as slow as that is."""

    PARTS = frozenset({"getitem", "chunk"})
    QUIET = frozenset({"Dropout", "contiguous"})
    MERGES = frozenset({"add", "cat", "mul"})

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.layers: dict[str, Operation] = dict(graph.nodes(data="operation"))
        self.data_inputs: dict[str, list[tuple[str, TensorSpec | None]]] = {}
        self.constant_inputs: dict[str, list[str]] = {}
        for node in graph:
            arriving = sorted(graph.in_edges(node, data="wire"), key=lambda edge: edge[2].position)
            self.data_inputs[node] = [
                (source, wire.tensor) for source, _, wire in arriving if wire.data
            ]
            self.constant_inputs[node] = [
                source for source, _, wire in arriving if wire.tensor and not wire.data
            ]
        self.flow = nx.DiGraph(
            (source, node) for node in graph for source, _ in self.data_inputs[node]
        )

    def skips(self) -> Iterator[Found]:
        for merge, inputs in self.data_inputs.items():
            if self.layers[merge].type in self.MERGES and len(inputs) > 1:
                for index in range(len(inputs)):
                    yield from self._arriving(merge, index)

    def bypassed(self, skip: Skip) -> set[str]:
        others = [source for source, _ in self.data_inputs[skip.merge]]
        others.remove((skip.fork, *skip.branch)[-1])
        return self._off_the_chain(skip.fork, set(skip.branch), others)

    def _arriving(self, merge: str, index: int) -> Iterator[Found]:
        """The skip connection over one data input of a merge, if it is one."""
        source, tensor = self.data_inputs[merge][index]
        others = [other for i, (other, _) in enumerate(self.data_inputs[merge]) if i != index]
        chain = self._chain(source)
        for length, fork in enumerate(chain):
            branch = tuple(reversed(chain[:length]))
            bypassed = self._off_the_chain(fork, set(branch), others)
            if any(self._weights(node) for node in bypassed):
                kind = self._kind(merge, fork, branch, bypassed, tensor)
                if kind:
                    yield (kind, fork, merge, branch)
                return

    def _chain(self, node: str) -> list[str]:
        chain = [node]
        while len(self.data_inputs[chain[-1]]) == 1:
            chain.append(self.data_inputs[chain[-1]][0][0])
        return chain

    def _off_the_chain(self, fork: str, chain: set[str], others: list[str]) -> set[str]:
        """The nodes on all paths from ``fork`` to ``others`` that pass no node of the chain."""
        away = self.flow.subgraph(set(self.flow) - chain)
        ends = [other for other in others if other in away]
        if fork not in away:
            return set()
        before = set(ends).union(*(nx.ancestors(away, end) for end in ends))
        return nx.descendants(away, fork) & before

    def _weights(self, node: str) -> list[tuple[int, ...]]:
        """Shapes of the parameters that an operation works with."""
        constants = [source for source in self.constant_inputs[node] if self._is_constant(source)]
        inherited = [shape for source in constants for shape in self._weights(source)]
        return [*self.layers[node].weights, *inherited]

    def _is_constant(self, node: str) -> bool:
        return not self.data_inputs[node] and self.layers[node].kind.value != "input"

    def _kind(
        self,
        merge: str,
        fork: str,
        branch: tuple[str, ...],
        bypassed: set[str],
        tensor: TensorSpec | None,
    ) -> str | None:
        types = {self.layers[node].type for node in branch}
        if self.layers[merge].type == "mul":
            return None if branch else "gate"
        if self.layers[merge].type == "cat":
            return "concat" if types <= self.QUIET | self.PARTS else None
        if types <= self.QUIET:
            return "identity"
        changes = tensor != self.layers[fork].outputs[0] or bool(types & self.PARTS)
        carries = any(self._weights(node) for node in branch)
        few = self._depth(branch) < min(self._depth(bypassed), 2)
        return "projection" if (changes or carries) and few else None

    def _depth(self, nodes: Collection[str]) -> int:
        """Weighted layers on the deepest path: what multiplies with a kernel or matrix."""
        depths: dict[str, int] = {}
        for node in nx.topological_sort(self.flow.subgraph(nodes)):
            before = [depths.get(source, 0) for source, _ in self.data_inputs[node]]
            depths[node] = max(before) + (self.layers[node].type in ("Conv2d", "Linear"))
        return max(depths.values(), default=0)
