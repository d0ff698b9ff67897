"""Compare: from two `Architecture`s to their `Difference`."""

from __future__ import annotations

from visualize.compare.align import Aligner, Pairs, surroundings
from visualize.compare.between import pair_between
from visualize.compare.changes import gather
from visualize.compare.skips import compare_skips
from visualize.compare.status import find_status
from visualize.compare.subtrees import Tree, hashed, tree_of
from visualize.core.architecture import Architecture
from visualize.core.difference import Difference

__all__ = ["compare"]


def compare(before: Architecture, after: Architecture) -> Difference:
    """What differs between two architectures, by structure and path.

    The difference from the second to the first is the inverse: of two alignments that are equally
    good, one is chosen by an order of the models that does not depend on which comes first.
    """
    old, new = tree_of(before), tree_of(after)
    turned = _rank(new) < _rank(old)
    found = _compare(after, before, new, old) if turned else _compare(before, after, old, new)
    return found.inverse if turned else found


def _rank(tree: Tree) -> tuple[int, str, str]:
    return tree.size, tree.digest, hashed(*(leaf.path for leaf in tree.leaves))


def _compare(before: Architecture, after: Architecture, old: Tree, new: Tree) -> Difference:
    around = (surroundings(before), surroundings(after))
    pairs: Pairs = Aligner((old, around[0]), (new, around[1])).run()
    pair_between(pairs, (before, old), (after, new))
    found = find_status(before, after, pairs, old)
    partners = pairs.operations
    return Difference(
        before,
        after,
        partners,
        found.old,
        found.new,
        tuple(gather(old, new, pairs, found)),
        compare_skips(before, after, partners),
    )
