"""Products that sum a tensor over one of its axes, weighted: matmul, einsum, product then sum."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from visualize.annotate.skips.flow import Flow, Inflow
from visualize.core.architecture import Operation
from visualize.core.arguments import argument
from visualize.core.operators import ATTENTION, LINEAR, PRODUCT, MergeType, family, merge_type

_MATRICES = frozenset({"matmul", "mm", "bmm", "mv", "dot", "inner"})
_VALUES = 2  # the position of what an attention sums


@dataclass(frozen=True, slots=True)
class Contraction:
    """A weighted sum over an axis.

    Attributes:
        carried: the node whose tensor is summed.
        size: of the axis; 1 if none is summed, as in an outer product.
        is_weighted: whether the weights are parameters or computed, and not constant.
        way: the nodes between it and the one that sums.
        axis: the place of the axis in that tensor, from the end: -1 for the last; None if it is not
            known.
        is_kept: whether the result has an axis in the same place, as after a product with a matrix.
    """

    carried: str
    size: int
    is_weighted: bool
    way: tuple[str, ...] = ()
    axis: int | None = None
    is_kept: bool = False


def contraction_of(flow: Flow, node: str) -> Contraction | None:
    """What a node sums over an axis, if that is all it does."""
    operation, inflows = flow.operations[node], flow.inflows[node]
    name = family(operation.type)
    if not inflows or not operation.outputs:
        return None
    if name in ("sum", "mean"):
        return _reduced(flow, node)
    if name in ATTENTION and len(inflows) > _VALUES:
        values = inflows[_VALUES]
        return Contraction(values.source, _shape(values)[-2], is_weighted=True)
    if name in LINEAR and len(inflows) == 1 and flow.weights[node]:
        features = max(_shape(inflows[0])[-1:], default=1)
        if features < 2:
            return None
        return Contraction(inflows[0].source, features, True, axis=-1, is_kept=True)
    if name in PRODUCT:
        carried = max(inflows, key=lambda inflow: math.prod(_shape(inflow)))
        size = _contracted(flow, node, carried)
        if len(inflows) <= 2 and size:
            is_weighted = len(inflows) > 1 or bool(flow.weights[node])
            axis = _axis(name, carried)
            is_kept = axis is not None and len(operation.outputs[0].shape) == len(_shape(carried))
            return Contraction(carried.source, size, is_weighted, axis=axis, is_kept=is_kept)
    return None


def _reduced(flow: Flow, node: str) -> Contraction | None:
    """A sum over an axis, of a product with weights if there is one."""
    (inflow,) = flow.inflows[node][:1]
    before, after = math.prod(_shape(inflow)), math.prod(flow.operations[node].outputs[0].shape)
    if not after or before % after or before == after:
        return None
    source, size = inflow.source, before // after
    factors = flow.inflows[source]
    if merge_type(flow.operations[source].type) is not MergeType.MULTIPLY or not factors:
        return Contraction(source, size, is_weighted=False)
    carried = max(factors, key=lambda factor: math.prod(_shape(factor)))
    is_weighted = len(factors) > 1 or bool(flow.weights[source])
    return Contraction(carried.source, size, is_weighted, (source,))


def _contracted(flow: Flow, node: str, carried: Inflow) -> int | None:
    """The size of the axis of a tensor over which a product sums; None if that is not known."""
    shape, name = _shape(carried), family(flow.operations[node].type)
    if name == "einsum":
        return _summed_by(flow.operations[node], carried)
    if name == "tensordot" and argument(flow.operations[node], 2, "dims") == 1:
        return shape[0] if carried.wire.position else shape[-1]
    axis = _axis(name, carried)
    return shape[axis] if axis is not None and shape else None


def _axis(name: str, carried: Inflow) -> int | None:
    """The place of the axis over which a matrix product sums, from the end."""
    if name not in _MATRICES:
        return None
    is_right = carried.wire.position > 0 and len(_shape(carried)) > 1 and name != "inner"
    return -2 if is_right else -1


def _summed_by(operation: Operation, carried: Inflow) -> int | None:
    """The size of the axes of an operand that are not in the result of an equation."""
    equation = next((one for one in operation.attributes.values() if "->" in str(one)), "")
    inputs, arrow, output = re.sub(r"\s", "", str(equation)).partition("->")
    operands = inputs.split(",")
    if not arrow or carried.wire.position >= len(operands):
        return None
    # Letters before an ellipsis name the first axes, those behind it the last.
    shape = _shape(carried)
    first, _, last = operands[carried.wire.position].partition("...")
    sizes = [*zip(first, shape, strict=False), *zip(reversed(last), reversed(shape), strict=False)]
    return math.prod(size for letter, size in sizes if letter not in output)


def _shape(inflow: Inflow) -> tuple[int, ...]:
    return inflow.wire.tensor.shape if inflow.wire.tensor else ()
