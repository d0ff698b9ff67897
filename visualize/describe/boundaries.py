"""The tensors that enter and leave the model, a module or an operation, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visualize.core.architecture import (
    Architecture,
    ModuleCall,
    NodeKind,
    Operation,
    TensorSpec,
    enclosing,
)
from visualize.core.boundary import Boundary

_UNKNOWN = Boundary()


@dataclass(frozen=True)
class Crossing:
    """What enters and what leaves.

    Attributes:
        inputs: in the order of the signature, as far as it is known, or else as they are read.
        outputs: what is returned, in its order, and then what else leaves.
        result: the operation that makes the first output; empty if there is none.
    """

    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    result: str = ""


def crossing_of_model(exact: Architecture) -> Crossing:
    """The inputs of a model as they were given, and all that it returns."""
    inputs = [one for one in exact.operations if one.kind is NodeKind.INPUT]
    outputs = [one for one in exact.operations if one.kind is NodeKind.OUTPUT]
    results = [source for one in outputs for source, _, wire in exact.inputs(one.id) if wire.tensor]
    return Crossing(
        tuple(tensor for one in inputs for tensor in one.outputs),
        tuple(tensor for one in outputs for tensor in one.outputs),
        results[0] if results else "",
    )


def crossing_of(
    exact: Architecture, operations: Sequence[Operation], path: str, data: Mapping[str, bool]
) -> Crossing:
    """What enters and leaves some operations; of a module that is called often, its first call.

    Args:
        exact: the graph of all operations.
        operations: all those in a module, or one operation.
        path: the module; empty for one operation.
        data: whether each operation of the graph computes data.
    """
    call = _innermost(operations[0], path) if operations else None
    if call:
        operations = [one for one in operations if call in one.calls]
    known = exact.boundaries.get(call, _UNKNOWN) if call and call.path == path else _UNKNOWN
    members = {one.id for one in operations}
    inputs: dict[str, TensorSpec] = {}
    for one in operations:
        for source, _, wire in exact.inputs(one.id):
            if wire.data and wire.tensor and source not in members:
                inputs.setdefault(source, wire.tensor)
    leaving = [
        one
        for one in operations
        if one.outputs
        and (one.id in known.results or not members.issuperset(exact.graph.successors(one.id)))
    ]
    leaving = [one for one in leaving if data[one.id]] or leaving or list(operations[-1:])
    given, returned = _places(known.arguments), _places(known.results)

    def place(one: Operation) -> tuple[int, bool]:
        """Among what is returned; what nothing but the end of the model reads is no result."""
        readers = (each for each in exact.graph.successors(one.id) if each not in members)
        ends = all(exact.operation(each).kind is NodeKind.OUTPUT for each in readers)
        return returned.get(one.id, len(returned)), ends

    leaving.sort(key=place)
    return Crossing(
        tuple(
            inputs[source] for source in sorted(inputs, key=lambda id: given.get(id, len(given)))
        ),
        tuple(tensor for one in leaving for tensor in one.outputs),
        leaving[0].id if leaving else "",
    )


def calls_of(operations: Sequence[Operation], path: str) -> int:
    """How often the module at ``path`` is called, of which these are the operations."""
    return len({call for one in operations for call in one.calls if call.path == path}) or 1


def _innermost(operation: Operation, path: str) -> ModuleCall | None:
    """The innermost call around an operation that is one of ``path`` or of a module around it."""
    around = enclosing(path)
    return next((call for call in reversed(operation.calls) if call.path in around), None)


def _places(names: Sequence[str]) -> Mapping[str, int]:
    return {name: place for place, name in reversed([*enumerate(names)])}
