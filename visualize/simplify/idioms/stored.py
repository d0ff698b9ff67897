"""What is computed from stored values alone, as far as idioms need it."""

from __future__ import annotations

from collections.abc import Mapping

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.operators import family

# Functions that take a power of one tensor.
POWERS: Mapping[str, float] = {"sqrt": 0.5, "rsqrt": -0.5, "reciprocal": -1.0, "square": 2.0}


def deviations(exact: Architecture) -> frozenset[str]:
    """Constants that are made by taking roots of stored values, such as ``(var + eps).rsqrt()``."""
    found: set[str] = set()
    for one in exact.operations:
        inputs = exact.inputs(one.id)
        if one.kind is NodeKind.INPUT or any(wire.data for *_, wire in inputs):
            continue
        exponents = [POWERS.get(family(one.type), 1.0)]
        exponents += numbers(one) if family(one.type) == "pow" else []
        is_root = any(not float(exponent).is_integer() for exponent in exponents)
        made = is_root and any(max(each.shape, default=1) > 1 for each in one.outputs)
        if made or any(source in found for source, *_ in inputs):
            found.add(one.id)
    return frozenset(found)


def numbers(operation: Operation) -> list[float]:
    """The plain numbers that a function was given."""
    return list(named_numbers(operation).values())


def named_numbers(operation: Operation) -> dict[str, float]:
    """The plain numbers that a function was given, by the names of its arguments."""
    return {
        name: value
        for name, value in operation.attributes.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and name != "alpha"
    }
