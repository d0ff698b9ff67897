"""Simplify: from an exact `Architecture` to one with fewer boxes that has lost nothing."""

from __future__ import annotations

import enum

from visualize.architecture import Architecture, Role
from visualize.simplify.collapse import collapse, mark_groups
from visualize.simplify.fold import fold
from visualize.simplify.fuse import fuse_layers, fuse_skip_branches
from visualize.simplify.idioms import name_formulas, name_rotary_embeddings
from visualize.simplify.prune import prune_plumbing, prune_quiet

__all__ = ["Level", "simplify"]


class Level(str, enum.Enum):
    """How much a figure shows, from all operations to stages only."""

    AUTO = "auto"
    STAGE = "stage"
    BLOCK = "block"
    LAYER = "layer"
    OP = "op"


def simplify(architecture: Architecture, level: Level, *, folded: bool = True) -> Architecture:
    """Simplify an exact architecture to ``level``, which must not be auto.

    At every level each operation is in exactly one box, and parameters and MACs sum to the
    model's.

    Args:
        architecture: the exact graph.
        level: how much to show.
        folded: whether one copy is left of what repeats.
    """
    simplified = _at_level(prune_plumbing(architecture), level)
    return fold(architecture, simplified) if folded else simplified


def _at_level(pruned: Architecture, level: Level) -> Architecture:
    if level is Level.OP:
        return mark_groups(pruned)
    named = name_rotary_embeddings(name_formulas(pruned))
    layers = mark_groups(fuse_skip_branches(fuse_layers(prune_quiet(named))))
    if level is Level.LAYER:
        return layers
    return collapse(layers, Role.BLOCK if level is Level.BLOCK else Role.STAGE)
