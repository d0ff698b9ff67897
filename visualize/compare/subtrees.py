"""The calls of an architecture as a tree whose equal subtrees have equal hashes.

A leaf is an operation. An inner node is the call of a module that is called around operations.
Names of modules are no part of a hash, so modules that were renamed keep theirs.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation


@dataclass(eq=False)
class Tree:
    """A module call, or an operation.

    Attributes:
        path: module path.
        name: the path below the module around it; for a function, its type.
        type: class of the module or name of the function.
        operation: the operation of a leaf.
        parts: the children in the order of their first operations.
        around: the call around it.
    """

    path: str
    name: str
    type: str
    operation: Operation | None = None
    parts: list[Tree] = field(default_factory=list)
    around: Tree | None = None

    @property
    def trees(self) -> Iterator[Tree]:
        """It and all trees in it, in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.parts))

    @property
    def leaves(self) -> Iterator[Tree]:
        """The operations in it, in order."""
        return (tree for tree in self.trees if tree.operation is not None)

    @functools.cached_property
    def digest(self) -> str:
        """Equal for trees of equal operations, whatever their names."""
        if self.operation is not None:
            return signature(self.operation)
        return hashed("(", *(part.digest for part in self.parts), ")")

    @functools.cached_property
    def types(self) -> Counter[str]:
        """How many operations of each type it holds."""
        if self.operation is not None:
            return Counter([self.operation.does])
        return Counter(leaf.operation.does for leaf in self.leaves if leaf.operation)

    @functools.cached_property
    def parameters(self) -> int:
        """How many parameters its operations have."""
        return sum(leaf.operation.parameters for leaf in self.leaves if leaf.operation)

    @functools.cached_property
    def size(self) -> int:
        """How many operations it holds."""
        return self.types.total()


def hashed(*texts: str) -> str:
    """A short hash of some texts."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def facts(operation: Operation) -> dict[str, object]:
    """What an operation is, without its name and place: its type, attributes and parameters."""
    found: dict[str, object] = {"type": operation.type}
    if operation.kind not in (NodeKind.INPUT, NodeKind.OUTPUT, NodeKind.CONSTANT):
        found.update(operation.attributes)
    if operation.kind in (NodeKind.INPUT, NodeKind.CONSTANT) and operation.outputs:
        found["shape"] = [list(tensor.shape) for tensor in operation.outputs]
    if operation.weights:
        found["weights"] = sorted(list(shape) for shape in operation.weights)
    if operation.constant is not None and operation.constant.shape is None:
        found["constant"] = operation.constant.name
    return found


def signature(operation: Operation) -> str:
    """Equal for operations that do the same with parameters of the same shapes."""
    text = json.dumps(facts(operation), sort_keys=True, default=str)
    return hashed(operation.kind.value, text)


def tree_of(architecture: Architecture) -> Tree:
    """The tree of the calls of an architecture."""
    root = Tree("", "", architecture.class_name)
    calls: dict[tuple[ModuleCall, ...], Tree] = {(): root}
    for operation in architecture.operations:
        own = operation.kind is NodeKind.MODULE
        around = operation.calls[:-1] if own else operation.calls
        parent = _call(architecture, tuple(call for call in around if call.path), calls)
        path = operation.path
        name = _below(path, parent.path) if own else operation.type
        parent.parts.append(Tree(path, name, operation.type, operation, around=parent))
    return root


def _call(
    architecture: Architecture,
    around: tuple[ModuleCall, ...],
    calls: dict[tuple[ModuleCall, ...], Tree],
) -> Tree:
    """The node of the innermost of some calls; it is made if there is none."""
    for depth in range(1, len(around) + 1):
        if around[:depth] not in calls:
            parent, path = calls[around[: depth - 1]], around[depth - 1].path
            kind = architecture.modules.get(path, "")
            calls[around[:depth]] = Tree(path, _below(path, parent.path), kind, around=parent)
            parent.parts.append(calls[around[:depth]])
    return calls[around]


def _below(path: str, parent: str) -> str:
    """A path without that of the module around it."""
    return path.removeprefix(f"{parent}.") if parent else path
