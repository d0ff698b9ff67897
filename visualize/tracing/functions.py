"""Functions that ``torch.fx.wrap`` marks as one operation, opened if it matters what is in them.

A function that is given weights and multiplies with them, such as the shifted window attention of
torchvision, holds layers of the model as a module does. One that only moves values, such as the
merging of patches beside it, hides nothing that has a name of its own, but where each value goes.
Both are recorded on their own, on meta tensors of the shapes they are given, and their operations
take the place of the call.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import fx, nn

from visualize.core.operators import Category, family, operator
from visualize.core.torch_internals import functions_to_wrap, version_of
from visualize.core.traced import facts_of, set_facts
from visualize.tracing.environment import MetaEnvironment, Values, ValuesLost
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.recorded import trace_recorded


def open_functions(
    graph: fx.Graph,
    model: nn.Module,
    parameters: Collection[str],
    plain: Mapping[fx.Node, Any] | None = None,
) -> None:
    """Replace calls of marked functions that multiply with weights, or only move values.

    Each of its operations knows the call. A call stays as it is where that cannot be recorded
    without values, or where it changes what it is given.

    Args:
        graph: the graph, with the facts of its nodes.
        model: what ``graph`` refers to; constants of the functions become attributes of it.
        parameters: names of the parameters of ``model``.
        plain: the values of nodes that return no tensor, such as sizes.
    """
    marked = {id(names[name]) for names, name in functions_to_wrap() if name in names}

    def is_marked(node: fx.Node) -> bool:
        is_call = node.op == "call_function" and id(node.target) in marked
        return is_call and bool(facts_of(node).outputs)

    waiting = [node for node in graph.nodes if is_marked(node)]
    learned = _learned(graph, parameters) if waiting else set()
    while waiting:
        node = waiting.pop()
        multiplies = facts_of(node).flops > 0
        if multiplies and learned.isdisjoint(node.all_input_nodes):
            continue
        inside = _Inside.of(node, plain or {})
        if inside and (multiplies or inside.moves_values) and inside.replaces(node):
            added = inside.put_in_place_of(node, graph, model)
            learned |= {
                one
                for one in added
                if one.all_input_nodes and learned.issuperset(one.all_input_nodes)
            }
            waiting += filter(is_marked, added)


def _learned(graph: fx.Graph, parameters: Collection[str]) -> set[fx.Node]:
    """The nodes that hold parameters, or what is computed from these and from no input."""
    data: set[fx.Node] = set()
    learned: set[fx.Node] = set()
    for node in graph.nodes:
        sources = node.all_input_nodes
        if node.op == "placeholder" or not data.isdisjoint(sources):
            data.add(node)
        elif (
            node.target in parameters if node.op == "get_attr" else not learned.isdisjoint(sources)
        ):
            learned.add(node)
    return learned


@dataclass(frozen=True)
class _Inside:
    """What a function does in one call.

    Attributes:
        graph: its operations.
        module: what ``graph`` refers to.
        copies: for each placeholder of ``graph``, the node outside that it represents.
        result: what it returns: a node of ``graph``, or a tuple or list of nodes.
    """

    graph: fx.Graph
    module: nn.Module
    copies: Mapping[fx.Node, fx.Node]
    result: Any

    @classmethod
    def of(cls, node: fx.Node, plain: Mapping[fx.Node, Any]) -> _Inside | None:
        """What the function of ``node`` does; None if that cannot be recorded."""
        sources = [source for source in node.all_input_nodes if source not in plain]
        if any(len(facts_of(source).outputs) != 1 for source in sources):
            return None
        given = [_like(source) for source in sources]

        def call(*tensors: torch.Tensor) -> Any:
            values = {**plain, **dict(zip(sources, tensors, strict=True))}
            args, kwargs = fx.map_arg((node.args, node.kwargs), values.__getitem__)
            assert callable(node.target)
            return node.target(*_thawed(args), **_thawed(kwargs))

        class Function(nn.Module):
            def forward(self, *tensors: torch.Tensor) -> Any:
                return call(*tensors)

        module = Function()
        for values in reversed(Values):
            environment = MetaEnvironment(values)
            with contextlib.suppress(ValuesLost):
                try:
                    graph = trace_recorded(module, Inputs(tuple(given)), Leaves(), environment)
                except Exception:  # whatever it is: the call itself has been traced
                    return None
                if any(version_of(tensor) for tensor in given):
                    return None
                copies = dict(zip(graph.find_nodes(op="placeholder"), sources, strict=True))
                (output,) = graph.find_nodes(op="output")
                return cls(graph, module, copies, output.args[0])
        return None

    @property
    def moves_values(self) -> bool:
        """Whether it moves values and computes no other ones."""
        calls = [node for node in self.graph.nodes if node.op in ("call_function", "call_method")]
        return bool(calls) and all(operator(_name(node)).category in _MOVES for node in calls)

    def replaces(self, node: fx.Node) -> bool:
        """Whether this is all that ``node`` does, and its users read one tensor each."""
        (output,) = self.graph.find_nodes(op="output")
        inner = sum(facts_of(one).flops for one in self.graph.nodes)
        if facts_of(output).outputs != facts_of(node).outputs or inner != facts_of(node).flops:
            return False
        if isinstance(self.result, fx.Node):
            return True
        return isinstance(self.result, (tuple, list)) and all(
            len(user.args) == 2
            and isinstance(user.args[1], int)
            and isinstance(self.result[user.args[1]], fx.Node)
            for user in node.users
        )

    def put_in_place_of(self, node: fx.Node, graph: fx.Graph, model: nn.Module) -> list[fx.Node]:
        """Replace ``node`` by the operations, which are returned."""
        copies, outer = dict(self.copies), facts_of(node)
        added: list[fx.Node] = []
        with graph.inserting_before(node):
            for one in self.graph.nodes:
                if one.op in ("placeholder", "output"):
                    continue
                copied = copies[one] = graph.node_copy(one, copies.__getitem__)
                if one.op == "get_attr":
                    copied.target = _adopted(vars(self.module)[str(one.target)], model)
                facts = replace(
                    facts_of(one),
                    calls=outer.calls,
                    detached=outer.detached,
                    function=outer.function or node,
                )
                set_facts(copied, facts)
                added.append(copied)
        if isinstance(self.result, fx.Node):
            node.replace_all_uses_with(copies[self.result])
        for user in list(node.users):
            user.replace_all_uses_with(copies[self.result[user.args[1]]])
            graph.erase_node(user)
        graph.erase_node(node)
        return added


_MOVES = frozenset(
    {Category.IDENTITY, Category.JOIN, Category.PAD, Category.REPEAT}
    | {Category.RESHAPE, Category.SLICE}
)


def _name(node: fx.Node) -> str:
    return family(str(getattr(node.target, "__name__", node.target)))


def _like(node: fx.Node) -> torch.Tensor:
    """A tensor like the one that ``node`` returns, on the meta device."""
    (tensor,) = facts_of(node).outputs
    return torch.empty(tensor.shape, dtype=getattr(torch, tensor.dtype), device="meta")


def _adopted(constant: torch.Tensor, model: nn.Module) -> str:
    """Make a constant of a function an attribute of ``model``; returns its name."""
    names = map("_tensor_constant{}".format, itertools.count())
    name = next(name for name in names if not hasattr(model, name))
    vars(model)[name] = constant
    return name


def _thawed(value: Any) -> Any:
    """Arguments as the function takes them: torch.fx freezes lists and dicts."""
    if isinstance(value, dict):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_thawed(item) for item in value]
    return tuple(map(_thawed, value)) if type(value) is tuple else value
