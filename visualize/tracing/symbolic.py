"""Symbolic tracing with torch.fx: the model's ``forward`` run on proxies."""

from __future__ import annotations

import inspect
import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import fx, nn
from torch.autograd import Function

from visualize.core.architecture import ModuleCall
from visualize.core.boundary import Boundary
from visualize.core.errors import (
    EndlessError,
    ForwardError,
    InputError,
    UntraceableError,
    shorten,
)
from visualize.core.modules import class_name_of
from visualize.core.torch_internals import (
    caches_parametrizations,
    is_parametrized,
    named_buffers,
    named_modules,
    named_parameters,
    own_tensors,
    submodule_at,
    tree_leaves,
)
from visualize.core.traced import (
    EnclosingCall,
    NodeFacts,
    enclosing_calls,
    facts_of,
    set_boundaries,
    set_facts,
)
from visualize.tracing.autograd_functions import Call, as_operation, is_one_operation, watched
from visualize.tracing.calls import in_order, parts_of
from visualize.tracing.derived import Derived, DerivedTensors
from visualize.tracing.explain import line_of
from visualize.tracing.fx_tracing import trace_in_this_thread
from visualize.tracing.inputs import Inputs, names_of_arguments
from visualize.tracing.leaves import Leaves
from visualize.tracing.limits import MOST_OPERATIONS, endless
from visualize.tracing.nested import identifier, named_parts, rebuilt
from visualize.tracing.proxies import Proxy
from visualize.tracing.recorder import placeholder
from visualize.tracing.source import origin_of
from visualize.tracing.tensors import items_of


class _Stack(OrderedDict[str, tuple[str, Any]]):
    """The modules around what is traced, which torch.fx copies for every node."""

    __copy__ = OrderedDict.copy  # several times as fast


# Types of what a node holds as it is.
_PLAIN = frozenset({int, float, bool, str, type(None), torch.dtype, torch.device})


