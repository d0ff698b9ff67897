"""Rotary position embedding, however it is written.

Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021).
"""

from __future__ import annotations

from collections import Counter

from visualize.core.operators import JOIN, MOVES, SUBTRACT, MergeType, merge_type
from visualize.simplify.idioms.rule import Match, View, is_scale

_COMPLEX = frozenset({"viewascomplex", "viewasreal"})
# The known formulas, by their numbers of operations of each kind.
_WRITTEN = (
    {"scale": 2, "add": 1, "neg": 1, "join": 1},  # x * cos + join(-x2, x1) * sin
    {"scale": 4, "add": 1, "sub": 1, "join": 1},  # join(x1 * cos - x2 * sin, x2 * cos + x1 * sin)
    {"scale": 4, "add": 2, "neg": 1, "join": 1},  # the same, with a sum of what is negated
    {"scale": 1, "complex": 2},  # the same, as one product of complex numbers
)


def match_rotary_embedding(view: View, node: str) -> Match | None:
    """A rotation of pairs of channels, or of some of them, by angles that are not data."""
    if _work(view, node) not in ("add", "join", "complex", "move"):
        return None
    for origin, inside in view.regions(node, lambda each: _work(view, each) is not None):
        work = Counter(_work(view, each) or "" for each in inside)
        if "scale" not in work:  # as in most that only moves data
            continue
        work.pop("move", None)
        partial = work - Counter(["join"])
        if any(found in _WRITTEN for found in (work, partial)) and _begins(view, inside, origin):
            return Match(frozenset(inside - {node}))
    return None


def _begins(view: View, inside: set[str], origin: str) -> bool:
    """Whether the rotation keeps the shape of what it reads, so that nothing of it is left."""
    last = max(inside, key=lambda each: view.layer(each).index)
    sizes = sorted(view.shape(last)), sorted(view.shape(origin))
    return view.kind(last) not in MOVES or sizes[0] == sizes[1]


def _work(view: View, node: str) -> str | None:
    """What an operation does in a rotation, None if it has no place in one."""
    kind = view.kind(node)
    if kind in MOVES:
        return "move"
    if kind in _COMPLEX:
        return "complex"
    if kind in JOIN:
        return "join"
    if kind == "neg":
        return "neg"
    if is_scale(view, node):
        return "scale" if not view.layer(node).attributes else None
    if kind in SUBTRACT - {"rsub"} and len(view.sources(node)) == 2:
        return "sub"
    return "add" if merge_type(kind) is MergeType.ADD and len(view.sources(node)) == 2 else None
