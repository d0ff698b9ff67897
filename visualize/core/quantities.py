"""Format counts as papers do, and parse lengths as users write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from visualize.core.errors import UsageError, shorten

_POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0, "px": 0.75}
_LENGTH = re.compile(r"(\d+\.?\d*|\.\d+) *(\w*)")


def parse_length(text: str, where: str = "") -> float:
    """Convert a length such as ``3.25in``, ``8.5cm``, ``85mm`` or ``240pt`` to points.

    Args:
        text: the length.
        where: the option or key it was given for, for the error message.

    Raises:
        UsageError: ``text`` is not a length, or not a positive one.

    >>> parse_length("3.25in"), round(parse_length("8.5 cm"), 2)
    (234.0, 240.94)
    """
    match = _LENGTH.fullmatch(text.strip())
    points = float(match[1]) * _POINTS.get(match[2], 0.0) if match else 0.0
    if not 0 < points < 1e5:
        raise UsageError(
            f"{shorten(text)!r} is not a length", where=where, hint="use one like 3.25in or 8.5cm"
        )
    return points


def count(number: int) -> str:
    """A number of parameters, in thousands, millions, billions or trillions.

    >>> [count(n) for n in (999, 9408, 999_950, 11689512, 405853388800)]
    ['999', '9.4 k', '1.0 M', '11.7 M', '405.9 B']
    """
    return _with_one_decimal(number, ("k", "M", "B", "T")) or str(number)


def amount(number: int) -> str:
    """A number of parameters that no reader takes for a width: small ones are named.

    >>> [amount(n) for n in (1, 768, 9408)]
    ['1 param', '768 params', '9.4 k']
    """
    if number < 1000:
        return f"{number} param" if number == 1 else f"{number} params"
    return count(number)


def giga(number: int) -> str:
    """A number of operations with four significant digits and a decimal unit.

    >>> giga(1814073344), giga(56510400), giga(999_996), giga(12)
    ('1.814 G', '56.51 M', '1 M', '12')
    """
    return _with_digits(number, 4)


def flops(macs: int) -> str:
    """The floating-point operations of some MACs, two for each, with three significant digits.

    >>> flops(1814073344), flops(499_800), flops(48)
    ('3.63 GFLOPs', '1 MFLOPs', '96 FLOPs')
    """
    value, _, unit = _with_digits(2 * macs, 3).partition(" ")
    return f"{value} {unit}FLOPs"


def _with_digits(number: int, digits: int) -> str:
    if number < 1000:
        return str(number)
    value = float(number)
    for unit in ("k", "M", "G", "T"):
        value /= 1000
        # What rounds to 1000 belongs to the next unit.
        if float(f"{value:.{digits}g}") < 1000:
            return f"{value:.{digits}g} {unit}"
    return f"{value:.0f} T"


def memory(size: int) -> str:
    """A number of bytes with a decimal unit.

    >>> memory(512), memory(3211264), memory(5_000_000_000_000)
    ('512 B', '3.2 MB', '5.0 TB')
    """
    return _with_one_decimal(size, ("kB", "MB", "GB", "TB")) or f"{size} B"


def _with_one_decimal(number: int, units: Sequence[str]) -> str:
    """``number`` in the first of ``units``, each 1000 of the one before, in which it is < 1000.

    Larger numbers take the last unit; numbers below 1000 take none, and the result is empty.
    """
    if number < 1000:
        return ""
    value = float(number)
    for unit in units:
        value /= 1000
        if round(value, 1) < 1000:  # what rounds to 1000 belongs to the next unit
            return f"{value:.1f} {unit}"
    return f"{value:.1f} {units[-1]}"
