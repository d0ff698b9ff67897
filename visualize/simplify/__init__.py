"""Simplify: from an exact `Architecture` to one with fewer boxes that has lost nothing."""

from __future__ import annotations

import enum

from visualize.architecture import Architecture, Role
from visualize.simplify.collapse import collapse, mark_groups
from visualize.simplify.fuse import fuse_layers, fuse_skip_branches
from visualize.simplify.prune import prune_plumbing, prune_quiet

__all__ = ["Level", "simplify"]

# A figure with more boxes does not fit a page.
_MOST_BOXES = 40


class Level(str, enum.Enum):
    """How much a figure shows, from all operations to stages only."""

    AUTO = "auto"
    STAGE = "stage"
    BLOCK = "block"
    LAYER = "layer"
    OP = "op"


def simplify(architecture: Architecture, level: Level = Level.AUTO) -> tuple[Architecture, Level]:
    """Simplify an exact architecture to ``level``; also return the level that was chosen.

    ``auto`` is the most detailed of layer, block and stage whose figure fits a page. At every
    level each operation is in exactly one box, and parameters and MACs sum to the model's.
    """
    if level is not Level.AUTO:
        return _at_level(architecture, level), level
    for candidate in (Level.LAYER, Level.BLOCK, Level.STAGE):
        simplified = _at_level(architecture, candidate)
        if sum(layer.role is not Role.MERGE for layer in simplified.layers) <= _MOST_BOXES:
            break
    return simplified, candidate


def _at_level(architecture: Architecture, level: Level) -> Architecture:
    pruned = prune_plumbing(architecture)
    if level is Level.OP:
        return mark_groups(pruned)
    layers = mark_groups(fuse_skip_branches(fuse_layers(prune_quiet(pruned))))
    if level is Level.LAYER:
        return layers
    return collapse(layers, Role.BLOCK if level is Level.BLOCK else Role.STAGE)
