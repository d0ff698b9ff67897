"""In-place operations: later readers of a changed tensor read the operation's result."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping
from dataclasses import replace

from torch import fx, nn

from visualize.core.architecture import ModuleCall
from visualize.core.boundary import Boundary
from visualize.core.errors import UntraceableError
from visualize.core.module_path import is_made_up, spelled
from visualize.core.operators import MOVES, family
from visualize.core.torch_internals import submodule_at
from visualize.core.traced import boundaries_of, facts_of, set_boundaries

# What may return its argument, or a view of its memory.
_VIEWS = MOVES | {"getattr"}


def follow_in_place(graph: fx.Graph, model: nn.Module, writers: Collection[fx.Node] = ()) -> None:
    """Let every later user of a tensor that an operation changes in place use its result.

    ``y.add_(1)`` returns ``y``, and code that goes on with ``y`` goes on with the sum.

    Args:
        graph: the graph, which is changed.
        model: what it refers to.
        writers: calls that write to their first argument and return it, which only a run shows:
            those of marked functions, and augmented assignments.

    Raises:
        UntraceableError: a symbolic graph does not show which later values the change reaches.
    """
    order = {node: index for index, node in enumerate(graph.nodes)}
    changes: dict[str, fx.Node] = {}
    for node in graph.nodes:
        if _is_untraceable(node):
            raise unclear_write(node, model)
        changed = node.args[0] if node.args else None
        is_writer = node in writers or _is_in_place(node, model)
        if not isinstance(changed, fx.Node) or not is_writer:
            continue
        shared = _views_of(changed, node, model)
        views = {one for one in shared if order[one] < order[node] or one.op == "get_attr"}
        if _name(node) == "__setitem__":
            views.add(changed)  # it returns nothing that could be read instead
        is_later = functools.partial(_follows, order, node)
        if any(is_later(user) for view in views for user in view.users):
            raise unclear_write(node, model)
        changed.replace_all_uses_with(node, is_later)
        changes[changed.name] = node
    boundaries = boundaries_of(graph)
    if changes and boundaries:
        set_boundaries(
            graph, {call: _after(boundaries[call], call, changes) for call in boundaries}
        )


def _after(boundary: Boundary, call: ModuleCall, changes: Mapping[str, fx.Node]) -> Boundary:
    """What a module call returns if it changes in place what it made."""

    def last(name: str) -> str:
        while name in changes and any(call == one.call for one in facts_of(changes[name]).calls):
            name = changes[name].name
        return name

    return replace(boundary, results=tuple(map(last, boundary.results)))


def _follows(order: Mapping[fx.Node, int], node: fx.Node, user: fx.Node) -> bool:
    return order[user] > order[node]


def _is_untraceable(node: fx.Node) -> bool:
    """Whether ``node`` writes to a tensor made in ``forward``, or to several, or to ``out=``.

    What is done to a tensor that depends on no input is done at once and not recorded.
    """
    name = _name(node)
    if "out" in node.kwargs or (name.startswith("_foreach_") and name.endswith("_")):
        return node.op in ("call_function", "call_method")
    made = node.args[0] if node.args else None
    if not isinstance(made, fx.Node) or node.op == "call_module" or not _changes(node):
        return False
    return made.op == "get_attr" and is_made_up(str(made.target))


def unclear_write(node: fx.Node, model: nn.Module) -> UntraceableError:
    """The error where a graph does not show what the write of ``node`` changes."""
    return UntraceableError(
        "in-place write to a possibly aliased tensor",
        line=f"{spelled(_scope(node)) or type(model).__name__} ({_name(node).strip('_')})",
        hint="use the recorded tracer",
    )


def _views_of(tensor: fx.Node, change: fx.Node, model: nn.Module) -> set[fx.Node]:
    """The other nodes, except ``change``, whose values may share memory with that of ``tensor``."""
    found = {tensor, change}
    waiting = [tensor]
    while waiting:
        node = waiting.pop()
        near = [user for user in node.users if _is_view(user, node, model)]
        if node.args and isinstance(node.args[0], fx.Node) and _is_view(node, node.args[0], model):
            near.append(node.args[0])
        if node.op == "get_attr":
            near += [other for other in node.graph.nodes if _is_same_attribute(other, node)]
        waiting += [other for other in near if other not in found]
        found.update(near)
    return found - {tensor, change}


def _is_same_attribute(node: fx.Node, other: fx.Node) -> bool:
    return node.op == "get_attr" and node.target == other.target


def _is_view(node: fx.Node, of: fx.Node, model: nn.Module) -> bool:
    if not node.args or node.args[0] is not of:
        return False
    if node.op == "call_module":
        return family(type(_submodule(node, model)).__name__) in _VIEWS
    return family(_name(node)) in _VIEWS


def _name(node: fx.Node) -> str:
    name = str(getattr(node.target, "__name__", node.target))
    return "__setitem__" if node.target is operator.setitem else name


def _scope(node: fx.Node) -> str:
    calls = facts_of(node).calls
    return calls[-1].call.path if calls else ""


def _submodule(node: fx.Node, model: nn.Module) -> nn.Module:
    return submodule_at(model, str(node.target))


def _is_in_place(node: fx.Node, model: nn.Module) -> bool:
    if node.op == "call_module":
        return getattr(_submodule(node, model), "inplace", False) is True
    return _changes(node)


def _changes(node: fx.Node) -> bool:
    """Whether a function or method writes to its first argument."""
    if node.op not in ("call_function", "call_method"):
        return False
    name = _name(node)
    if name == "__setitem__" or node.kwargs.get("inplace") is True:
        return True
    if getattr(node.target, "__module__", "") == "_operator":
        return False  # ``n += 1`` changes no number
    return name.endswith("_") and not name.startswith("_")
