"""Counts as papers write them, and lengths as users do."""

from __future__ import annotations

import re

from visualize.core.errors import UsageError, shorten

_POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0, "px": 0.75}
_LENGTH = re.compile(r"(\d+\.?\d*|\.\d+) *(\w*)")


def parse_length(text: str, where: str = "") -> float:
    """A length in points: ``3.25in``, ``8.5cm``, ``85mm`` or ``240pt``.

    Raises:
        UsageError: it is no length, or none above zero.

    >>> parse_length("3.25in"), round(parse_length("8.5 cm"), 2)
    (234.0, 240.94)
    """
    match = _LENGTH.fullmatch(text.strip())
    points = float(match[1]) * _POINTS.get(match[2], 0.0) if match else 0.0
    if not 0 < points < 1e5:
        raise UsageError(
            f"{shorten(text)!r} is no length", where=where, hint="use one like 3.25in or 8.5cm"
        )
    return points


def count(number: int) -> str:
    """A number of parameters.

    >>> [count(n) for n in (999, 9408, 73984, 11689512, 405853388800)]
    ['999', '9.4 k', '74.0 k', '11.7 M', '405.9 B']
    """
    if number < 1000:
        return str(number)
    value = float(number)
    for unit in ("k", "M", "B"):
        value /= 1000
        if round(value, 1) < 1000:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} T"


def giga(number: int) -> str:
    """A number of operations, with a decimal unit.

    >>> giga(1814073344), giga(56510400), giga(12)
    ('1.814 G', '56.51 M', '12')
    """
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.4g} {unit}"
    return str(number)


def memory(size: int) -> str:
    """A number of bytes.

    >>> memory(512), memory(3211264)
    ('512 B', '3.2 MB')
    """
    if size < 1000:
        return f"{size} B"
    return (
        count(size)
        .replace(" B", " G")
        .replace(" k", " kB")
        .replace(" M", " MB")
        .replace(" G", " GB")
    )
