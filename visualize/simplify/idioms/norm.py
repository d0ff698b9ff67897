"""Norms that are written out, known by what they compute, whatever their class is called.

Layer norm: Ba et al. (2016); root mean square: Zhang and Sennrich, "RMSNorm" (2019); batch norm:
Ioffe and Szegedy (2015); instance norm: Ulyanov et al. (2016); group norm: Wu and He (2018);
response norm: Woo et al., "ConvNeXt V2" (2023).
"""

from __future__ import annotations

import math
from collections.abc import Collection

from visualize.core.architecture import NodeKind
from visualize.core.operators import NORM, SLICE, operator
from visualize.simplify.idioms.formula import ARRANGES, COMPUTED, MOMENTS, Formula
from visualize.simplify.idioms.moments import (
    Centred,
    Given,
    Mean,
    Normed,
    Value,
    bases,
    equals,
    given,
)
from visualize.simplify.idioms.rule import Match, View

# Norms that work along the channels only, in whatever way their input is arranged.
_ALONG_CHANNELS = frozenset({"LayerNorm", "RMSNorm"})


def match_norm(view: View, node: str) -> Match | None:
    """A tensor divided by its deviation or root mean square, with scale and shift.

    The largest region is taken that is a norm: casts and rearrangements before it belong to it if
    the same module does them, and so do those after it that undo them.
    """
    calls = view.layer(node).calls

    def through(each: str) -> bool:
        layer = view.layer(each)
        is_function = layer.core.kind is NodeKind.FUNCTION
        return is_function and layer.calls == calls and view.kind(each) in COMPUTED | NORM

    if not through(node):
        return None
    found: Match | None = None
    for origin, inside in view.regions(node, through):
        if found is None and not _may_be_norm(view, inside):
            continue
        kind = _kind(view, origin, node, inside)
        if kind:
            found = Match(frozenset(inside - {node}), (operator(kind).word or kind,), kind)
        elif found:
            break
    return found


def _may_be_norm(view: View, inside: set[str]) -> bool:
    """Whether something in a region computes a moment or a norm, or uses a stored deviation."""
    return any(
        view.kind(node) in MOMENTS | NORM
        or not view.deviations.isdisjoint(view.layer(node).members)
        for node in inside
    )


def _kind(view: View, origin: str, last: str, inside: set[str]) -> str:
    """The norm that ``last`` is of ``origin``, a type of operation; empty if it is none."""
    formula = Formula(view, origin, view.deviations)
    value = formula.value(view.layer(last).core.id)
    if not isinstance(value, Value) or not _is_restored(formula, value, last):
        return ""
    if _of_stored(value):
        return "BatchNorm"
    if len(value.scales) > 1 or len(value.shifts) > 1:
        return ""
    if len(inside) == 1 and view.kind(last) in NORM and not _makes_weights(view, last):
        return ""
    return _of_function(value) or _of_moments(formula, value)


def _is_restored(formula: Formula, value: Value, last: str) -> bool:
    """Whether what comes out is arranged as what went in."""
    views = {base.view for base in bases(value.powers)}
    if value.moved or views != {""}:
        restored = formula.view.shape(last) == formula.shape("")
        return value.moved and len(views) == 1 and "" not in views and restored
    return formula.view.kind(last) not in ARRANGES | SLICE


def _makes_weights(view: View, node: str) -> bool:
    """Whether weights are computed for a function, as ``1 + weight``."""
    return any(
        one.kind is NodeKind.FUNCTION and one.outputs and one.id != view.layer(node).core.id
        for one in view.layer(node).operations
    )


def _of_stored(value: Value) -> bool:
    """Whether a value is the tensor scaled, channel by channel, by a stored deviation."""
    constants = value.scales + value.shifts
    return (
        value.powers == given("").powers
        and sum(one.deviates for one in value.scales) == 1
        and len(value.scales) <= 2
        and len(value.shifts) <= 2
        and len({one.axes for one in constants}) == 1
        and len(constants[0].axes) == 1
    )


