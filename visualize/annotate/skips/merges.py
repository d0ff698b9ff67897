"""Merges: where features are combined, and what is combined there, whatever way it is written.

    a ─▶ add ─▶ add        an add of adds is one merge of a, b and c
    b ────┘      │
    c ───────────┘

So are a concat of concats, ``stack`` then ``sum`` or ``mean`` over the new dimension, ``lerp``,
``addcmul`` and ``addcdiv``, a product added by ``addmm``, and slices written to one new tensor.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from visualize.annotate.skips.cancelling import (
    Interpolation,
    find_cancelling,
    find_interpolations,
    is_measured,
)
from visualize.annotate.skips.effects import COMPUTED, PARAMETER
from visualize.annotate.skips.flow import Flow, Inflow, Shape
from visualize.core.architecture import TensorSpec
from visualize.core.arguments import argument
from visualize.core.operators import (
    ADDED_AT,
    ADDED_PAIRS,
    ADDED_PRODUCTS,
    CONCAT,
    SUBTRACT,
    MergeType,
    family,
    merge_type,
)

SUMS = frozenset({"sum", "mean"})


@dataclass(frozen=True, slots=True)
class Operand:
    """One of the features that a merge combines.

    Attributes:
        source: the node it comes from.
        target: the node it enters, which is the merge or part of it.
        tensor: the feature.
        sign: -1 if it is subtracted.
        scale: what the merge multiplies it by; empty if nothing.
        is_factor: whether it is multiplied with another feature before it is added.
    """

    source: str
    target: str
    tensor: TensorSpec | None
    sign: int = 1
    scale: str = ""
    is_factor: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Where features are combined.

    Attributes:
        node: the operation that combines the last of them.
        type: how they are combined.
        shape: the shape of the result.
        operands: the features, in order.
        parents: the operation after each of those that the merge consists of, but the last.
    """

    node: str
    type: MergeType
    shape: Shape | None
    operands: tuple[Operand, ...]
    parents: Mapping[str, str]

    def way(self, node: str) -> list[str]:
        """``node``, one of those that the merge consists of, and all after it."""
        way = [node]
        while way[-1] in self.parents:
            way.append(self.parents[way[-1]])
        return way


def find_merges(flow: Flow, rising: Container[str] = ()) -> Iterator[Merge]:
    """All merges of features, in order; what is part of a later one is no merge of its own.

    Args:
        flow: the flow of features.
        rising: the nodes that come up from a lower resolution. What they are added to is not part
            of the same merge: it may be a block on a long skip connection.
    """
    moved = find_interpolations(flow)
    cancelling = find_cancelling(flow) | {one.difference for one in moved.values()}
    finder = _Finder(flow, cancelling, rising, moved)
    for node in flow.order:
        if node not in finder.cancelling and flow.holds_feature(node):
            merge = finder.merge_at(node)
            if merge and len(merge.operands) > 1:
                yield merge


def type_of(flow: Flow, node: str) -> MergeType | None:
    """How ``node`` combines the features that it reads; None if it does not."""
    name = family(flow.type(node))
    if name in SUMS | {"stack", "lerp"} | ADDED_PAIRS | ADDED_AT:
        return MergeType.ADD
    if family(flow.operations[node].type) in ADDED_PRODUCTS:  # which may work as a layer
        return MergeType.ADD
    return MergeType.CONCAT if name == "setitem" else merge_type(name)


@dataclass(frozen=True)
class _Finder:
    flow: Flow
    cancelling: Container[str]
    rising: Container[str]
    interpolations: Mapping[str, Interpolation]

    def merge_at(self, node: str) -> Merge | None:
        flow = self.flow
        kind = type_of(flow, node)
        name = family(flow.type(node))
        shape = flow.shape(node)
        if kind is None:
            return None
        if name in SUMS | {"stack"}:
            stack = _summed_stack(flow, node) if name in SUMS else None
            operands = list(_stacked(flow, stack, shape)) if stack else []
            return Merge(stack or node, kind, shape, tuple(operands), {})
        if name in CONCAT and [_summed_stack(flow, one) for one in flow.readers[node]] == [node]:
            return None  # a stack, which is summed
        if name == "setitem":
            return _written(flow, node, shape)
        if len(flow.inflows[node]) < 2 or self._is_part(node):
            return None
        if kind is MergeType.SUBTRACT and is_measured(flow, node):
            return None
        parents: dict[str, str] = {}
        operands = list(self._flat(node, parents))
        moved = self.interpolations.get(node)
        if moved:
            start = moved.start
            operands = [
                replace(one, scale=moved.scale) if one.source == start else one for one in operands
            ]
        return Merge(node, kind, shape, tuple(operands), parents)

    def _is_part(self, node: str) -> bool:
        """Whether ``node`` is part of the merge that reads its result."""
        readers = self.flow.readers[node]
        if len(readers) != 1 or readers[0] in self.cancelling:
            return False
        operands = _operands(self.flow, readers[0], 1)
        return any(one.source == node and self._joins(readers[0], one) for one in operands)

    def _joins(self, outer: str, operand: Operand) -> bool:
        """Whether two merges are one: adds, or concats along one dimension."""
        flow, inner = self.flow, operand.source
        if operand.scale or inner in self.cancelling or len(flow.readers[inner]) != 1:
            return False
        if len(flow.inflows[inner]) < 2 or len(flow.inflows[outer]) < 2:
            return False
        if {family(flow.type(node)) for node in (outer, inner)} <= CONCAT:
            return flow.dimension(outer) == flow.dimension(inner)
        if not (_adds(flow, outer) and _adds(flow, inner)):
            return False
        rises = any(inflow.source in self.rising for inflow in flow.inflows[outer])
        return not rises and flow.shape(outer) == flow.shape(inner)

    def _flat(self, node: str, parents: dict[str, str]) -> Iterator[Operand]:
        """What ``node`` combines, with what the merges combine that are part of it, in order."""
        waiting: list[Operand | tuple[str, int]] = [(node, 1)]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Operand):
                yield found
                continue
            inside: list[Operand | tuple[str, int]] = []
            for operand in _operands(self.flow, *found):
                if self._joins(found[0], operand):
                    parents[operand.source] = found[0]
                    inside.append((operand.source, operand.sign))
                else:
                    inside.append(operand)
            waiting += reversed(inside)


