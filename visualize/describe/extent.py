"""The extent of a feature: how wide it is, and its total stride against the input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.operators import CONVOLUTION, TRANSPOSED_CONVOLUTION, family
from visualize.describe.receptive import ReceptiveFields, strides

_WITH_KERNEL = CONVOLUTION | TRANSPOSED_CONVOLUTION
_ROUNDED = 0.2  # how far convolutions without padding may be from a power of two
_NEAR = 0.03  # and from another small number
_SMALL = 16


@dataclass(frozen=True, slots=True)
class Extent:
    """Channels and positions of a feature.

    Attributes:
        width: number of channels; 0 if they are not known.
        places: number of positions.
        stride: of the positions against those of the input, along each axis; one number where
            positions are in one row, as tokens are; empty if it is not known.
    """

    width: int = 0
    places: int = 1
    stride: tuple[int, ...] = ()


def input_places(exact: Architecture) -> tuple[int, ...]:
    """The positions along each axis of the input that the first convolution works on.

    Empty for tokens, vectors and all else that has no places.
    """
    for one in exact.operations:
        if one.weight and family(one.does) in CONVOLUTION:
            source = _input_of(exact, one)
            shape = source.outputs[0].shown if source else ()
            if len(shape) > 1:
                channels = _input_channels(shape, one.weight.inputs)
                return (*shape[:channels], *shape[channels + 1 :])
    return ()


def _input_channels(shape: tuple[int, ...], read: int) -> int:
    """The index of the dimension of channels of an input, of which a convolution reads so many."""
    last = len(shape) - 1
    fitting = [axis for axis in (0, last) if shape[axis] == read]
    return fitting[0] if fitting else 0 if shape[0] <= shape[last] else last


def _input_of(exact: Architecture, layer: Operation) -> Operation | None:
    """The input from which a chain of operations without weights leads to ``layer``."""
    one = layer
    while len(sources := exact.data_sources(one.id)) == 1:
        one = exact.operation(sources[0])
        if one.kind is NodeKind.INPUT or one.weight:
            break
    return one if one.kind is NodeKind.INPUT else None


@dataclass(frozen=True)
class Extents:
    """The extents of the features of a model.

    Attributes:
        places: positions of the input along each axis.
        fields: what its tensors see of the input.
    """

    places: tuple[int, ...]
    fields: ReceptiveFields

    def of(self, part: Sequence[Operation], result: Operation | None) -> Extent:
        """The extent of what an operation of a part makes.

        Its channels are the dimension, first or last, that the last layer of the part makes; else
        the one without which the rest is in proportion to the input. Where they are split into
        several dimensions, neither channels nor positions are known.

        Args:
            part: the operations, in order.
            result: one of them.
        """
        shape = result.outputs[0].shown if result else ()
        layers = [one for one in part if one.weight]
        if not result or not shape or (layers and _is_split(shape, layers[-1])):
            return Extent()
        axis = _channels(shape, layers[-1] if layers else None, self.places)
        others = [*shape]
        width = others.pop(axis)
        stride = self._moves(result, axis) or stride_of(tuple(others), self.places)
        return Extent(width, math.prod(others), stride)

    def _moves(self, result: Operation, channels: int) -> tuple[int, ...]:
        """The stride by what neighbouring positions see of the input, if that is known."""
        axis = channels - len(result.outputs[0].shown)
        moves = strides(self.fields.followed, result.id, axis)
        moves = moves if len(moves) == len(self.places) else ()
        in_one_row = len(result.outputs[0].shown) == 2
        return (moves[:1] if len(set(moves)) == 1 else ()) if in_one_row else moves


def _is_split(shape: tuple[int, ...], layer: Operation) -> bool:
    """Whether what a layer makes has become axes of its own: heads, or the rows of a matrix."""
    made = layer.outputs[0].shown if layer.outputs else shape
    return len(shape) > len(made) and layer.weight is not None and layer.weight.outputs not in shape


def _channels(shape: tuple[int, ...], layer: Operation | None, places: tuple[int, ...]) -> int:
    """The index of the dimension of channels."""
    last = len(shape) - 1
    weight = layer.weight if layer else None
    usual = last
    if layer and weight and family(layer.does) in _WITH_KERNEL:
        usual = min(max(last - (len(weight.shape) - 2), 0), last)
    candidates = dict.fromkeys([usual, 0, last])
    made = [axis for axis in candidates if weight and shape[axis] == weight.outputs]
    if len(made) == 1:
        return made[0]
    placed = [axis for axis in candidates if stride_of((*shape[:axis], *shape[axis + 1 :]), places)]
    return placed[0] if len(placed) == 1 else usual


def stride_of(sizes: tuple[int, ...], places: tuple[int, ...]) -> tuple[int, ...]:
    """The stride from ``places`` to ``sizes`` along each axis; empty if it is not known.

    >>> stride_of((56, 56), (224, 224)), stride_of((3136,), (224, 224)), stride_of((13,), (224,))
    ((4, 4), (4,), (16,))
    """
    if len(sizes) == 1 and len(places) > 1:
        ratio = math.prod(places) / (sizes[0] or 1)
        side = round(ratio ** (1 / len(places)))
        return (side,) if side ** len(places) == ratio else ()
    if not sizes or len(sizes) != len(places):
        return ()
    strides = tuple(_ratio(whole, part) for whole, part in zip(places, sizes, strict=True))
    return strides if all(strides) else ()


def _ratio(whole: int, part: int) -> int:
    """How often ``part`` is in ``whole``, but for what is lost at borders; 0 if that is unknown."""
    if not 0 < part <= whole:
        return 0
    ratio = whole / part
    near, power = round(ratio), 1 << round(math.log2(ratio))
    if ratio == near:
        return near
    if abs(ratio - power) <= _ROUNDED * power:
        return power
    return near if near <= _SMALL and abs(ratio - near) <= _NEAR * near else 0
