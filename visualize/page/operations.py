"""The table of all operations: a column for each thing that is known of them.

Columns of memory and of the values of weights are there only where these were measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from visualize.core.architecture import Architecture, NodeKind, Operation, TensorSpec
from visualize.core.statistics import Statistics
from visualize.core.words import shape
from visualize.page.plain import Table

Columns = dict[str, list[Any]]


def operation_columns(exact: Architecture, strings: Table) -> Columns:
    """The operations of a model, in order.

    Args:
        exact: the model.
        strings: where texts have their places, which are in the columns instead.
    """
    rows, string = exact.operations, strings.place
    places = {one.id: place for place, one in enumerate(rows)}
    columns: Columns = {
        "name": [string(one.id) for one in rows],
        "path": [string(one.path) for one in rows],
        "type": [string(one.type) for one in rows],
        "kind": [string(one.kind.value) for one in rows],
        "parameters": [one.parameters for one in rows],
        "trainable": [one.trainable_parameters for one in rows],
        "macs": [one.macs for one in rows],
        "shape": [string(_shapes(one.outputs)) for one in rows],
        "source": [string(one.source) for one in rows],
        "reads": [list(_reads(one, exact, places, strings)) for one in rows],
        "attributes": [string("\n".join(_attributes(one))) for one in rows],
    }
    if exact.memory is not None:
        columns["saved"] = [one.memory.saved if one.memory else 0 for one in rows]
        columns["peak"] = [one.memory.peak if one.memory else 0 for one in rows]
    if any(one.statistics for one in rows):
        columns["statistics"] = [_values(one.statistics) for one in rows]
    return columns


def _shapes(tensors: Sequence[TensorSpec]) -> str:
    return ", ".join(map(shape, tensors))


def _reads(
    one: Operation, exact: Architecture, places: Mapping[str, int], strings: Table
) -> Iterator[int]:
    """For each tensor that an operation reads, the operation that made it, and its shape."""
    for source, _, wire in exact.inputs(one.id):
        if wire.data and wire.tensor is not None:
            yield places[source]
            yield strings.place(shape(wire.tensor))


def _attributes(one: Operation) -> Iterator[str]:
    """What an operation was made with, a line for each, and the shapes of its weights."""
    for name, value in one.attributes.items():
        if not name.isdigit():  # a position is no name
            yield f"{name} = {_spelled(value)}"
    weights = one.named_weights
    if one.kind is NodeKind.MODULE and "weight" in weights and "bias" not in one.attributes:
        yield f"bias = {'bias' in weights}"
    for name, sizes in weights.items():
        yield f"{name}: {'×'.join(map(str, sizes)) or 'scalar'}"


def _spelled(value: Any) -> str:
    """A plain value as Python has it, a list as the tuple that it was."""
    if isinstance(value, list):
        inner = ", ".join(map(_spelled, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return value if isinstance(value, str) else repr(value)


def _values(statistics: Statistics | None) -> list[Any] | None:
    """Statistics that add up; those that are not finite have no mean and no squares."""
    if not statistics:
        return None
    mean, squares = (statistics.mean, statistics.squares) if statistics.is_finite else (None, None)
    return [statistics.count, mean, squares, statistics.zeros, statistics.idle]
