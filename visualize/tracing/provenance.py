"""Which node of the graph each tensor of a recorded run comes from."""

from __future__ import annotations

import itertools
import operator
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from visualize.core.architecture import TensorSpec
from visualize.tracing.tensors import Step, specification, unwrapped_tensor

Stack = dict[str, tuple[str, type[nn.Module]]]
_Path = tuple[Step, ...]


@dataclass(slots=True)
class _Origin:
    """Where a tensor comes from.

    Attributes:
        tensor: a weak reference, so that a run on real tensors frees what it no longer needs.
        node: the node that made the tensor, or the collection it is part of.
        path: the steps from the node's value to the tensor.
        stack: the module calls around the place where a part is taken.
        overwritten: whether ``node`` wrote to memory that the tensor shares, and returned another.
    """

    tensor: weakref.ref[torch.Tensor]
    node: fx.Node
    path: _Path = ()
    stack: Stack | None = None
    overwritten: bool = False


class Provenance:
    """The origin of every living tensor; nodes for parts, attributes and aliases when needed."""

    def __init__(self, graph: fx.Graph, model: nn.Module, stack: Callable[[], Stack]) -> None:
        self.graph = graph
        self.model = model
        self.stack = stack
        self.origins: dict[int, _Origin] = {}
        self.attributes = _attribute_names(model)
        self.parts: dict[tuple[fx.Node, _Path], fx.Node] = {}
        self.contents: dict[fx.Node, list[tuple[_Path, TensorSpec]]] = {}
        self.constants = 0

    def knows(self, tensor: torch.Tensor) -> bool:
        """Whether ``tensor`` was made in this run."""
        return id(tensor) in self.origins

    def made(self, tensor: torch.Tensor | None) -> bool:
        """Whether ``tensor`` was made or written by an operation of this run."""
        origin = self.origins.get(id(tensor))
        return origin is not None and origin.node.op != "get_attr"

    def set(self, tensor: torch.Tensor, node: fx.Node) -> None:
        """Note that ``tensor`` is what ``node`` returned."""
        self._keep(tensor, node, (), None)

    def set_part(self, tensor: torch.Tensor, node: fx.Node, path: _Path, stack: Stack) -> None:
        """Note that ``tensor`` is at ``path`` in what ``node`` returned."""
        self.contents.setdefault(node, []).append((path, specification(tensor)))
        self._keep(tensor, node, path, stack)

    def write(self, tensor: torch.Tensor, node: fx.Node) -> None:
        """Note that ``node`` wrote to ``tensor``, and so to all that share memory with it."""
        storage = _storage(tensor)
        for origin in self.origins.values():
            other = origin.tensor()
            if other is not None and other is not tensor and _storage(other) == storage:
                origin.node, origin.path, origin.overwritten = node, (), True
        self.set(tensor, node)

    def node_of(self, tensor: torch.Tensor) -> fx.Node:
        """The node whose value ``tensor`` is."""
        origin = self.origins.get(id(tensor))
        if origin is None:
            return self._node_of_outsider(tensor)
        if origin.path:
            origin.node, origin.path = self._part(origin.node, origin.path, origin.stack or {}), ()
        elif origin.overwritten:
            origin.node, origin.overwritten = self._alias(tensor, origin.node), False
        return origin.node

    def _keep(self, tensor: torch.Tensor, node: fx.Node, path: _Path, stack: Stack | None) -> None:
        key = id(tensor)
        origins = self.origins
        reference = weakref.ref(tensor, lambda _: origins.pop(key, None))
        origins[key] = _Origin(reference, node, path, stack)
        inner = unwrapped_tensor(tensor)
        if inner is not None:
            self._keep(inner, node, path, stack)

    def _node_of_outsider(self, tensor: torch.Tensor) -> fx.Node:
        """A node for a tensor that no recorded operation returned."""
        inner = unwrapped_tensor(tensor)
        if inner is not None:
            return self.node_of(inner)
        if isinstance(tensor, nn.Parameter) and id(tensor) not in self.attributes:
            self.attributes = _attribute_names(self.model)  # made in this run
        name = self.attributes.get(id(tensor), ("", None))[0]
        if not name:
            storage = _storage(tensor)
            for origin in list(self.origins.values()):
                other = origin.tensor()
                if storage is not None and other is not None and _storage(other) == storage:
                    node = self._alias(tensor, self.node_of(other))
                    self.set(tensor, node)
                    return node
            name = f"_tensor_constant{self.constants}"
            self.constants += 1
            vars(self.model)[name] = tensor.detach()  # no attribute, so that it is no parameter
        node = self.graph.create_node("get_attr", name)
        self._describe(node, (specification(tensor),), self.stack())
        self.set(tensor, node)
        return node

    def _alias(self, tensor: torch.Tensor, node: fx.Node) -> fx.Node:
        alias = self.graph.call_function(torch.ops.aten.alias.default, (node,))
        self._describe(alias, (specification(tensor),), self.stack())
        return alias

    def _part(self, node: fx.Node, path: _Path, stack: Stack) -> fx.Node:
        """Nodes that take the part at ``path`` out of the value of ``node``, step by step."""
        value = node
        for length in range(1, len(path) + 1):
            key = (node, path[:length])
            if key not in self.parts:
                kind, name = path[length - 1]
                take: Any = operator.getitem if kind == "item" else getattr
                part = self.parts[key] = self.graph.call_function(take, (value, name))
                held = [spec for p, spec in self.contents[node] if p[:length] == path[:length]]
                self._describe(part, tuple(held), stack, several=length < len(path))
            value = self.parts[key]
        return value

    def _describe(
        self, node: fx.Node, outputs: tuple[TensorSpec, ...], stack: Stack, several: bool = False
    ) -> None:
        node.meta = {
            "outputs": outputs,
            "several": several,
            "flops": 0,
            "nn_module_stack": stack,
        }


def share_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors are views of the same memory."""
    return _storage(one) is not None and _storage(one) == _storage(other)


def _storage(tensor: torch.Tensor) -> int | None:
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # sparse and other tensors without one
        return None


def _attribute_names(model: nn.Module) -> dict[int, tuple[str, torch.Tensor]]:
    """The name of every parameter, buffer and other tensor that a module of ``model`` holds.

    The tensors are kept as well: scripts make them anew each time they are asked for.
    """
    names: dict[int, tuple[str, torch.Tensor]] = {}
    for path, module in model.named_modules():
        own = (module.named_parameters(recurse=False), module.named_buffers(recurse=False))
        for name, value in itertools.chain(*own, vars(module).items()):
            if isinstance(value, torch.Tensor):
                names.setdefault(id(value), (f"{path}.{name}" if path else name, value))
    return names
