"""Counts as papers write them."""

from __future__ import annotations


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
