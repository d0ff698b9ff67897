"""What each operation of a branch does to the tensor that it carries."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable

from visualize.annotate.skips.flow import Flow
from visualize.core.arguments import argument, does_nothing, literal
from visualize.core.operators import (
    CONCAT,
    COPIES,
    DIVIDE,
    IDENTITY,
    NORM,
    PAD,
    RESHAPE,
    SLICE,
    MergeType,
    family,
    merge_type,
)


class Effect(enum.Enum):
    """What an operation does to the values that it reads."""

    KEEPS = "keeps"  # the same values in inference, in the same or another shape
    TAKES = "takes"  # a part of them
    COPIES = "copies"  # broadcasts them
    SCALES = "scales"
    NORMALIZES = "normalizes"
    WORKS = "works"  # anything else


COMPUTED = "computed"
PARAMETER = "parameter"
NORMALIZED = "norm"
CONSTANT = "constant"
_WORDS = (COMPUTED, PARAMETER, NORMALIZED, CONSTANT)
_DETACHED = frozenset({"detach", "data"})


def effect_of(flow: Flow, node: str) -> Effect:
    """What ``node`` does to the feature that it carries on."""
    operation = flow.operations[node]
    name = family(operation.type)
    if name in NORM:
        return Effect.NORMALIZES
    if name in IDENTITY or does_nothing(operation):
        return Effect.KEEPS
    if name in PAD and flow.inflows[node] and _is_idle(flow, node):
        return Effect.KEEPS
    if name in RESHAPE | SLICE | COPIES:
        return _moves(flow, node)
    if name in CONCAT and len({inflow.source for inflow in flow.inflows[node]}) == 1:
        return Effect.COPIES
    return Effect.SCALES if _scales(flow, node) else Effect.WORKS


def scale_of(flow: Flow, nodes: Iterable[str]) -> str:
    """What ``nodes`` multiply by: a number, ``parameter``, ``norm`` or ``computed``; or nothing."""
    number, words = 1.0, set()
    for node in nodes:
        effect = effect_of(flow, node)
        if effect is Effect.NORMALIZES:
            words.add(NORMALIZED)
        elif effect is Effect.SCALES:
            factor = _factor(flow, node)
            if isinstance(factor, str):
                words.add(factor)
            else:
                number *= factor
    known = [word for word in _WORDS if word in words]
    return known[0] if known else "" if number == 1 else f"{number:g}"


def added_scale(scales: Iterable[tuple[str, int]]) -> str:
    """The scale of what is added several times, each time with a scale and a sign.

    >>> added_scale([("1", 1), ("0.5", -1)]), added_scale([("1", 1), ("computed", -1)])
    ('0.5', 'computed')
    """
    given = list(scales)
    words = [word for word in _WORDS if any(word == scale for scale, _ in given)]
    return words[0] if words else f"{sum(float(scale) * sign for scale, sign in given):g}"


def is_detached(flow: Flow, node: str) -> bool:
    """Whether no gradient flows back through ``node``."""
    operation = flow.operations[node]
    return operation.detached or operation.type in _DETACHED


def _is_idle(flow: Flow, node: str) -> bool:
    """Whether padding adds nothing; with negative sizes it may shift what it keeps."""
    sizes = argument(flow.operations[node], 1, "pad", "padding")
    shifts = isinstance(sizes, list) and any(size != 0 for size in sizes)
    return not shifts and flow.shape(node) == flow.shape(flow.inflows[node][0].source)


def _moves(flow: Flow, node: str) -> Effect:
    """What an operation does that returns values that it reads, at other places."""
    source = flow.inflows[node][0].source if flow.inflows[node] else ""
    outputs = flow.operations[node].outputs
    tensors = flow.operations[source].outputs if source else ()
    if len(outputs) != 1 or len(tensors) != 1:
        # A split keeps all; what is picked from it is a part.
        return Effect.TAKES if len(tensors) > 1 and _deals(flow, source) else Effect.KEEPS
    before, after = math.prod(tensors[0].shape), math.prod(outputs[0].shape)
    if before == after:
        return Effect.KEEPS
    return Effect.TAKES if after < before else Effect.COPIES


def _deals(flow: Flow, node: str) -> bool:
    return family(flow.type(node)) in SLICE


def _scales(flow: Flow, node: str) -> bool:
    """Whether ``node`` multiplies what it carries, each value on its own."""
    operation = flow.operations[node]
    name = family(operation.type)
    shapes = [inflow.wire.tensor.shape for inflow in flow.inflows[node] if inflow.wire.tensor]
    if flow.shape(node) not in shapes:
        return False
    if name in ("neg", "layerscale") or merge_type(name) is MergeType.MULTIPLY:
        return True
    if name not in DIVIDE or len(shapes) != 1:
        return False
    # What is divided comes first.
    _, is_first = literal(operation)
    return not is_first and flow.inflows[node][0].wire.position == 0


def _factor(flow: Flow, node: str) -> float | str:
    operation = flow.operations[node]
    name = family(operation.type)
    if name == "neg":
        return -1.0
    if len(flow.inflows[node]) > 1:
        return COMPUTED
    if flow.weights[node]:
        return PARAMETER
    number, _ = literal(operation)
    if number is None or (number == 0 and name in DIVIDE):
        return CONSTANT
    return 1 / number if name in DIVIDE else float(number)
