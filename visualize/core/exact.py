"""What a saved exact graph leaves out because the rest of it implies that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from visualize.core.architecture import Operation, TensorSpec
from visualize.core.calls import ModuleCall
from visualize.core.module_path import enclosing

SCHEMA = 2
# Fields of an operation that its document has always, in words of its own or as they are.
ALWAYS = frozenset({
    "id", "kind", "type", "index", "path", "calls", "module_class", "attributes", "parameters",
    "trainable_parameters", "buffers", "macs", "outputs", "function", "statistics",
})  # fmt: skip
# Fields that follow from others, unless they are written.
DERIVED = ("dtypes", "weights", "held")


def usual_calls(path: str, number: int, modules: Mapping[str, Any]) -> tuple[ModuleCall, ...]:
    """The module calls around an operation, if each enclosing module is called once.

    >>> usual_calls("a.b", 1, {"a": "Block", "a.b": "ReLU"})
    (ModuleCall(path='a', number=0), ModuleCall(path='a.b', number=1))
    """
    around = [one for one in enclosing(path) if one in modules]
    return tuple(ModuleCall(one, number if one == path else 0) for one in around)


def implied(
    path: str, parameters: int, named_weights: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """The fields `DERIVED` of an operation whose parameters are float32 and registered in it."""
    inside = f"{path}." if path else ""
    return {
        "dtypes": {"float32": parameters} if parameters else {},
        "weights": tuple(tuple(shape) for shape in named_weights.values()),
        "held": {inside + name: math.prod(shape) for name, shape in named_weights.items()},
    }


def usual_sample(
    shape: Sequence[int], dtype: str, outputs: Iterable[TensorSpec]
) -> tuple[int, ...] | None:
    """The sizes for one sample of a tensor on an edge: those of the output that it carries."""
    alike = (one for one in outputs if one.shape == tuple(shape) and one.dtype == dtype)
    return next((one.sample for one in alike), None)


def in_order(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Entries with their order, which equality of mappings leaves out."""
    return list(given.items())


def fields_implied(operation: Operation) -> dict[str, Any]:
    """`implied` for an operation."""
    return implied(operation.path, operation.parameters, operation.named_weights)