def _of_function(value: Value) -> str:
    """The norm that a function computed of the tensor."""
    for base, exponent in value.powers if len(value.powers) == 1 else ():
        if isinstance(base, Normed) and exponent == 1:
            along = operator(base.name).word in _ALONG_CHANNELS
            single = all(len(one.axes) == 1 for one in value.scales + value.shifts)
            return base.name if single and (along or not base.view) else ""
    return ""


def _of_moments(formula: Formula, value: Value) -> str:
    """The norm that a value is by its powers: ``x · mean(x²)^-½`` is a root mean square norm."""
    moments = {base: power for base, power in value.powers if isinstance(base, Mean)}
    whole = [base for base, power in value.powers if not isinstance(base, Mean) and power == 1]
    if len(whole) != 1 or len(moments) + 1 != len(value.powers):
        return ""
    (base,) = whole
    square = next((each for each in moments if each.of == {(base, 2.0)}), None)
    number = _number(formula, base, square.axes) if square else 0
    if not square or not number or not _fits(formula, value, base, square):
        return ""
    if moments == {square: -0.5}:
        unbiased = math.sqrt((number - 1) / number)
        if isinstance(base, Centred):
            fits = equals(value.factor, 1.0) or equals(value.factor, unbiased)
            return _centred(formula, value, base) if fits else ""
        if equals(value.factor, 1.0):
            return "RMSNorm"
        return "L2Norm" if equals(value.factor, 1 / math.sqrt(number)) else ""
    others = [each for each in moments if each.of == {(square, 0.5)}]
    return "GRN" if others and moments == {square: 0.5, others[0]: -1.0} else ""


def _fits(formula: Formula, value: Value, base: Given | Centred | Normed, square: Mean) -> bool:
    """Whether scale and shift are along the axes of a norm, or along one that may be channels."""
    rank = len(formula.shape(base.view))
    by_channels = isinstance(base, Centred) or value.moved or (square, -0.5) not in value.powers
    return all(
        (len(one.axes) == 1 and by_channels) or {axis + rank for axis in one.axes} <= square.axes
        for one in value.scales + value.shifts
    )


def _number(formula: Formula, base: Given | Centred | Normed, axes: Collection[int]) -> int:
    """How many values there are over some axes."""
    sizes = formula.shape(base.view)
    return math.prod(sizes[axis] for axis in axes)


def _centred(formula: Formula, value: Value, base: Centred) -> str:
    """The name of a norm that subtracts the mean, by the axes over which it is taken."""
    outer, sizes = formula.shape(""), formula.shape(base.view)
    scaled = {axis for one in value.scales + value.shifts for axis in one.axes}
    if base.view and _large(outer) != _large(sizes):
        return _of_split(outer, _number(formula, base, base.axes), -2 in scaled)
    rank = len(sizes)
    channels = {axis + rank for axis in scaled} if not value.moved else set()
    if not channels:
        is_map = rank > 3 and not base.view and base.axes != {rank - 1}
        channels = {1 if is_map else rank - 1}
    if channels <= base.axes:
        return "LayerNorm"
    return "BatchNorm" if 0 in base.axes else "InstanceNorm"


def _of_split(outer: tuple[int, ...], number: int, has_length: bool) -> str:
    """The name of a norm over ``number`` values at a time of a tensor that was split.

    Args:
        outer: shape of the tensor: batch × channels × places, or batch × length × channels.
        number: how many values share a mean.
        has_length: whether a tensor of three axes has its length last.
    """
    has_places = len(outer) > 3 or has_length
    channels = outer[1] if has_places else outer[-1]
    places = math.prod(outer[2:]) if has_places else 1
    if number == channels:
        return "LayerNorm"
    if has_places and number == places:
        return "InstanceNorm"
    return "BatchNorm" if number == outer[0] * places > channels * places else "GroupNorm"


def _large(sizes: tuple[int, ...]) -> list[int]:
    return sorted(size for size in sizes if size > 1)
