"""What boxes have in common that open to the same picture, though they are different modules."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from visualize.core.architecture import Architecture, ModuleCall, Operation
from visualize.core.choices import ColorBy
from visualize.core.diagram import Box
from visualize.core.module_path import relative


def structure(exact: Architecture, box: Box, color_by: ColorBy = ColorBy.STAGE) -> Hashable:
    """All that the picture of the inside of ``box`` depends on, if colours encode ``color_by``.

    It names operations by their positions in the box, and modules by their paths from that of it.
    """
    places = {node: place for place, node in enumerate(box.members)}
    calls: dict[ModuleCall, int] = {}
    operations = tuple(
        (_operation(one, box.path, calls), _measured(one, color_by)) for one in box.operations
    )
    return box.kind, box.type, operations, tuple(_wires(exact, places)), _read(exact, places)


def _operation(one: Operation, path: str, calls: dict[ModuleCall, int]) -> Hashable:
    around = tuple(
        (calls.setdefault(call, len(calls)), relative(call.path, path)) for call in one.calls
    )
    return (
        (one.kind, one.type, one.module_class, relative(one.path, path), around),
        (repr(one.attributes), repr(one.constant), one.counts_as, one.function, one.detached),
        (one.parameters, one.trainable_parameters, one.macs, one.other_weights),
        (one.outputs, one.weights, repr(one.weight)),
    )


def _measured(one: Operation, color_by: ColorBy) -> Hashable:
    """What colours show that was measured, in which equal modules may differ."""
    if color_by.needs_values:
        return one.statistics
    return one.memory if color_by is ColorBy.MEMORY else None


def _wires(exact: Architecture, places: dict[str, int]) -> Iterator[Hashable]:
    """What each operation reads; tensors from outside are numbered as they come."""
    outside: dict[str, int] = {}
    for node, place in places.items():
        for source, _, wire in exact.inputs(node):
            start = places.get(source, -1)
            if start < 0:
                start = -1 - outside.setdefault(source, len(outside))
            skip = exact.unrolled_skips[wire.skip] if wire.skip is not None else None
            kind = (skip.kind, skip.long, skip.scale, skip.gradient) if skip else None
            yield start, place, wire.position, wire.data, wire.tensor, kind


def _read(exact: Architecture, places: dict[str, int]) -> Hashable:
    """The operations that others read."""
    return tuple(
        place
        for node, place in places.items()
        if any(user not in places for user in exact.graph.successors(node))
    )
