"""Simplify: from an exact `Architecture` to a `Diagram` with fewer boxes that loses nothing."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.diagram import Diagram, GroupKind
from visualize.core.errors import UsageError
from visualize.simplify.choose import Choice, expanded_groups, mark_collapsed
from visualize.simplify.collapse import collapse
from visualize.simplify.fold import fold
from visualize.simplify.functions import close_functions
from visualize.simplify.fuse import fuse
from visualize.simplify.groups import mark_groups
from visualize.simplify.hide import hide
from visualize.simplify.idioms import RULES, Rule, name_formulas, name_idioms
from visualize.simplify.indices import absorb_index_work, close_index_work
from visualize.simplify.mixes import name_mixes
from visualize.simplify.part import only
from visualize.simplify.prune import prune_plumbing, prune_quiet, prune_unused
from visualize.simplify.roles import name_roles
from visualize.simplify.scales import close_scales, has_scales
from visualize.simplify.sublayers import close_sublayers
from visualize.simplify.sums import join_sums

__all__ = ["RULES", "Choice", "Rule", "Simplifier", "only", "simplify"]


# What is collapsed to one box at each level.
_COLLAPSED = {
    Level.OP: frozenset[GroupKind](),
    Level.LAYER: frozenset[GroupKind](),
    Level.SUBLAYER: frozenset(),
    Level.BLOCK: frozenset({GroupKind.BLOCK}),
    Level.STAGE: frozenset({GroupKind.BLOCK, GroupKind.STAGE}),
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
) -> Diagram:
    """The diagram of an exact architecture at one level; see `Simplifier`."""
    simplifier = Simplifier(architecture, idioms)
    return simplifier.to(level, folded=folded, choice=choice, depth=depth, hidden=hidden)


class Simplifier:
    """Simplifies an exact architecture to any level; what levels share is computed once.

    At every level each operation is in exactly one box, and parameters and MACs sum to the
    model's.

    Args:
        architecture: the exact graph.
        idioms: rules that are tried before the built-in ones.
        closes_functions: whether a function that the model marks as one operation is one box, or
            what it computes is seen as if it were written in the module that calls it.

    Raises:
        UsageError: one of ``idioms`` is not a rule.
    """

    def __init__(
        self,
        architecture: Architecture,
        idioms: Sequence[Rule] = (),
        *,
        closes_functions: bool = True,
    ) -> None:
        for rule in idioms:
            if not isinstance(rule, Rule):
                raise UsageError(
                    f"idioms must be rules, not {type(rule).__name__}",
                    hint="make one with visualize.Rule or visualize.activation",
                )
        self.exact = architecture
        self.idioms = tuple(idioms)
        self.rules = (*idioms, *RULES)
        self.closes_functions = closes_functions

    def to(
        self,
        level: Level,
        *,
        folded: bool = True,
        choice: Choice | None = None,
        depth: int | None = None,
        hidden: Collection[str] = (),
        by_scale: bool = False,
    ) -> Diagram:
        """Simplify to ``level``, which must not be auto.

        Args:
            level: how much to show.
            folded: whether only one copy of what repeats is kept.
            choice: modules that are expanded or collapsed at every level.
            depth: how many steps below the model every module is collapsed, and every computation
                between them one box, for a figure that shows less than the level does.
            hidden: paths of modules that are not drawn; see `hide`.
            by_scale: whether all that a U does at one resolution is one box; see `close_scales`.
        """
        detailed = self._operations if level is Level.OP else self._layers
        if depth is not None:
            choice = (choice or Choice()).at_depth(depth, self.exact.modules)
        if choice is None:
            simplified = collapse(detailed, _COLLAPSED[level]) if _COLLAPSED[level] else detailed
        else:
            expanded = expanded_groups(detailed, choice)
            marked, collapsed = mark_collapsed(detailed, choice)
            simplified = collapse(
                marked,
                _COLLAPSED[level],
                collapsed=collapsed,
                expanded=expanded,
                brief=depth is not None,
            )
        if level is Level.SUBLAYER:
            simplified = close_sublayers(simplified, choice.expanded if choice else ())
        if by_scale:
            simplified = close_scales(simplified)
        if hidden:
            simplified = hide(simplified, hidden)
        if not folded:
            return simplified
        return self.layers if simplified is self._layers else fold(simplified)

    @functools.cached_property
    def has_scales(self) -> bool:
        """Whether the model is a U, so that ``by_scale`` makes a difference."""
        return has_scales(self.exact)

    @functools.cached_property
    def layers(self) -> Diagram:
        """The level layer, without choices."""
        return fold(self._layers)

    @functools.cached_property
    def _pruned(self) -> Diagram:
        return prune_plumbing(Diagram.of(self.exact))

    @functools.cached_property
    def _operations(self) -> Diagram:
        """All operations, with their groups."""
        return mark_groups(self._pruned)

    @functools.cached_property
    def _layers(self) -> Diagram:
        """All layers, with their groups."""
        whole = Diagram.of(self.exact)
        closed = close_functions(whole) if self.closes_functions else whole
        used = prune_unused(self._pruned if closed is whole else prune_plumbing(closed))
        named = name_formulas(name_idioms(name_mixes(close_index_work(used)), self.rules))
        quiet = prune_quiet(absorb_index_work(named))
        return name_roles(mark_groups(join_sums(fuse(quiet))))
