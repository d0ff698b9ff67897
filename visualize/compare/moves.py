"""What was moved: its partner is in another call, or comes in another order."""

from __future__ import annotations

import itertools
from collections.abc import Set

from visualize.compare.align import Pairs
from visualize.compare.sequences import heaviest_increasing
from visualize.compare.subtrees import Tree

_PARAMETER = 1 << 32  # what a parameter weighs; an operation weighs 1


def moved_elsewhere(root: Tree, pairs: Pairs) -> set[Tree]:
    """The trees of the first model whose partner is in another call, and what is in them."""
    moved: set[Tree] = set()
    for tree in root.trees:
        other = pairs.trees.get(tree)
        if other is not None and tree.around is not None:
            around = pairs.trees.get(tree.around)
            if around is not other.around or tree.around in moved:
                moved.add(tree)
    return moved


def moved_in_order(root: Tree, pairs: Pairs, rewired: Set[str]) -> set[Tree]:
    """The trees of the first model that come in another order in the call around them.

    Of the children of a call, those that are in order and have the most parameters together were
    not moved; nor was what reads the same inputs as before: only its line of code is elsewhere.

    Args:
        root: of the first model.
        pairs: the partners.
        rewired: the ids of the operations that read another input.
    """
    order = {tree: place for place, tree in enumerate(pairs.trees[root].trees)}
    moved: set[Tree] = set()
    for tree in root.trees:
        other = pairs.trees.get(tree)
        if tree.around in moved:
            moved.add(tree)
        if other is None:
            continue
        kept = [
            part for part in tree.parts if part in pairs.trees and pairs.trees[part].around is other
        ]
        places = [order[pairs.trees[part]] for part in kept]
        if all(here < there for here, there in itertools.pairwise(places)):
            continue
        weights = [part.parameters * _PARAMETER + part.size for part in kept]
        stayed = {kept[place] for place in heaviest_increasing(places, weights)}
        moved.update(
            part
            for part in kept
            if part not in stayed
            and any(leaf.operation.id in rewired for leaf in part.leaves if leaf.operation)
        )
    return moved
