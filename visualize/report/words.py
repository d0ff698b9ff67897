"""Counts in words."""

from __future__ import annotations

from collections import Counter

from visualize.core.architecture import Architecture
from visualize.core.quantities import giga


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
