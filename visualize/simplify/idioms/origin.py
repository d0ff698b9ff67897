"""Where queries and keys come from: from one tensor, or from two."""

from __future__ import annotations

from typing import NamedTuple

from visualize.core.architecture import ModuleCall
from visualize.core.operators import ACTIVATION, RECURRENT, MergeType, merge_type
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
    if any(origin.is_known for origin in one & other):
        return "self"
    # All states of a recurrent layer and its last one are two tensors, and neither self nor cross.
    nodes = {origin.node for origin in one} & {origin.node for origin in other}
    return "" if nodes else "cross"


class _Origin(NamedTuple):
    """A tensor that queries or keys come from.

    Attributes:
        node: the operation that returns it.
        shape: which of its tensors it is, if it returns several.
        is_known: whether ``shape`` says all there is to know.
    """

    node: str
    shape: tuple[int, ...] = ()
    is_known: bool = True


def _origins(view: View, start: str) -> set[_Origin] | None:
    """All tensors back to the one projected to queries or keys; None if they are too many.

    The way ends at what a residual connection adds to, and behind the first weighted layers: it
    goes on only past those in the same module as the first, which in a model without modules are
    those before any activation: latent attention projects keys twice. A recurrent layer projects
    nothing: what it returns is what is attended.
    """
    is_recurrent = view.kind(start) in RECURRENT
    found = {_Origin(start, is_known=not is_recurrent)}
    waiting = [] if is_recurrent else [start]
    home: tuple[ModuleCall, ...] | None = None
    activated: set[str] = set()
    for node in waiting:
        if len(found) > _REACH:
            return None
        if view.is_residual(node) and merge_type(view.kind(node)) is MergeType.ADD:
            continue
        if view.is_weighted(node):
            calls = view.layer(node).calls
            if home is None:
                home = calls[:-1]
            elif not (_is_near(calls, home) and (home or node not in activated)):
                continue
        new = [origin for origin in _read(view, node) if origin not in found]
        if node in activated or view.kind(node) in ACTIVATION:
            activated.update(one.node for one in new)
        found.update(new)
        waiting += [one.node for one in new if view.kind(one.node) not in RECURRENT]
    return found


def _is_near(calls: tuple[ModuleCall, ...], home: tuple[ModuleCall, ...]) -> bool:
    """Whether a layer is in the module ``home``, or a layer of the model itself."""
    return calls[: len(home)] == home if home else len(calls) < 2


def _read(view: View, node: str) -> list[_Origin]:
    """The tensors of data that an operation reads."""
    shapes = {
        source: wire.tensor.shape if wire.tensor and view.kind(source) in RECURRENT else ()
        for source, _, wire in view.diagram.inputs(node)
    }
    return [_Origin(source, shapes[source]) for source in view.sources(node)]
