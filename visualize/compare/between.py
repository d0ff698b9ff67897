"""Layers that are not alike, at the same place between partners: one was changed into the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from visualize.compare.align import Pairs
from visualize.compare.subtrees import Tree
from visualize.core.architecture import Architecture

_Key = tuple[str, tuple[str, ...], tuple[str, ...]]


def pair_between(
    pairs: Pairs, old: tuple[Architecture, Tree], new: tuple[Architecture, Tree]
) -> None:
    """Pair layers of one kind that read from partners and are read by partners.

    Args:
        pairs: those found so far; new ones are added.
        old: an architecture and its tree.
        new: the other one.
    """
    partners = pairs.operations
    theirs = _places(*new, pairs.back, lambda node: node)
    for key, olds in _places(*old, pairs.trees, partners.get).items():
        news = theirs.get(key, [])
        if len(olds) == len(news) == 1:
            pairs.add(olds[0], news[0])


def _places(
    architecture: Architecture,
    tree: Tree,
    taken: Collection[Tree],
    name: Callable[[str], str | None],
) -> Mapping[_Key, list[Tree]]:
    """Layers without a partner, by their kind and what is around them."""
    found: dict[_Key, list[Tree]] = defaultdict(list)
    for leaf in tree.leaves:
        operation = leaf.operation
        if operation is None or not operation.weights or leaf in taken:
            continue
        reads = [name(source) for source, _, _ in architecture.inputs(operation.id)]
        readers = [name(reader) for reader in architecture.graph.successors(operation.id)]
        known = [one for one in (*reads, *readers) if one is not None]
        if reads and readers and len(known) == len(reads) + len(readers):
            cut = len(reads)
            found[operation.does, tuple(known[:cut]), tuple(sorted(known[cut:]))].append(leaf)
    return found
