"""The definition of a skip connection in DESIGN.md, word by word and as slow as that is.

It knows the operations that random networks are made of, and no long connections with blocks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import prod

import networkx as nx

from tests.found_skips import Found
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.resolution import Resolution
from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.core.operators import Category, family, operator

KEEPS = frozenset({"Dropout", "contiguous", "flatten", "view", "chunk"})
SCALES = frozenset({"mul", "BatchNorm2d"})
LINEAR = KEEPS | {"Conv2d", "Linear", "Upsample", "getitem", "pad", "add", "cat"}
LAYERS = frozenset({"Conv2d", "Linear"})
POINTWISE = frozenset({Category.POINTWISE, Category.ACTIVATION, Category.IDENTITY})
RANKS = ("identity", "scaled", "projection", "concat", "gate")
# What is picked from a split, or the node itself where it is read whole.
Part = tuple[str, int | None]


@dataclass(frozen=True)
class Operand:
    source: str
    target: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Branch:
    fork: str
    nodes: frozenset[str]
    operand: Operand
    others: tuple[Operand, ...]
    bypassed: frozenset[str]


class Reference:
    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.layers: dict[str, Operation] = dict(graph.nodes(data="operation"))
        flow = Flow(graph)
        self.rising, self.tokens = Resolution(flow).rising, flow.tokens
        self.read: dict[str, list[tuple[str, TensorSpec]]] = {}
        self.constants: dict[str, list[str]] = {}
        self.users: dict[str, list[str]] = {node: [] for node in graph}
        for node in graph:
            edges = sorted(graph.in_edges(node, data="wire"), key=lambda edge: edge[2].position)
            tensors = [(source, wire) for source, _, wire in edges if wire.tensor]
            is_data = node in self.tokens or any(wire.data for *_, wire in edges)
            learned = {source for source, _ in tensors if is_data and source in self.tokens}
            features = [pair for pair in tensors if pair[1].data or pair[0] in learned]
            self.read[node] = [(source, wire.tensor) for source, wire in features]
            self.constants[node] = [one for one, wire in tensors if (one, wire) not in features]
            for source, _ in tensors:
                self.users[source].append(node)
        self.flow = nx.DiGraph((source, node) for node in graph for source, _ in self.read[node])
        self.flow.add_nodes_from(graph)
        ends = [node for node, layer in self.layers.items() if layer.kind is NodeKind.OUTPUT]
        self.returned = set(graph) if not ends else set[str]()
        for end in ends:
            self.returned |= {end} | nx.ancestors(graph, end)

    def skips(self) -> list[tuple[Found, frozenset[str]]]:
        """All skip connections, each with what it bypasses."""
        found: list[tuple[str, Branch, str, tuple[str, ...]]] = []
        for merge in self.layers:
            if merge in self.returned and self._is_merge(merge):
                found += self._at(merge)
        highways = {
            (branch.fork, node) for kind, branch, *_ in found if kind == "scaled"
            for node in branch.nodes
        }  # fmt: skip
        return [
            ((kind, branch.fork, met, nodes), branch.bypassed)
            for kind, branch, met, nodes in found
            if not (kind == "gate" and (branch.fork, met) in highways)
        ]

    # Merges

    def _type(self, node: str) -> str:
        return self.layers[node].type

    def _shape(self, node: str) -> tuple[int, ...]:
        return self.layers[node].outputs[0].shape if self.layers[node].outputs else ()

    def _is_merge(self, node: str) -> bool:
        if self._type(node) not in ("add", "cat", "mul") or len(self.read[node]) < 2:
            return False
        users = self.users[node]
        is_part = len(users) == 1 and self._is_inside(users[0], node)
        return not is_part and prod(self._shape(node)) > 1

    def _is_inside(self, outer: str, inner: str) -> bool:
        types = {self._type(outer), self._type(inner)}
        if self.users[inner] != [outer] or types not in ({"add"}, {"cat"}):
            return False
        if min(len(self.read[outer]), len(self.read[inner])) < 2:
            return False
        sources = {source for source, _ in self.read[outer]}
        alike = self._shape(outer) == self._shape(inner) and not sources & self.rising
        return types == {"cat"} or alike

    def _operands(self, merge: str) -> Iterator[Operand]:
        for source, tensor in self.read[merge]:
            if self._is_inside(merge, source):
                yield from self._operands(source)
            else:
                yield Operand(source, merge, tensor.shape)

    def _at(self, merge: str) -> Iterator[tuple[str, Branch, str, tuple[str, ...]]]:
        operands = list(self._operands(merge))
        found = []
        for index in range(len(operands)):
            branch = self._branch(operands, index)
            kind = self._kind(merge, branch) if branch else None
            if branch is None or kind is None or self._is_formula(branch):
                continue
            if branch.fork not in self.tokens or kind in ("identity", "scaled"):
                found.append((kind, branch))
        listed = []
        for kind, branch in found:
            rivals = (
                other for other, rival in found
                if branch.fork == rival.fork and (
                    kind == "projection"
                    or (branch.operand in rival.others and rival.operand in branch.others)
                )
            )  # fmt: skip
            if all(RANKS.index(kind) <= RANKS.index(other) for other in rivals):
                listed.append((kind, branch))
        for kind, branch in self._once(listed):
            met, inside = self._meeting(merge, branch)
            nodes = (*(node for node in self.layers if node in branch.nodes), *inside)
            yield kind, branch, met, nodes

    def _is_formula(self, branch: Branch) -> bool:
        """Whether all that is bypassed works on each value alone, as parts of an activation do."""
        types = (family(self._type(node)) for node in branch.bypassed)
        return all(operator(name).category in POINTWISE and name != "softmax" for name in types)

    def _once(self, found: list[tuple[str, Branch]]) -> Iterator[tuple[str, Branch]]:
        """What is added twice is one connection, over the longer branch."""
        for place, (kind, branch) in enumerate(found):
            same = [
                other for other, (rival, one) in enumerate(found)
                if {rival, kind} <= {"identity", "scaled"} and one.fork == branch.fork
            ]  # fmt: skip
            longest = max(same, key=lambda one: len(found[one][1].nodes), default=place)
            if place == longest:
                yield (kind if len(same) < 2 else "scaled"), branch

    def _meeting(self, merge: str, branch: Branch) -> tuple[str, list[str]]:
        ways = [self._way(merge, other.target) for other in branch.others]
        way = self._way(merge, branch.operand.target)
        met = next(node for node in way if any(node in other for other in ways))
        return met, way[: way.index(met)]

    def _way(self, merge: str, node: str) -> list[str]:
        way = [node]
        while way[-1] != merge:
            way += self.users[way[-1]]
        return way

    # Branches

    def _branch(self, operands: list[Operand], index: int) -> Branch | None:
        operand = operands[index]
        others = [other for i, other in enumerate(operands) if i != index]
        passed: set[str] = set()
        parts: set[Part] = {(operand.source, None)}
        node: str | None = operand.source
        while node is not None:
            ends = [other for other in others if other.source not in passed]
            between = self._off(node, passed, parts, {other.source for other in ends})
            reached = [
                end for end in ends
                if any(self._weighted(one) for one in self._before(end.source, between))
            ]  # fmt: skip
            if reached:
                return Branch(node, frozenset(passed), operand, tuple(reached), frozenset(between))
            before = self._carried(node)
            if before is None:
                return None
            node, new = before
            passed |= new
            parts = {self._part(one, node) for one in new if node in self._sources(one)}
        return None

    def _sources(self, node: str) -> list[str]:
        return [source for source, _ in self.read[node]]

    def _part(self, reader: str, source: str) -> Part:
        index = self.layers[reader].attributes.get("b")
        return (source, index if len(self.layers[source].outputs) > 1 else None)

    def _off(
        self, fork: str, passed: set[str], parts: Collection[Part], ends: set[str]
    ) -> set[str]:
        """The nodes on all paths from these parts of ``fork`` that pass no node of the chain."""
        away = self.flow.subgraph(set(self.flow) - passed)
        wanted = {index for _, index in parts}
        first = [
            reader for reader in away.successors(fork)
            if None in wanted or self._part(reader, fork)[1] in {None, *wanted}
        ]  # fmt: skip
        after = set(first).union(*(nx.descendants(away, node) for node in first))
        before = ends.union(*(nx.ancestors(away, end) for end in ends))
        return after & before

    def _before(self, end: str, between: set[str]) -> set[str]:
        if end not in between:
            return set()
        inside = self.flow.subgraph(between)
        return {end, *nx.ancestors(inside, end)}

    def _carried(self, node: str) -> tuple[str, set[str]] | None:
        """The tensor before ``node`` on its chain, and the nodes passed on the way to it."""
        sources = self._sources(node)
        if len(sources) == 1:
            return sources[0], {node}
        if self._type(node) == "mul" and len(set(sources)) == 2:
            full = [self._shape(one) == self._shape(node) for one in sources]
            gates = [self._is_gate(one) for one in sources]
            for one in (0, 1):
                if full[one] and (not full[1 - one] or (gates[1 - one] and not gates[one])):
                    return sources[one], {node}
        return self._whole(node) if self._type(node) == "cat" else None

    def _is_gate(self, node: str) -> bool:
        while self._type(node) != "sigmoid":
            moves = self._type(node) in KEEPS - {"Dropout", "contiguous"} | {"getitem"}
            if not moves or len(self.read[node]) != 1:
                return False
            node = self._sources(node)[0]
        return True

    def _whole(self, node: str) -> tuple[str, set[str]] | None:
        """The split all of whose pieces are joined again."""
        passed = {node}
        taken = []
        for piece in self._sources(node):
            way = [piece]
            while not self._takes(way[-1]):
                if len(self.read[way[-1]]) != 1 or self._weighted(way[-1]):
                    return None
                way += self._sources(way[-1])
            taken.append(way[-1])
            passed.update(way)
        splits = {source for one in taken for source in self._sources(one)}
        if len(splits) != 1:
            return None
        (split,) = splits
        indices = [self._part(one, split)[1] for one in taken]
        every = list(range(len(self.layers[split].outputs)))
        return (split, passed) if len(every) > 1 and sorted(indices) == every else None

    # Kinds

    def _takes(self, node: str) -> bool:
        """Whether an operation picks a part of what it reads."""
        if self._type(node) != "getitem":
            return False
        source = self._sources(node)[0]
        return len(self.layers[source].outputs) > 1 or self._shape(source) != self._shape(node)

    def _effect(self, node: str) -> str:
        kind = self._type(node)
        same = self._shape(node) in {self._shape(source) for source in self._sources(node)}
        if self._takes(node):
            return "takes"
        if kind in KEEPS or (kind in ("pad", "getitem") and same):
            return "keeps"
        return "scales" if kind in SCALES and same else "works"

    def _kind(self, merge: str, branch: Branch) -> str | None:
        effects = {self._effect(node) for node in branch.nodes}
        if self._type(merge) == "cat":
            made = self._makers(branch.operand.source)
            repeats = all(made & self._makers(other.source, branch.fork) for other in branch.others)
            return "concat" if effects <= {"keeps", "takes"} and not repeats else None
        if branch.operand.shape != self._shape(merge):
            return None
        if self._type(merge) == "mul":
            return "gate" if effects <= {"keeps"} else None
        if effects <= {"keeps", "scales"}:
            return "identity" if effects <= {"keeps"} else "scaled"
        if any(other.shape != self._shape(merge) for other in branch.others):
            return None
        depth = self._depth(branch.nodes)
        if depth >= min(self._depth(branch.bypassed), 2):
            return None
        if all(self._is_linear(node) for node in branch.bypassed):
            brings = "takes" in effects or self._shape(branch.fork) != branch.operand.shape
            return "projection" if brings and not depth else None
        return "projection"

    def _makers(self, node: str, after: str = "") -> set[object]:
        """The nearest layers before a node."""
        layer = self.layers[node]
        if node == after:
            return set()
        if self._weighted(node):
            is_module = layer.kind.value == "module"
            return {layer.path if is_module else (layer.path, layer.type, *self._shapes(node))}
        return set().union(*(self._makers(source, after) for source in self._sources(node)))

    def _shapes(self, node: str) -> list[tuple[int, ...]]:
        constants = [one for one in self.constants[node] if not self.read[one]]
        return [*self.layers[node].weights, *(x for one in constants for x in self._shapes(one))]

    def _is_linear(self, node: str) -> bool:
        scales = self._type(node) == "mul" and self._effect(node) == "scales"
        alone = len(self.read[node]) == 1
        return (self._type(node) in LINEAR or scales) and (
            alone or self._type(node) in ("add", "cat")
        )

    def _weighted(self, node: str) -> bool:
        constants = (one for one in self.constants[node] if not self.read[one])
        inputs = {one for one in self.layers if self.layers[one].kind.value == "input"}
        return bool(self.layers[node].weights) or any(
            self._weighted(one) for one in constants if one not in inputs
        )

    def _depth(self, nodes: Collection[str]) -> int:
        """Weighted layers on the deepest path: what multiplies with a kernel or matrix."""
        depths: dict[str, int] = {}
        for node in nx.topological_sort(self.flow.subgraph(nodes)):
            before = [depths.get(source, 0) for source in self._sources(node)]
            depths[node] = max(before, default=0) + (self._type(node) in LAYERS)
        return max(depths.values(), default=0)
