"""Counts in words."""

from __future__ import annotations

from collections import Counter

from visualize.architecture import Architecture


def summarize_in_a_line(architecture: Architecture) -> str:
    """Parameters, MACs and skip connections: ``11,689,512 parameters, 1.814 G MACs, …``."""
    parts = [f"{architecture.parameters:,} parameters"]
    if architecture.unused_parameters:
        modules = ", ".join(architecture.unused_modules[:4])
        parts[0] += (
            f" ({architecture.unused_parameters:,} unused{': ' if modules else ''}{modules})"
        )
    parts.append(f"{giga(architecture.macs)} MACs")
    kinds = Counter(skip.kind.value for skip in architecture.skips)
    detail = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    total = len(architecture.skips)
    parts.append(f"{total} skip{'' if total == 1 else 's'}" + (f" ({detail})" if detail else ""))
    return ", ".join(parts)


def giga(number: int) -> str:
    """A count of operations with a decimal unit.

    >>> giga(1814073344), giga(56510400), giga(12)
    ('1.814 G', '56.51 M', '12')
    """
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.4g} {unit}"
    return str(number)
