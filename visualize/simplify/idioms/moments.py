"""Formulas of a tensor and its moments, as far as norms need them.

A value is a product of powers: of the tensor itself, of the tensor minus its mean, of means of
such products over some axes. So ``x / (x.pow(2).mean(-1) + eps).sqrt()`` is
``x¹ · mean(x²)^-½``, however it is written.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

# The largest number that only keeps a root from being zero: `1 + x²` is no square.
_SMALL = 0.01


@dataclass(frozen=True)
class Given:
    """The tensor that a formula is of, as the operation ``view`` arranges its values."""

    view: str


@dataclass(frozen=True)
class Centred:
    """The tensor minus its mean over ``axes``."""

    view: str
    axes: frozenset[int]


@dataclass(frozen=True)
class Mean:
    """The mean of a product of powers over ``axes``."""

    of: Powers
    axes: frozenset[int]


@dataclass(frozen=True)
class Normed:
    """The tensor after a norm that is called as a function, of the type ``name``."""

    view: str
    name: str


Base: TypeAlias = "Given | Centred | Mean | Normed"
Powers: TypeAlias = "frozenset[tuple[Base, float]]"


@dataclass(frozen=True)
class Constant:
    """A tensor that is no data.

    Attributes:
        axes: those of the result along which it differs, counted from the last: -1, -2, …
        deviates: whether it was made by taking roots of its values, as a deviation from a variance.
        is_gain: whether it is one number that is learnt.
    """

    axes: frozenset[int]
    deviates: bool = False
    is_gain: bool = False


@dataclass(frozen=True)
class Value:
    """A value computed from the tensor.

    Attributes:
        powers: what is multiplied, each with its exponent.
        factor: the number it is multiplied with, apart from a learnt gain; not a number if that is
            unknown.
        scales: the constants that it is multiplied with.
        shifts: the constants that are added to it.
        moved: whether its values were rearranged after they were normalised.
    """

    powers: Powers
    factor: float = 1.0
    scales: tuple[Constant, ...] = ()
    shifts: tuple[Constant, ...] = ()
    moved: bool = False

    @property
    def is_statistic(self) -> bool:
        """Whether it is made of moments alone."""
        return bool(self.powers) and all(isinstance(base, Mean) for base, _ in self.powers)

    @property
    def arrangement(self) -> str | None:
        """The operation that arranges its values, where it is the tensor itself; else None."""
        for base, exponent in self.powers if len(self.powers) == 1 and self.is_plain else ():
            if isinstance(base, Given) and exponent == 1:
                return base.view
        return None

    @property
    def is_plain(self) -> bool:
        """Whether nothing was multiplied with it or added to it but numbers."""
        return not (self.scales or self.shifts or self.moved)


Operand: TypeAlias = "Value | Constant | float"


def given(view: str, factor: float = 1.0) -> Value:
    """The tensor itself, times a number."""
    return Value(frozenset({(Given(view), 1.0)}), factor)


def equals(factor: float, expected: float) -> bool:
    """Whether a factor is the number expected, as far as it is known.

    >>> equals(0.5, 0.5), equals(math.nan, 3.0), equals(2.0, 3.0)
    (True, True, False)
    """
    return math.isnan(factor) or math.isclose(factor, expected, rel_tol=1e-4)


def multiply(one: Operand, other: Operand) -> Operand | None:
    """The product of two operands; None if it is none that a norm has."""
    if isinstance(one, Value):
        if isinstance(other, Value):
            return _product(one, other)
        if isinstance(other, Constant):
            if other.is_gain:  # on top of the norm, which is what it is by the other numbers
                return one
            if not other.axes:  # one number, which is not known
                return replace(one, factor=math.nan)
            return replace(one, scales=(*one.scales, other))
        return replace(one, factor=one.factor * other) if not one.shifts else None
    if isinstance(other, Value):
        return multiply(other, one)
    return one * other if isinstance(one, float) and isinstance(other, float) else None


def power(value: Operand, exponent: float) -> Operand | None:
    """A power of an operand; None if it is none that a norm has."""
    if isinstance(value, Constant):
        is_root = value.axes and not float(exponent).is_integer()
        return replace(value, deviates=value.deviates or bool(is_root))
    if isinstance(value, Value):
        if not value.is_plain or not exponent:
            return None
        factor = _power(value.factor, exponent)
        powers = frozenset((base, each * exponent) for base, each in value.powers)
        return Value(powers, factor) if factor is not None else None
    return _power(value, exponent)


def add(one: Operand, other: Operand) -> Operand | None:
    """The sum of two operands; None if it is none that a norm has."""
    if isinstance(one, Value) and isinstance(other, Value):
        return _sum(one, other) or _sum(other, one)
    if isinstance(other, Value):
        return add(other, one)
    if not isinstance(one, Value):
        return one + other if isinstance(one, float) and isinstance(other, float) else None
    if one.is_plain and one.is_statistic:  # a small number that keeps a root from being zero
        is_small = abs(other) <= _SMALL if isinstance(other, float) else not other.axes
        return one if is_small else None
    if isinstance(other, Constant) and other.axes:
        return replace(one, shifts=(*one.shifts, other))
    return None


def mean(
    value: Operand, axes: Collection[int], factor: float = 1.0, *, kept: bool = False
) -> Value | None:
    """The mean over ``axes``, times a number; None if ``value`` is no product of powers.

    Args:
        value: of what.
        axes: counted in the tensor that is averaged.
        factor: the number.
        kept: whether axes over which it was averaged before still count, with a size of one.
    """
    if not isinstance(value, Value) or not value.is_plain:
        return None
    over, powers = frozenset(axes), value.powers
    for base, exponent in powers if len(powers) == 1 else ():  # a mean of means is one mean
        if isinstance(base, Mean) and exponent == 1 and (kept or max(over) < min(base.axes)):
            over, powers = over | base.axes, base.of
    return Value(frozenset({(Mean(powers, over), 1.0)}), value.factor * factor)


def variance(value: Operand, axes: Collection[int], factor: float = 1.0) -> Value | None:
    """The variance over ``axes``, times a number; None if ``value`` is not the tensor."""
    if not isinstance(value, Value) or not value.is_plain:
        return None
    wanted = frozenset(axes)
    for base, exponent in value.powers if len(value.powers) == 1 else ():
        if exponent == 1 and not isinstance(base, Mean):
            if isinstance(base, Centred) and base.axes != wanted:
                return None
            squares = frozenset({(Centred(base.view, wanted), 2.0)})
            found = frozenset({(Mean(squares, wanted), 1.0)})
            return Value(found, value.factor**2 * factor)
    return None


def bases(powers: Powers) -> Iterator[Given | Centred | Normed]:
    """The tensors behind powers and the moments in them."""
    for base, _ in powers:
        if isinstance(base, Mean):
            yield from bases(base.of)
        else:
            yield base


def _product(one: Value, other: Value) -> Value | None:
    if one.shifts or other.shifts or one.moved or other.moved:
        return None
    exponents = dict(one.powers)
    for base, exponent in other.powers:
        exponents[base] = exponents.get(base, 0.0) + exponent
    powers = frozenset((base, exponent) for base, exponent in exponents.items() if exponent)
    return Value(powers, one.factor * other.factor, one.scales + other.scales)


def _sum(one: Value, other: Value) -> Value | None:
    """What is left of ``one`` when ``other``, which is negative, is added to it."""
    if not one.is_plain or not other.is_plain or not equals(-other.factor, one.factor):
        return None
    for moment, exponent in other.powers if len(other.powers) == 1 else ():
        view = _view_of_mean(moment)
        if isinstance(moment, Mean) and view is not None:
            whole, square = (frozenset({(Given(view), power)}) for power in (1.0, 2.0))
            if exponent == 1 and one.powers == whole:
                return Value(frozenset({(Centred(view, moment.axes), 1.0)}), one.factor)
            if exponent == 2 and one.powers == {(Mean(square, moment.axes), 1.0)}:
                return variance(given(view), moment.axes, one.factor)
    return None


def _view_of_mean(moment: Base) -> str | None:
    """The arrangement of the tensor of which ``moment`` is the mean, if it is one."""
    return Value(moment.of).arrangement if isinstance(moment, Mean) else None


def _power(number: float, exponent: float) -> float | None:
    if math.isnan(number):
        return number
    try:
        result = number**exponent
    except ArithmeticError:
        return None
    return result if isinstance(result, float) else None
