"""Receptive fields: how much of the input one value of a feature map depends on.

Along each dimension a map has a field r and a distance j between neighbours, both in pixels of
the input. A convolution or pooling of kernel k, stride s and dilation d makes of them
r + (k − 1)·d·j and j·s; see Araujo, Norris and Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019. Where branches meet, the widest counts. Statistics
that normalisation takes over a whole map are left out of account, as in all published numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.operators import (
    CONVOLUTION,
    KEEPS_PLACES,
    LINEAR,
    POOL,
    REDUCTION,
    RESAMPLE,
    TRANSPOSED_CONVOLUTION,
    family,
)
from visualize.core.summary import ReceptiveField

_STEP = re.compile(r"slice\([^()]*, [^()]*, (?!None\b|1\b)[^()]+\)")


@dataclass(frozen=True, slots=True)
class _Field:
    """Field and distance along each dimension of an image."""

    size: tuple[float, ...]
    step: tuple[float, ...]

    def seen_through(
        self, kernel: Sequence[float], stride: Sequence[float], dilation: Sequence[float]
    ) -> _Field:
        """The field behind a window that slides over this one."""
        size = tuple(
            r + (k - 1) * d * j for r, j, k, d in zip(self.size, self.step, kernel, dilation)
        )
        return _Field(size, tuple(j * s for j, s in zip(self.step, stride)))

    def whole(self) -> _Field:
        """The field of a value that depends on the whole input."""
        return _Field((math.inf,) * len(self.size), self.step)


def receptive_fields(architecture: Architecture) -> Mapping[str, ReceptiveField]:
    """The receptive field of every operation on images, in pixels; infinite where it is all.

    The result is empty unless the network consists of convolutions and of operations that keep
    values in their places, without attention or sampling at computed places.
    """
    data = {target for _, target, wire in architecture.wires if wire.data}
    works = [
        operation
        for operation in architecture.operations
        if operation.id in data and operation.outputs
    ]
    if not all(
        _keeps_places(operation) for operation in works if operation.kind is not NodeKind.OUTPUT
    ):
        return {}
    fields: dict[str, _Field] = {}
    for operation in architecture.operations:
        if operation.kind is NodeKind.INPUT:
            dimensions = len(operation.outputs[0].shape) - 2 if operation.outputs else 0
            if dimensions > 0:
                fields[operation.id] = _Field((1.0,) * dimensions, (1.0,) * dimensions)
            continue
        before = [
            fields[source]
            for source, _, wire in architecture.inputs(operation.id)
            if wire.data and source in fields
        ]
        if before and len({len(field.size) for field in before}) == 1:
            widest = _Field(
                tuple(map(max, zip(*(field.size for field in before)))),
                tuple(map(max, zip(*(field.step for field in before)))),
            )
            fields[operation.id] = _behind(architecture, operation, widest)
    return {node: field.size for node, field in fields.items()}


def _keeps_places(operation: Operation) -> bool:
    """Whether it is known which part of its input each value of an operation depends on."""
    return family(operation.type) in KEEPS_PLACES and not _STEP.search(str(operation.attributes))


def _behind(architecture: Architecture, one: Operation, field: _Field) -> _Field:
    name = family(one.type)
    dimensions = len(field.size)
    given = _input_sizes(architecture, one)
    made = one.outputs[0].shape if one.outputs else ()
    if name in POOL and "adaptive" in name:
        return _adaptive(field, given[-dimensions:], made[-dimensions:])
    if name in CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL:
        kernel = _sizes(one, "kernel_size", dimensions, _kernel(architecture, one, dimensions))
        stride = _sizes(one, "stride", dimensions, kernel if name in POOL else (1,) * dimensions)
        dilation = _sizes(one, "dilation", dimensions, (1,) * dimensions)
        if name in TRANSPOSED_CONVOLUTION:
            # A value is made from every stride-th value of the kernel.
            kernel = tuple(math.ceil(k / s) for k, s in zip(kernel, stride))
            stride = tuple(1 / s for s in stride)
        return field.seen_through(kernel, stride, dilation)
    if name in RESAMPLE and len(given) == len(made) == dimensions + 2:
        scale = [out / into if into else 1.0 for out, into in zip(made[2:], given[2:])]
        nearest = "nearest" in str(one.attributes.get("mode", "")) or "pixel" in name
        kernel = tuple(1 if nearest else 2 for _ in scale)
        return field.seen_through(kernel, [1 / factor for factor in scale], (1,) * dimensions)
    if len(given) > 2 and len(made) <= 2 and math.prod(given[2:]) > 1:
        return field.whole()
    if name in REDUCTION and len(given) == dimensions + 2 and _joins_places(one, given, made):
        return field.whole()
    if name in LINEAR and len(made) <= 2 and len(given) <= 2:
        return field.whole()
    return field


def _adaptive(field: _Field, given: Sequence[int], made: Sequence[int]) -> _Field:
    """Pooling to a given size, with windows that are wide enough to cover the whole input."""
    if all(out == 1 for out in made):
        return field.whole()
    kernel = [math.ceil(into / out) for into, out in zip(given, made)]
    return field.seen_through(
        kernel, [into / out for into, out in zip(given, made)], (1,) * len(kernel)
    )


def _input_sizes(architecture: Architecture, operation: Operation) -> tuple[int, ...]:
    for _, _, wire in architecture.inputs(operation.id):
        if wire.data and wire.tensor:
            return wire.tensor.shape
    return ()


def _joins_places(operation: Operation, given: Sequence[int], made: Sequence[int]) -> bool:
    """Whether a reduction goes over the places of a map, and not over its channels alone."""
    dimension = operation.attributes.get("dim")
    if dimension is None:
        return len(made) < len(given)
    over = dimension if isinstance(dimension, (list, tuple)) else [dimension]
    return any(isinstance(one, int) and one % len(given) > 1 for one in over)


def _kernel(architecture: Architecture, operation: Operation, dimensions: int) -> tuple[int, ...]:
    """The kernel of a convolution that is a function, known by the shape of its weight."""
    for _, _, wire in architecture.inputs(operation.id):
        if not wire.data and wire.tensor and len(wire.tensor.shape) == dimensions + 2:
            return wire.tensor.shape[2:]
    return (1,) * dimensions


def _sizes(
    operation: Operation, name: str, dimensions: int, otherwise: tuple[float, ...]
) -> tuple[float, ...]:
    value = operation.attributes.get(name)
    if isinstance(value, int):
        return (value,) * dimensions
    if isinstance(value, (list, tuple)) and len(value) == dimensions:
        return tuple(value)
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return tuple(value) * dimensions
    return otherwise
