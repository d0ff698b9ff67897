"""Simplify: from an exact `Architecture` to one with fewer boxes that has lost nothing."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence

from visualize.architecture import Architecture, Role
from visualize.simplify.choose import Choice, mark_closed, open_groups
from visualize.simplify.collapse import collapse, mark_groups
from visualize.simplify.fold import fold
from visualize.simplify.fuse import fuse_layers, fuse_skip_branches
from visualize.simplify.hide import hide
from visualize.simplify.idioms import RULES, Rule, name_formulas, name_idioms
from visualize.simplify.part import only
from visualize.simplify.prune import prune_plumbing, prune_quiet, prune_unused

__all__ = ["RULES", "Choice", "Level", "Rule", "only", "simplify"]


class Level(str, enum.Enum):
    """How much a figure shows, from all operations to stages only."""

    AUTO = "auto"
    STAGE = "stage"
    BLOCK = "block"
    LAYER = "layer"
    OP = "op"


# What is collapsed to one box at each level.
_COLLAPSED = {
    Level.OP: frozenset[Role](),
    Level.LAYER: frozenset[Role](),
    Level.BLOCK: frozenset({Role.BLOCK}),
    Level.STAGE: frozenset({Role.BLOCK, Role.STAGE}),
}


def simplify(
    architecture: Architecture,
    level: Level,
    *,
    folded: bool = True,
    choice: Choice | None = None,
    depth: int | None = None,
    hidden: Collection[str] = (),
    idioms: Sequence[Rule] = (),
) -> Architecture:
    """Simplify an exact architecture to ``level``, which must not be auto.

    At every level each operation is in exactly one box, and parameters and MACs sum to the
    model's.

    Args:
        architecture: the exact graph.
        level: how much to show.
        folded: whether one copy is left of what repeats.
        choice: modules that are open or closed whatever the level.
        depth: how many steps below the model every module is closed and every computation
            between them one box, for a figure of less than the level shows.
        hidden: paths of modules that are not drawn; see `hide`.
        idioms: rules that are tried before those of the program.
    """
    detailed = _detailed(architecture, level, (*idioms, *RULES))
    if depth is not None:
        choice = (choice or Choice()).at_depth(depth, architecture.modules)
    if choice is None:
        simplified = collapse(detailed, _COLLAPSED[level]) if _COLLAPSED[level] else detailed
    else:
        opened = open_groups(detailed, choice)
        marked, closed = mark_closed(detailed, choice)
        simplified = collapse(
            marked,
            _COLLAPSED[level],
            closed=closed,
            opened=opened,
            brief=depth is not None,
        )
    if hidden:
        simplified = hide(simplified, hidden)
    return fold(architecture, simplified) if folded else simplified


def _detailed(exact: Architecture, level: Level, rules: Sequence[Rule]) -> Architecture:
    """All operations or, at other levels than that, all layers; with their groups."""
    pruned = prune_plumbing(exact)
    if level is Level.OP:
        return mark_groups(pruned)
    named = name_formulas(name_idioms(exact, prune_unused(pruned), rules))
    return mark_groups(fuse_skip_branches(fuse_layers(prune_quiet(named))))