def _adds(flow: Flow, node: str) -> bool:
    return merge_type(flow.type(node)) in (MergeType.ADD, MergeType.SUBTRACT)


def _operands(flow: Flow, node: str, sign: int) -> Iterator[Operand]:
    """What ``node`` itself combines."""
    operation = flow.operations[node]
    inflows = flow.inflows[node]
    name = family(operation.type)
    learned = PARAMETER if flow.weights[node] else COMPUTED
    if name == "lerp":
        weight = argument(operation, 2, "weight")
        known = isinstance(weight, (int, float))
        for inflow, scale in zip(inflows, (1 - weight, weight) if known else (learned, learned)):
            yield _operand(inflow, node, sign, scale if isinstance(scale, str) else f"{scale:g}")
        yield from (_operand(inflow, node, sign, is_factor=True) for inflow in inflows[2:])
    elif name in ADDED_PAIRS | ADDED_PRODUCTS:
        together = len(inflows) > 2 or name in ADDED_PRODUCTS
        yield _operand(inflows[0], node, sign)
        for inflow in inflows[1:]:
            yield _operand(inflow, node, sign, learned, is_factor=together)
    elif _adds(flow, node):
        alpha = operation.attributes.get("alpha", 1)
        first = name == "rsub"  # what is scaled by alpha, and subtracted by a difference
        for number, inflow in enumerate(inflows):
            is_second = (number == 0) == first
            own = -sign if is_second and name in SUBTRACT else sign
            yield _operand(inflow, node, own, f"{alpha:g}" if is_second and alpha != 1 else "")
    else:
        yield from (_operand(inflow, node, sign) for inflow in inflows)


def _operand(
    inflow: Inflow, target: str, sign: int = 1, scale: str = "", is_factor: bool = False
) -> Operand:
    return Operand(inflow.source, target, inflow.wire.tensor, sign, scale, is_factor)


def _summed_stack(flow: Flow, node: str) -> str | None:
    """The stack whose new dimension ``node`` sums up; a concat along one of size 1 is one, too."""
    if family(flow.type(node)) not in SUMS or len(flow.inflows[node]) != 1:
        return None
    stack = flow.inflows[node][0].source
    name, along = family(flow.type(stack)), flow.dimension(stack)
    is_stack = name == "stack" or (name in CONCAT and _joins_single(flow, stack, along))
    if not is_stack or len(flow.readers[stack]) != 1:
        return None
    summed = argument(flow.operations[node], 1, "dim", "axis")
    summed = summed[0] if isinstance(summed, list) and len(summed) == 1 else summed
    size = len(flow.shape(stack) or ())
    return stack if isinstance(summed, int) and size and summed % size == along else None


def _joins_single(flow: Flow, node: str, along: int) -> bool:
    shapes = [one.wire.tensor.shape for one in flow.inflows[node] if one.wire.tensor]
    return len(shapes) > 1 and all(shape[along : along + 1] == (1,) for shape in shapes)


def _stacked(flow: Flow, stack: str, shape: Shape | None) -> Iterator[Operand]:
    """What is stacked and summed to ``shape``: what is joined has the summed dimension, too."""
    for inflow in flow.inflows[stack]:
        operand = _operand(inflow, stack)
        joined = family(flow.type(stack)) in CONCAT and operand.tensor and shape
        yield replace(operand, tensor=TensorSpec(shape)) if joined and shape else operand


def _written(flow: Flow, node: str, shape: Shape | None) -> Merge | None:
    """What is written to slices of one new tensor, one after the other."""
    if any(_base(flow, reader) == node for reader in flow.readers[node]):
        return None  # more is written to it
    parents: dict[str, str] = {}
    operands: list[Operand] = []
    last = node
    while True:
        before = _base(flow, node)
        operands += [_operand(one, node) for one in flow.inflows[node] if one.source != before]
        if before is None:
            return Merge(last, MergeType.CONCAT, shape, tuple(operands[::-1]), parents)
        if family(flow.type(before)) != "setitem" or len(flow.readers[before]) != 1:
            return None  # it held features before
        parents[before] = node
        node = before


def _base(flow: Flow, node: str) -> str | None:
    """The tensor, if it is a feature, to a slice of which ``node`` writes."""
    if family(flow.type(node)) != "setitem":
        return None
    first = flow.inflows[node][:1]
    return first[0].source if first and first[0].wire.position == 0 else None
