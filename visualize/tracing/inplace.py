"""In-place operations: what reads a tensor after it was changed reads the operation's result."""

from __future__ import annotations

from torch import fx, nn


def follow_in_place(graph: fx.Graph, model: nn.Module) -> None:
    """Let every later user of a tensor that an operation changes in place use its result.

    ``y.add_(1)`` returns ``y``, and code that goes on with ``y`` goes on with the sum. Changes
    through a view of a tensor are not followed to the tensor itself.
    """
    seen: set[fx.Node] = set()
    for node in graph.nodes:
        seen.add(node)
        if not _is_in_place(node, model) or not node.args or not isinstance(node.args[0], fx.Node):
            continue
        changed = node.args[0]
        changed.replace_all_uses_with(node, lambda user: user not in seen)


def _is_in_place(node: fx.Node, model: nn.Module) -> bool:
    if node.op == "call_module":
        module = model.get_submodule(str(node.target)) if node.target else model
        return getattr(module, "inplace", False) is True
    if node.kwargs.get("inplace") is True:
        return True
    if node.op == "call_method":
        name = str(node.target)
        return name.endswith("_") and not name.endswith("__")
    if node.op != "call_function":
        return False
    name = getattr(node.target, "__name__", "")
    module_name = getattr(node.target, "__module__", "")
    if module_name == "_operator":
        return name in _IN_PLACE_OPERATORS
    return name.endswith("_") and not name.startswith("_")


_IN_PLACE_OPERATORS = frozenset(
    ("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul")
)
