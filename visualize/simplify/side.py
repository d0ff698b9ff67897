"""Side boxes: what is computed from weights, constants or noise alone and has layers of its own.

    x ──▶ Linear ──▶ × ──▶ Linear       the flow of data
    Linear ──▶ ReLU ─┘                  a small network on a fixed grid: side boxes
    class token ──▶ ‖                   a learned token, and noise that is concatenated

A parameter that is only added to data or that scales it ("+ pos_embedding"), a table that is looked
up, and weights that are reshaped, normalized or multiplied with each other before a layer uses them
are no side boxes: they belong to the operation that they serve.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, Operation, Wire
from visualize.core.dataflow import Dataflow, Origin
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import (
    ACTIVATION,
    AFFINE,
    ATTENTION,
    CONCAT,
    EMBEDDING,
    NORM,
    PRODUCT,
    RANDOM,
    RECURRENT,
    family,
    has_weight_matrix,
    merge_type,
    reads_values,
)
from visualize.core.phrases import Phrase, listed, phrase
from visualize.simplify.operands import combines, operand_of, parameter_name

# Functions that read their input first and weights after it.
_WEIGHING = AFFINE | NORM | EMBEDDING | RECURRENT | {"prelu"}
# What is computed with these is no longer a weight that is only scaled or decomposed.
_SHAPING = ACTIVATION | {"exp", "sin", "cos"}
# Queries, keys and values; a mask or bias comes after them.
_OPERANDS = 3
# What several parameters are computed to is no longer named after one of them.
_SEVERAL = ""


def side_operations(exact: Architecture, flow: Dataflow) -> frozenset[str]:
    """Ids of the operations that are drawn though they work on no data."""
    return frozenset(_Search(exact, flow).drawn())


def mark_sides(diagram: Diagram) -> Diagram:
    """Find the side boxes of an exact diagram, and what the others say of what is no data.

    Wires from side boxes count as data from here on, and what joins one to data is a merge.
    """
    exact = diagram.exact
    flow = Dataflow.of(exact)
    sides = side_operations(exact, flow)
    graph = nx.MultiDiGraph()
    for box in diagram.boxes:
        graph.add_node(box.id, box=_marked(exact, flow, box, sides))
    for key, (source, target, wire) in enumerate(diagram.wires):
        works = flow.is_data(target) or target in sides
        if works and source in sides and reads_values(exact.operation(target).type, wire.position):
            wire = replace(wire, data=wire.tensor is not None)
        graph.add_edge(source, target, key, wire=wire)
    return replace(diagram, graph=graph, sides=sides)


def _marked(exact: Architecture, flow: Dataflow, box: Box, sides: Collection[str]) -> Box:
    """A box of one operation, with what it says and does not say of what is no data."""
    if not flow.is_data(box.id) and box.id not in sides:
        return replace(box, silent=frozenset(box.members))
    read = flow.sources(box.id)
    joined = [source for source in read if flow.is_data(source) or source in sides]
    is_merge = bool(merge_type(box.type)) and len(joined) > 1
    operand = operand_of(exact, flow, box.core, sides)
    label = _source_label(box, read, exact.batch)
    if not (is_merge or operand or label):
        return box
    return replace(
        box,
        kind=BoxKind.MERGE if is_merge else box.kind,
        operands=(operand,) if operand else (),
        label=label,
    )


def _source_label(box: Box, read: Sequence[str], batch: int) -> tuple[Phrase, ...]:
    """What a learned token, or noise, is called; nothing for what is computed from a tensor."""
    is_token = box.core.kind is NodeKind.CONSTANT
    if read or not box.outputs or not (is_token or family(box.type) in RANDOM):
        return ()
    nameless = phrase("learned token")
    name = parameter_name(box.path, nameless) if is_token else phrase("noise")
    sizes = box.outputs[0].shape[not is_token and box.outputs[0].shape[0] == batch :]
    known = itertools.dropwhile(lambda size: size == 1, sizes)
    return (listed([name, "×".join(map(str, known))]),)


def is_weight(user: Operation, position: int) -> bool:
    """Whether an operation reads its input ``position`` as a weight.

    >>> linear = Operation("linear", NodeKind.FUNCTION, "linear")
    >>> is_weight(linear, 0), is_weight(linear, 1)
    (False, True)
    """
    # A module has its own weights, except where the run gives it others for a while.
    weighing = _WEIGHING if user.kind is NodeKind.FUNCTION else _WEIGHING - RECURRENT
    return position > 0 and family(user.type) in weighing


def _is_float(wire: Wire) -> bool:
    return wire.tensor is not None and wire.tensor.dtype.startswith(("float", "bfloat", "complex"))


@dataclass(frozen=True)
class _Search:
    exact: Architecture
    flow: Dataflow

    def drawn(self) -> set[str]:
        """Layers and what combines several matrices; what leads to it; what is computed from it."""
        drawn = {one.id for one in self._constants() if self._works(one)}
        self._add_results(drawn)
        self._add_sources(drawn)
        self._add_results(drawn)
        return drawn

    def _constants(self) -> Iterator[Operation]:
        """The operations that return a tensor and work on no data."""
        for one in self.exact.operations:
            if one.outputs and not self.flow.is_data(one.id):
                yield one

    def _works(self, one: Operation) -> bool:
        """Whether an operation is a layer, or the first that combines several matrices."""
        name = family(one.type)
        if one.kind is NodeKind.MODULE and has_weight_matrix(name, one.weights):
            return name not in EMBEDDING
        if one.kind is not NodeKind.FUNCTION or one.id not in self.flow.live:
            return False
        return one.id not in self._weights and (
            name in AFFINE | RECURRENT | ATTENTION or self._combines(one)
        )

    def _combines(self, one: Operation) -> bool:
        read = [self._matrices[source] for source in self.flow.sources(one.id)]
        if _SEVERAL in read:  # combined before
            return False
        known = set(read) - {None}
        return len(known) > 1 or (bool(known) and len(read) > 1 and family(one.type) in PRODUCT)

    @functools.cached_property
    def _matrices(self) -> dict[str, str | None]:
        """The one parameter that each operation is computed from, if it has rows and columns."""
        found: dict[str, str | None] = {}
        for one in self.exact.operations:
            found[one.id] = None
            if self.flow.origins[one.id] is not Origin.WEIGHTS:
                continue
            if any(sum(size > 1 for size in shape) > 1 for shape in one.weights):
                found[one.id] = one.id
                continue
            read = {found[source] for source in self.flow.sources(one.id)} - {None}
            if read:
                found[one.id] = read.pop() if len(read) == 1 else _SEVERAL
        return found

    @functools.cached_property
    def _weights(self) -> frozenset[str]:
        """What layers use as weights and nothing else reads; no activation is behind it."""
        users: dict[str, list[bool]] = {}
        weights: set[str] = set()
        for one in reversed(self.exact.operations):
            shapes = family(one.type) in _SHAPING or self.flow.is_data(one.id)
            if not shapes and all(users.get(one.id, [False])):
                weights.add(one.id)
            multiplies = self.flow.is_data(one.id) and family(one.type) in PRODUCT
            for source, wire in self.flow.read[one.id]:
                serves = one.id in weights or multiplies or is_weight(one, wire.position)
                if one.id in self.flow.live:
                    users.setdefault(source, []).append(serves)
        return frozenset(weights)

    def _add_results(self, drawn: set[str]) -> None:
        for one in self._constants():
            if one.id in self.flow.live and not drawn.isdisjoint(self.flow.sources(one.id)):
                drawn.add(one.id)

    def _add_sources(self, drawn: set[str]) -> None:
        """Add the parameters and the noise that are read as data are, and what prepares them."""
        for one in reversed(self.exact.operations):
            if one.id not in self.flow.live:
                continue
            is_joined = combines(self.flow, one)
            for source, wire in self.flow.read[one.id]:
                made_of = self.flow.origins[source]
                takes = made_of is Origin.NOISE and not is_joined and _is_float(wire)
                takes = takes or self._takes_tokens(one, wire.position, drawn)
                if takes and made_of in (Origin.NOISE, Origin.WEIGHTS):
                    drawn.add(source)

    def _takes_tokens(self, one: Operation, position: int, drawn: Collection[str]) -> bool:
        """Whether an operation reads an input, which is no data, as it reads data."""
        name = family(one.type)
        if not self.flow.is_data(one.id):
            return one.id in drawn and not is_weight(one, position)
        attends = name in ATTENTION or (one.kind is NodeKind.MODULE and bool(one.weights))
        works = attends and position < _OPERANDS and not is_weight(one, position)
        works |= name in AFFINE and position == 0  # its weight is data
        return name in CONCAT | {"setitem"} or works
