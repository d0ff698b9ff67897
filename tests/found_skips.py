"""What the analysis of skip connections finds, in short."""

from __future__ import annotations

from tests.graphs import Net
from visualize.annotate.skips import find_skips
from visualize.core.architecture import Architecture, Skip

Found = tuple[str, str, str, tuple[str, ...]]


def found(net: Net | Architecture) -> list[Found]:
    """Every skip connection of a network as ``(kind, fork, merge, branch)``."""
    return [essence(skip) for skip in find_skips(net.graph)]


def essence(skip: Skip) -> Found:
    return (skip.kind.value, skip.fork, skip.merge, skip.branch)