class SymbolicTracer(fx.Tracer):
    """Records every leaf module and function, each with the stack of modules around it.

    Only the inputs that were given become placeholders; the other parameters of ``forward``
    keep their defaults, so ``if mask is not None`` takes the branch that a real call takes.
    """

    def __init__(self, inputs: Inputs, leaves: Leaves) -> None:
        super().__init__()
        self.inputs = inputs
        self.leaves = leaves
        self.operations = 0
        self.differentiable = torch.is_grad_enabled()
        self.names: dict[int, str] | None = None  # of the parameters and buffers
        self.known_calls: dict[tuple[str, str], EnclosingCall] = {}
        self.module_stack = _Stack()
        self.derived = DerivedTensors(self._is_named, self._calls)
        self.derived_nodes: dict[int, fx.Node] = {}
        self.boundaries: dict[ModuleCall, Boundary] = {}

    def create_node(self, *args: Any, **kwargs: Any) -> fx.Node:
        """Record the source line of a merge; stop after too many operations."""
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            paths = [path for path, _ in self.module_stack.values()]
            raise endless(paths[-1] if paths else type(self.root).__name__)
        node = super().create_node(*args, **kwargs)
        detached = self.differentiable and not torch.is_grad_enabled()
        line, helpers = origin_of(node)
        facts = NodeFacts(calls=self._calls(), line=line, helpers=helpers, detached=detached)
        set_facts(node, facts)
        return node

    def proxy(self, node: fx.Node) -> Proxy:
        """What the model computes with in place of the value of ``node``."""
        return Proxy(node, self)

    def _calls(self) -> tuple[EnclosingCall, ...]:
        """The calls around what is traced now, each made once."""
        calls = []
        for key, entry in self.module_stack.items():
            known = key, entry[0]  # a module can have the name that a later call of another has
            if known not in self.known_calls:
                (self.known_calls[known],) = enclosing_calls({key: entry})
            calls.append(self.known_calls[known])
        return tuple(calls)

    def create_arg(self, a: Any) -> Any:
        """What a node holds for ``a``, as torch.fx does it; the most frequent kinds first."""
        kind = type(a)
        if kind in _PLAIN:
            return a
        if kind is Proxy:
            return a.node
        if kind is tuple or kind is list:
            return kind([self.create_arg(item) for item in a])
        name = self._name_of(a) if isinstance(a, torch.Tensor) else ""
        if name:
            return self.create_node("get_attr", name, (), {})
        made = self.derived.of(a) if isinstance(a, torch.Tensor) else None
        return self._node_of(made) if made else super().create_arg(a)

    def _node_of(self, made: Derived) -> fx.Node:
        """The node of what was computed from buffers, made when it is used first."""
        key = id(made.tensor)
        if key not in self.derived_nodes:
            args, kwargs = self.create_arg(made.args), self.create_arg(made.kwargs)
            node = self.create_node(made.operation, made.target, args, kwargs)
            set_facts(node, replace(facts_of(node), calls=made.calls))
            self.derived_nodes[key] = node
        return self.derived_nodes[key]

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """A proxy for a parameter of the model, one for all its uses; all else as it is."""
        if not isinstance(attr_val, nn.Parameter):
            return attr_val
        name = self._name_of(attr_val)
        if not name:
            return super().getattr(attr, attr_val, parameter_proxy_cache)
        if name not in parameter_proxy_cache:
            parameter_proxy_cache[name] = self.create_proxy("get_attr", name, (), {})
        return parameter_proxy_cache[name]

    def _is_named(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is an attribute of the model or of a module in it."""
        return bool(self._name_of(tensor)) or tensor in self.tensor_attrs

    def _name_of(self, tensor: torch.Tensor) -> str:
        """The name that a parameter or buffer of the model had and has; empty for all others.

        torch.fx walks through all parameters or buffers to find it, at every use.
        """
        if self.names is None:
            named = itertools.chain(named_buffers(self.root), named_parameters(self.root))
            self.names = {id(tensor): name for name, tensor in named}
        name = self.names.get(id(tensor), "")
        return name if name and _tensor_at(self.root, name) is tensor else ""

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        """Record a module; refuse one whose weights are cached, which no single node shows."""
        if caches_parametrizations() and is_parametrized(m):
            raise UntraceableError(
                "torch.fx cannot trace parametrised weights that are cached",
                line=type(m).__name__,
                hint="leave out torch.nn.utils.parametrize.cached in forward",
            )

        def noted(*args: Any, **kwargs: Any) -> Any:  # only called if ``m`` is no leaf
            call = self._calls()[-1].call
            arguments = _names_in(in_order(m, args, kwargs))
            result = forward(*args, **kwargs)
            self.boundaries[call] = Boundary(arguments, _names_in(result))
            return result

        return super().call_module(m, noted, args, kwargs)

    def apply(self, kind: type[Function], apply: Call, args: Any, kwargs: Any) -> Any:
        """Record a function with a backward of its own, by its class."""
        on_data = any(isinstance(value, fx.Proxy) for value in tree_leaves((args, kwargs)))
        if not on_data or not is_one_operation(kind, (args, kwargs)):
            return apply(*args, **kwargs)
        return self.create_proxy("call_function", as_operation(kind), args, kwargs)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Ask `Leaves`."""
        return self.leaves(m, module_qualified_name)

    def create_args_for_root(
        self, root_fn: Callable[..., Any], is_module: bool, concrete_args: Any = None
    ) -> tuple[Callable[..., Any], list[Any]]:
        """Make one placeholder for each tensor of the example inputs, named as in ``forward``."""

        def make(name: str, _: torch.Tensor) -> fx.Proxy:
            return self.create_proxy("placeholder", name, (), {}, name=identifier(name))

        bound = self.inputs.bind(self.root)
        for argument, name in names_of_arguments(bound):
            bound.arguments[argument] = rebuilt(bound.arguments[argument], name, make)
        # Not root_fn, the forward of the class: the model itself may have another.
        return lambda: _opened(self.root.forward(*bound.args, **bound.kwargs)), []


def _names_in(value: Any) -> tuple[str, ...]:
    return tuple([proxy.node.name for proxy in parts_of(value, fx.Proxy)])


def _tensor_at(root: nn.Module, name: str) -> torch.Tensor | None:
    path, _, own = name.rpartition(".")
    try:
        return own_tensors(submodule_at(root, path)).get(own)
    except AttributeError:  # a module that is gone
        return None


def trace_symbolically(model: nn.Module, inputs: Inputs, leaves: Leaves) -> fx.Graph:
    """The graph that torch.fx makes of ``model``, each node with its calls and source line.

    A graph module already holds its graph, which is copied; a leaf module is a graph of one node.

    Raises:
        UntraceableError: control flow depends on the values or shapes of tensors.
        ForwardError: ``forward`` itself raises.
        InputError: the inputs do not fit the signature of ``forward``.
    """
    tracer = SymbolicTracer(inputs, leaves)
    for path, module in named_modules(model):
        if isinstance(module, torch.jit.ScriptModule):
            raise UntraceableError(
                "torch.fx cannot trace TorchScript",
                line=path or class_name_of(module),
                hint="use the recorded tracer, or the Python module that it was made from",
            )
    graph = _graph_of(model, inputs, tracer)
    _name_output(graph)
    set_boundaries(graph, tracer.boundaries)
    return graph


def _graph_of(model: nn.Module, inputs: Inputs, tracer: SymbolicTracer) -> fx.Graph:
    if isinstance(model, fx.GraphModule):
        return _copy_graph(model)
    if tracer.is_leaf_module(model, ""):
        return _graph_of_leaf(model, inputs)
    try:
        with tracer.derived, watched(tracer.apply):
            return trace_in_this_thread(tracer, model)
    except (InputError, EndlessError, UntraceableError):
        raise
    except Exception as error:
        raise _explain(error) from error


def _opened(result: Any) -> Any:
    """What a model returns, objects that are no collections as tables of what they hold.

    torch.fx would call the class of a dataclass, as an operation of the model.
    """
    if inspect.iscoroutine(result) or inspect.isgenerator(result):
        result.close()
        raise fx.proxy.TraceError("forward is not run at once")
    if isinstance(result, fx.Proxy) or not any(named_parts(result, "", fx.Proxy)):
        return result
    if isinstance(result, Mapping):
        return {key: _opened(item) for key, item in result.items()}
    if isinstance(result, (tuple, list)):
        items = [_opened(item) for item in result]
        fields = getattr(result, "_fields", ())
        return dict(zip(fields, items)) if fields else type(result)(items)
    return {name: _opened(item) for (_, name), item in items_of(result)}


def _name_output(graph: fx.Graph) -> None:
    """Note what the tensors that the model returns are called."""
    (node,) = graph.find_nodes(op="output")
    names = tuple([name for name, _ in named_parts(node.args[0], "", fx.Node)])
    set_facts(node, replace(facts_of(node), names=names))


def _copy_graph(model: fx.GraphModule) -> fx.Graph:
    graph = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    output = graph.graph_copy(model.graph, copies)
    graph.output(output)
    for original, copied in copies.items():
        calls = enclosing_calls(original.meta.get("nn_module_stack") or {})
        calls = tuple(one for one in calls if one.call.path) or facts_of(original).calls
        copied.meta = {}
        set_facts(copied, NodeFacts(calls=calls))
    return graph


def _graph_of_leaf(model: nn.Module, inputs: Inputs) -> fx.Graph:
    """A graph of one node, for a model that is itself a leaf module."""
    graph = fx.Graph()
    bound = inputs.bind(model)
    for argument, name in names_of_arguments(bound):
        bound.arguments[argument] = rebuilt(
            bound.arguments[argument], name, lambda label, _: placeholder(graph, label)
        )
    name = type(model).__name__.lower()
    graph.output(graph.create_node("call_module", "", bound.args, bound.kwargs, name=name))
    return graph


def _explain(error: Exception) -> UntraceableError | ForwardError:
    line = line_of(error)
    reason = shorten(str(error).partition("\n")[0].strip(), 160)
    if isinstance(error, fx.proxy.TraceError) or "Proxy" in str(error) or "symbolic" in str(error):
        return UntraceableError(
            f"torch.fx cannot trace this line, because what it does depends on the data: {reason}",
            line=line or "forward",
            hint="move the decision out of forward, or mark its function with torch.fx.wrap",
        )
    return ForwardError(f"forward raised {type(error).__name__}: {reason}", where=line)
