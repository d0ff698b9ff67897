"""The graph of one run as it grows: which node made each tensor, and what is known of each node."""

from __future__ import annotations

import itertools
import operator
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import torch
from torch import fx, nn

from visualize.core.architecture import ModuleCall, TensorSpec
from visualize.core.boundary import Boundary
from visualize.core.module_path import spelled
from visualize.core.torch_internals import (
    named_modules,
    own_tensors,
    storage_id,
    tree_map_only,
    unwrapped_tensor,
)
from visualize.core.traced import (
    EnclosingCall,
    NodeFacts,
    facts_of,
    set_boundaries,
    set_facts,
)
from visualize.core.unregistered import Unregistered
from visualize.tracing.calls import parts_of
from visualize.tracing.limits import MOST_OPERATIONS, endless
from visualize.tracing.nested import identifier, named_parts
from visualize.tracing.origins import Calls, Origin, Path, Write
from visualize.tracing.regions import region_of
from visualize.tracing.source import origin_of
from visualize.tracing.tensors import (
    map_tensors,
    specification,
    tensors_in,
    tensors_with_paths,
)

# What made some tensors, or where those are that have no node of their own yet.
_Made: TypeAlias = Sequence[fx.Node | Origin]


class Recorder:
    """Makes a node of every operation of a run, and knows the node of every living tensor.

    Nodes for parts of collections, for attributes of the model and for views of memory that was
    written to are made when they are needed.

    Attributes:
        model: what the targets of nodes refer to; constants of the run become attributes of it.
        graph: the graph so far.
        calls: the module calls around what runs now, outermost first.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.graph = fx.Graph()
        self.calls: Calls = ()
        self._entered: Counter[str] = Counter()
        self._operations = 0
        self._origins: dict[int, Origin] = {}
        self._names = _attribute_names(model)
        self._parts: dict[tuple[fx.Node, Path], fx.Node] = {}
        self._contents: dict[fx.Node, list[tuple[Path, TensorSpec]]] = {}
        self._constants = 0
        self._crossings: list[tuple[ModuleCall, _Made, _Made]] = []

    # What is recorded

    def enter(self, path: str, class_name: str) -> EnclosingCall:
        """Count a call of the module at ``path``; the caller puts it on ``calls``."""
        number = self._entered[path]
        self._entered[path] += 1
        return EnclosingCall(ModuleCall(path, number), class_name)

    def call(self, calls: Calls, run: Callable[[], Any], given: Sequence[Any]) -> Any:
        """What ``run`` returns inside of ``calls``, of which the last is given ``given``."""
        outer, self.calls = self.calls, calls
        try:
            arguments = self._made_by(given)
            result = run()
            self._crossings.append((calls[-1].call, arguments, self._made_by(result)))
            return result
        finally:
            self.calls = outer

    def _made_by(self, value: Any) -> _Made:
        """The node of each tensor in ``value``; where it is, if it has no node of its own yet."""
        origins = [self._origins.get(id(each)) for each in parts_of(value, torch.Tensor)]
        return [one if one.path or one.writes else one.node for one in origins if one]

    def _named(self, made: _Made) -> tuple[str, ...]:
        """The nodes, at the end of the run, without parts that nothing read."""
        nodes = [
            (self._parts.get((one.node, one.path)) if one.path else one.node)
            if isinstance(one, Origin)
            else one
            for one in made
        ]
        return tuple([node.name for node in nodes if node])

    def add_placeholder(self, name: str, tensor: torch.Tensor) -> None:
        """Add an input."""
        node = placeholder(self.graph, name)
        self._describe(node, (tensor,))
        self.set(tensor, node)

    def add_output(self, value: Any) -> None:
        """Close the graph with what the model returned."""
        node = self.graph.output(map_tensors(value, self.node_of))
        self._describe(node, tensors_in(value))
        names = tuple([name for name, _ in named_parts(value, "")])
        set_facts(node, replace(facts_of(node), names=names))
        set_boundaries(
            self.graph,
            {
                call: Boundary(self._named(arguments), self._named(results))
                for call, arguments, results in self._crossings
            },
        )

    def stopped(self) -> fx.Graph | None:
        """What ran before the model failed, as a graph that ends there; None if nothing did."""
        ran = [node for node in self.graph.nodes if node.op.startswith("call")]
        if not ran or any(node.op == "output" for node in self.graph.nodes):
            return None
        output = self.graph.output(ran[-1])
        set_facts(output, NodeFacts(facts_of(ran[-1]).outputs))
        return self.graph

    def add(
        self,
        operation: str,
        target: Any,
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
        result: Any,
        *,
        written: Sequence[torch.Tensor] = (),
        flops: int = 0,
        calls: Calls | None = None,
        unpack: bool = False,
    ) -> Any:
        """Add a node for an operation that ran.

        Args:
            operation: as torch.fx names it, such as ``call_function``.
            target: what was called.
            args: what it was given; tensors become the nodes that made them.
            kwargs: the same by name.
            given: the tensors in both.
            result: what it returned.
            written: the tensors that it wrote to.
            flops: what it took.
            calls: the module calls around it, if not the current ones.
            unpack: whether parts of the result become nodes at once, or only when used.

        Returns:
            ``result``, with other tensors where it repeats one that was given and not written to.
        """
        node = self._create(
            operation, target, map_tensors(args, self.node_of), map_tensors(kwargs, self.node_of)
        )
        returned = [result] if isinstance(result, torch.Tensor) else tensors_in(result)
        self._describe(node, returned or written, flops, calls)
        changed = {id(tensor) for tensor in written}
        kept = {id(tensor) for tensor in given} - changed
        if any(id(tensor) in kept for tensor in returned):
            result = _distinct(result, kept)
        for tensor in written:
            self._write(tensor, node)
        self._set_parts(result, node, changed, unpack)
        return result

    def _set_parts(self, result: Any, node: fx.Node, changed: set[int], unpack: bool) -> None:
        """Note for each tensor in ``result`` where in the value of ``node`` it is."""
        if isinstance(result, torch.Tensor):
            if id(result) not in changed:
                self.set(result, node)
            return
        for path, tensor in tensors_with_paths(result):
            if id(tensor) not in changed:
                self._contents.setdefault(node, []).append((path, specification(tensor)))
                self._keep(tensor, node, path, self.calls)
                if unpack:
                    self.node_of(tensor)

    def _create(self, operation: str, target: Any, args: Any, kwargs: dict[str, Any]) -> fx.Node:
        self._operations += 1
        if self._operations > MOST_OPERATIONS:
            raise endless(self.place("forward"))
        name = type(self.model).__name__.lower() if target == "" else None
        return self.graph.create_node(operation, target, args, kwargs, name=name)

    def _describe(
        self,
        node: fx.Node,
        tensors: Sequence[torch.Tensor],
        flops: int = 0,
        calls: Calls | None = None,
    ) -> None:
        outputs = tuple([specification(tensor) for tensor in tensors])
        calls = self.calls if calls is None else calls
        set_facts(node, NodeFacts(outputs, flops, calls, *origin_of(node)))

    def place(self, name: str) -> str:
        """Where the run is, for a message: the innermost module, and a function ``name``."""
        if self.calls:
            return f"{spelled(self.calls[-1].call.path)} ({name})"
        return f"{type(self.model).__name__}.forward ({name})"

    # Where tensors come from

    def knows(self, tensor: torch.Tensor) -> bool:
        """Whether ``tensor`` has a node or is a part of one."""
        return id(tensor) in self._origins

    def alive(self) -> list[torch.Tensor]:
        """The tensors that have a node or are a part of one, and that are still in use."""
        tensors = [origin.tensor() for origin in self._origins.values()]
        return [tensor for tensor in tensors if tensor is not None]

    def made(self, tensor: torch.Tensor | None) -> bool:
        """Whether ``tensor`` was made or written by an operation of this run."""
        origin = self._origins.get(id(tensor))
        return origin is not None and origin.node.op != "get_attr"

    def set(self, tensor: torch.Tensor, node: fx.Node) -> None:
        """Note that ``tensor`` is what ``node`` returned."""
        self._keep(tensor, node)

    def name(self, tensor: torch.Tensor, name: str) -> None:
        """Note that ``tensor`` is the attribute ``name`` of the model."""
        self._names[id(tensor)] = (name, tensor)

    def is_named(self, tensor: torch.Tensor) -> bool:
        """Whether ``tensor`` is an attribute of the model."""
        return id(tensor) in self._names

    def node_of(self, tensor: torch.Tensor) -> fx.Node:
        """The node whose value ``tensor`` is."""
        origin = self._origins.get(id(tensor))
        if origin is None:
            return self._node_of_outsider(tensor)
        if origin.path:
            origin.node, origin.path = self._part(origin.node, origin.path, origin.calls), ()
        for write in origin.writes:
            origin.node = self._after(tensor, origin.node, write)
        origin.writes = ()
        return origin.node

    def _write(self, tensor: torch.Tensor, node: fx.Node) -> None:
        """Note that ``node`` wrote to ``tensor``, and so to all that share memory with it."""
        storage = storage_id(tensor)
        write = Write(node, region_of(tensor), self.calls)
        for origin in self._origins.values() if storage is not None else ():
            other = origin.tensor()
            if other is not None and other is not tensor and storage_id(other) == storage:
                origin.note(write, region_of(other))
        self.set(tensor, node)

    def _keep(
        self, tensor: torch.Tensor, node: fx.Node, path: Path = (), calls: Calls = ()
    ) -> None:
        key = id(tensor)
        origins = self._origins
        reference = weakref.ref(tensor, lambda _: origins.pop(key, None))
        origins[key] = Origin(reference, node, path, calls)
        inner = unwrapped_tensor(tensor)
        if inner is not None:
            self._keep(inner, node, path, calls)

    def _node_of_outsider(self, tensor: torch.Tensor) -> fx.Node:
        """A node for a tensor that no recorded operation returned."""
        inner = unwrapped_tensor(tensor)
        if inner is not None:
            return self.node_of(inner)
        if isinstance(tensor, nn.Parameter) and id(tensor) not in self._names:
            self._names = _attribute_names(self.model)  # made in this run
        name = self._names.get(id(tensor), ("", None))[0]
        if not name:
            base = self._sharing_memory_with(tensor)
            if base is not None:
                node = self._alias(tensor, self.node_of(base))
                self.set(tensor, node)
                return node
            name = f"_tensor_constant{self._constants}"
            self._constants += 1
            # Not by setattr, so that it is not a parameter of the model.
            is_learned = isinstance(tensor, nn.Parameter)
            vars(self.model)[name] = tensor if is_learned else tensor.detach()
        node = self.graph.create_node("get_attr", name)
        self._describe(node, (tensor,))
        self.set(tensor, node)
        return node

    def _sharing_memory_with(self, tensor: torch.Tensor) -> torch.Tensor | None:
        storage = storage_id(tensor)
        if storage is None:
            return None
        known = (origin.tensor() for origin in list(self._origins.values()))
        return next((one for one in known if one is not None and storage_id(one) == storage), None)

    def _alias(self, tensor: torch.Tensor, node: fx.Node, calls: Calls | None = None) -> fx.Node:
        alias = self.graph.call_function(torch.ops.aten.alias.default, (node,))
        self._describe(alias, (tensor,), calls=calls)
        return alias

    def _after(self, tensor: torch.Tensor, node: fx.Node, write: Write) -> fx.Node:
        """The node of a tensor that was the value of ``node`` until something was written.

        It is part of the module that wrote, whoever reads it.
        """
        region, written = region_of(tensor), write.region
        if region is None or written is None or region == written:
            return self._alias(tensor, write.node, write.calls)
        within, around = written.index_in(region), region.index_in(written)
        if within is not None:
            after = self.graph.call_function(operator.setitem, (node, within, write.node))
        elif around is not None:
            after = self.graph.call_function(operator.getitem, (write.node, around))
        else:
            return self._alias(tensor, write.node, write.calls)
        self._describe(after, (tensor,), calls=write.calls)
        return after

    def _part(self, node: fx.Node, path: Path, calls: Calls) -> fx.Node:
        """Nodes that take the part at ``path`` out of the value of ``node``, step by step."""
        value = node
        for length in range(1, len(path) + 1):
            key = (node, path[:length])
            if key not in self._parts:
                kind, name = path[length - 1]
                take: Any = operator.getitem if kind == "item" else getattr
                part = self._parts[key] = self.graph.call_function(take, (value, name))
                held = [spec for p, spec in self._contents[node] if p[:length] == path[:length]]
                set_facts(part, NodeFacts(tuple(held), calls=calls))
            value = self._parts[key]
        return value


def placeholder(graph: fx.Graph, name: str) -> fx.Node:
    """Add a placeholder for the tensor that is called ``name``, such as ``batch.x``."""
    return graph.create_node("placeholder", name, name=identifier(name))


def share_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors are views of the same memory."""
    return storage_id(one) is not None and storage_id(one) == storage_id(other)


def _distinct(result: Any, given: set[int]) -> Any:
    """``result``, with another tensor where it is a tensor that was ``given`` and not changed.

    What a dropout returns in inference is its input: as a node it is another value.
    """
    return tree_map_only(
        torch.Tensor, lambda t: torch.ops.aten.alias(t) if id(t) in given else t, result
    )


def _attribute_names(model: nn.Module) -> dict[int, tuple[str, torch.Tensor]]:
    """The name of every parameter, buffer and other tensor that a module of ``model`` holds.

    The tensors are kept as well: scripts make them anew each time they are asked for.
    """
    names: dict[int, tuple[str, torch.Tensor]] = {}
    unregistered = Unregistered.of(model)
    for path, module in (*named_modules(model), *unregistered.modules.items()):
        for name, value in itertools.chain(own_tensors(module).items(), vars(module).items()):
            if isinstance(value, torch.Tensor):
                names.setdefault(id(value), (f"{path}.{name}" if path else name, value))
    for name, value in unregistered.tensors.items():
        names.setdefault(id(value), (name, value))
    return names
