"""Where queries and keys come from: from one tensor, or from two."""

from __future__ import annotations

from visualize.core.architecture import ModuleCall
from visualize.core.operators import MergeType, merge_type
from visualize.simplify.idioms.rule import View

# At most this many operations are searched on the way back to the projected tensor.
_REACH = 64


def attends_to(view: View, query: str | None, key: str | None) -> str:
    """``"self"`` or ``"cross"``, or nothing where it is unclear.

    Args:
        view: the model.
        query: the operation that makes the queries, None if they are not data but learned.
        key: the same for the keys.
    """
    if key is None:
        return ""
    if query is None:
        return "cross"
    one, other = (_origins(view, node) for node in (query, key))
    if one is None or other is None:
        return ""
    return "cross" if one.isdisjoint(other) else "self"


def _origins(view: View, start: str) -> set[str] | None:
    """All operations back to the tensor projected to queries or keys; None if they are too many.

    The way ends at what a residual connection adds to, and behind the first weighted layers: it
    goes on only past those in the same module as the first.
    """
    found = {start}
    waiting = [start]
    home: tuple[ModuleCall, ...] | None = None
    for node in waiting:
        if len(found) > _REACH:
            return None
        if view.is_residual(node) and merge_type(view.kind(node)) is MergeType.ADD:
            continue
        if view.is_weighted(node):
            calls = view.layer(node).calls
            if home is None:
                home = calls[:-1]
            elif not home or calls[: len(home)] != home:
                continue
        new = [source for source in view.sources(node) if source not in found]
        found.update(new)
        waiting += new
    return found
