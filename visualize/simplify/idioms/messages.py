"""Message passing: the features of neighbours, perhaps weighted, are added up in each node.

Gilmer et al., "Neural Message Passing for Quantum Chemistry" (2017).
"""

from __future__ import annotations

from visualize.core.operators import COPIES, MOVES, SLICE, MergeType, family, merge_type
from visualize.core.phrases import phrase, verbatim
from visualize.simplify.idioms.rule import Match, View

# What adds or compares the rows that have the same index.
_REDUCE = frozenset({"scatteradd", "indexadd", "scatterreduce", "indexreduce"})
_GATHER = frozenset({"indexselect", "gather", "take"})
_PASSIVE = MOVES | COPIES | SLICE


def match_message_passing(view: View, node: str) -> Match | None:
    """Rows that are gathered by one index, perhaps weighted, and added up by another.

    What moves the weights and the indices on the way belongs to it.
    """
    if view.kind(node) not in _REDUCE:
        return None
    inside: set[str] = set()
    gathers = [found for source in view.sources(node) if (found := _message(view, source, inside))]
    if len(gathers) != 1:
        return None
    (gather,) = gathers
    for reader in (node, *inside):
        for source in view.sources(reader):
            inside |= _moved_alone(view, source)
    how = str(view.layer(node).attributes.get("reduce", ""))
    details = [phrase("{number} edges", number=view.shape(gather)[0])]
    details += [verbatim(how)] if how else []
    return Match(frozenset(inside - {node}), (phrase("message passing"), *details))


def _message(view: View, node: str, inside: set[str]) -> str | None:
    """What gathers the rows that arrive at ``node``; ``inside`` takes what is on the way."""
    way = [node]
    while view.kind(node) in _PASSIVE and not _gathers(view, node):
        sources = view.sources(node)
        if len(sources) != 1:
            return None
        (node,) = sources
        way.append(node)
    if _gathers(view, node):
        inside.update(way)
        return node
    if merge_type(view.kind(node)) is MergeType.MULTIPLY:
        found = [one for source in view.sources(node) if (one := _message(view, source, inside))]
        if len(found) == 1:
            inside.update(way)
            return found[0]
    return None


def _moved_alone(view: View, node: str) -> set[str]:
    """The operations up to ``node`` that move an index or a weight for one reader alone."""
    moved: set[str] = set()
    while view.kind(node) in _PASSIVE and len(view.users(node)) == len(view.sources(node)) == 1:
        moved.add(node)
        (node,) = view.sources(node)
    return moved


def _gathers(view: View, node: str) -> bool:
    """Whether an operation takes the rows of features that an index lists."""
    sources = view.sources(node)
    picks = view.kind(node) in _GATHER or family(view.layer(node).type) == "getitem"
    return picks and len(sources) == 2
