"""What every tensor of a model sees, from its inputs to its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation, Wire
from visualize.core.operators import (
    CONVOLUTION,
    POOL,
    RESAMPLE,
    TRANSPOSED_CONVOLUTION,
    family,
)
from visualize.describe.receptive.call import Call, Operand
from visualize.describe.receptive.maps import Map, Source
from visualize.describe.receptive.spans import Span, UnknownError
from visualize.describe.receptive.table import find_handler, nothing_known

# Where none of these works on data, only patches of an image have a receptive field.
_SLIDES = CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL | RESAMPLE | {"unfold", "im2col"}
_SPREAD = RESAMPLE | {"expand", "expandas", "broadcastto"}
_PATCHED = 4  # axes of an image


@dataclass(frozen=True)
class Followed:
    """What every tensor sees.

    Attributes:
        maps: of each operation on data, what the values of its tensors see.
        places: the axes of inputs that windows slide along, in the order of the inputs.
    """

    maps: Mapping[str, tuple[Map, ...]]
    places: tuple[Source, ...]


def follow(exact: Architecture) -> Followed:
    """What every tensor of a model sees of its inputs; nothing for a model without windows."""
    maps: dict[str, tuple[Map, ...]] = {}
    places: set[Source] = set()
    order: list[str] = []
    for one in exact.operations if _has_windows(exact) else ():
        if one.kind is NodeKind.INPUT and one.outputs:
            maps[one.id] = (_input(one),)
            order.append(one.id)
        elif one.computes and one.outputs and exact.data_sources(one.id):
            maps[one.id] = _seen(exact, one, maps, places)
    ordered = sorted(places, key=lambda source: (order.index(source.node), source.axis))
    return Followed(maps if places else {}, tuple(ordered))


def _has_windows(exact: Architecture) -> bool:
    return any(
        family(one.does.removeprefix("torch.nn.")) in _SLIDES
        or (one.kind is NodeKind.INPUT and one.outputs and len(one.outputs[0].shape) >= _PATCHED)
        for one in exact.operations
    )


def _input(one: Operation) -> Map:
    """An input, whose values see themselves alone."""
    shape = one.outputs[0].shape
    axes = tuple((size,) if size > 1 else () for size in shape)
    count = sum(map(len, axes))
    large = [axis for axis, size in enumerate(shape) if size > 1]
    return Map(
        axes,
        {
            Source(one.id, axis, shape[axis]): (Span.identity(count, factor),)
            for factor, axis in enumerate(large)
        },
    )


def _narrow(exact: Architecture, node: str, wire: Wire) -> tuple[int, ...]:
    """The sizes of a tensor before it was spread over larger ones."""
    shape = wire.tensor.shape if wire.tensor else ()
    while family(exact.operation(node).type) in _SPREAD:
        before = [edge for edge in exact.inputs(node) if edge[2].data and edge[2].tensor]
        if len(before) != 1:
            break
        ((node, _, wire),) = before
        shape = wire.tensor.shape if wire.tensor else ()
    return shape


def _seen(
    exact: Architecture,
    one: Operation,
    maps: Mapping[str, tuple[Map, ...]],
    places: set[Source],
) -> tuple[Map, ...]:
    """What the results of an operation see."""
    operands = []
    for source, _, wire in exact.inputs(one.id):
        if wire.tensor is not None:
            several = maps.get(source, ()) if wire.data else ()
            first = several[0] if several else None
            operands.append(Operand(wire.tensor, first, several, _narrow(exact, source, wire)))
    call = Call(one, tuple(operands), places)
    if not call.maps:
        return ()
    try:
        found = find_handler(call)(call)
    except (UnknownError, LookupError, TypeError, ValueError, ArithmeticError):
        found = []  # an operation, or arguments of it, that nothing here was written for
    if [each.shape for each in found] != [tensor.shape for tensor in one.outputs]:
        found = nothing_known(call)
    return tuple(found)
