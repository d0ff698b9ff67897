"""One run of a traced graph on meta tensors, for shapes, dtypes and FLOPs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import fx, nn

from visualize.core.errors import VisualizeError
from visualize.core.module_path import spelled
from visualize.core.torch_internals import functions_to_wrap, version_of, without_torch_function
from visualize.core.traced import facts_of, set_facts
from visualize.tracing.explain import Failure, check_what_meta_does_not, explain_failure
from visualize.tracing.flops import Memory, OnMeta
from visualize.tracing.inplace import unclear_write
from visualize.tracing.inputs import Inputs
from visualize.tracing.module_calls import module_calls
from visualize.tracing.proxies import IN_PLACE
from visualize.tracing.tensors import specification, tensors_in


class Seen(NamedTuple):
    """What a run shows beyond the facts of single nodes.

    Attributes:
        plain: the values of the nodes that hold no tensor, such as sizes.
        writers: the calls of marked functions, and the augmented assignments, that write to their
            first argument and return it.
    """

    plain: Mapping[fx.Node, Any]
    writers: Collection[fx.Node]


def record_tensors(graph: fx.Graph, model: nn.Module, inputs: Inputs, memory: Memory) -> Seen:
    """Run ``graph`` and set ``outputs`` and ``flops`` of each node's `NodeFacts`.

    Raises:
        UntraceableError: a marked function writes to what it does not return.
        ShapeError: a layer refused the shape of its input.
        ForwardError: any other exception of an operation.
    """
    with torch.no_grad(), memory.counting(), OnMeta(memory), module_calls(model):
        interpreter = _Interpreter(model, graph, memory)
        interpreter.run(*inputs.values(model))
    return Seen(interpreter.plain, interpreter.writers)


class _Interpreter(fx.Interpreter):
    def __init__(self, model: nn.Module, graph: fx.Graph, memory: Memory) -> None:
        super().__init__(model, graph=graph)
        self.extra_traceback = False
        self.memory = memory
        self.plain: dict[fx.Node, Any] = {}
        self.writers: set[fx.Node] = set()
        marked = [names[name] for names, name in functions_to_wrap() if name in names]
        self.marked = set(map(id, (*marked, *IN_PLACE.values())))

    def run_node(self, n: fx.Node) -> Any:
        before = self.memory.total
        try:
            args, kwargs = self.fetch_args_kwargs_from_env(n)
            given = tensors_in((args, kwargs)) if id(n.target) in self.marked else ()
            versions = [version_of(tensor) for tensor in given]
            value = getattr(self, n.op)(n.target, args, kwargs)
        except Exception as error:
            raise self._explain(n, error) from error
        with without_torch_function():  # asking for a shape is not an operation
            outputs = tuple([specification(tensor) for tensor in tensors_in(value)])
        written = [one for one, version in zip(given, versions) if version_of(one) != version]
        if written and not (args and value is args[0] and all(one is value for one in written)):
            raise unclear_write(n, self.module)
        if written:
            self.writers.add(n)
        if not outputs:
            self.plain[n] = value
        flops = self.memory.total - before
        size = None if outputs else _size(value)
        set_facts(n, replace(facts_of(n), outputs=outputs, flops=flops, size=size))
        return value

    def _explain(self, node: fx.Node, error: Exception) -> VisualizeError:
        module = self.fetch_attr(str(node.target)) if node.op == "call_module" else None
        given = self.map_nodes_to_values((node.args, node.kwargs), node)
        return explain_failure(Failure(error, _place(self, node), module, tensors_in(given)))

    def fetch_args_kwargs_from_env(self, n: fx.Node) -> Any:
        # fx freezes lists and dicts, which the model's own functions may write to.
        args, kwargs = super().fetch_args_kwargs_from_env(n)
        return tuple(_thaw(value) for value in args), {k: _thaw(v) for k, v in kwargs.items()}

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        module = self.submodules.get(str(target)) or self.fetch_attr(str(target))
        if args and isinstance(args[0], torch.Tensor):
            with without_torch_function():
                check_what_meta_does_not(module, args[0])
        return module(*args, **kwargs)

    def fetch_attr(self, target: str) -> Any:
        if not target:
            return self.module
        value = super().fetch_attr(target)
        # Constants that fx found while tracing are real tensors.
        return value.to("meta") if isinstance(value, torch.Tensor) else value


def _size(value: Any) -> float | tuple[float, ...] | None:
    """A number or a sequence of numbers; None for anything else."""
    if isinstance(value, (list, tuple)):
        return tuple(value) if value and all(map(_is_number, value)) else None
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _place(interpreter: _Interpreter, node: fx.Node) -> str:
    if node.op == "call_module":
        return spelled(str(node.target))
    calls = facts_of(node).calls
    function = getattr(node.target, "__name__", str(node.target))
    module = (
        spelled(calls[-1].call.path) if calls else f"{type(interpreter.module).__name__}.forward"
    )
    return f"{module} ({function})"


def _thaw(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and type(value) is not tuple and not _is_named(value):
        return [_thaw(item) for item in value]
    if isinstance(value, dict):
        return {key: _thaw(item) for key, item in value.items()}
    return value


def _is_named(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")
