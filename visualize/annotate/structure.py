"""The nodes and edges of the annotated graph, read off a torch.fx graph."""

from __future__ import annotations

import functools
import inspect
import itertools
import linecache
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import torch
from torch import fx, nn
from torch.fx.operator_schemas import get_signature_for_torch_op

from visualize.annotate.batch import find_batch
from visualize.core.architecture import (
    FunctionCall,
    ModuleCall,
    NodeKind,
    Operation,
    TensorSpec,
    Wire,
)
from visualize.core.errors import shorten
from visualize.core.operators import (
    RANDOM,
    TENSOR_METHODS,
    family,
    is_known,
    may_merge,
    merge_type,
    reads_values,
)
from visualize.core.torch_internals import (
    OpOverload,
    is_parametrized,
    own_class,
    parameter_names,
    silent_dispatch,
)
from visualize.core.traced import TracedModel, facts_of

_KINDS = {
    "placeholder": NodeKind.INPUT,
    "call_module": NodeKind.MODULE,
    "call_function": NodeKind.FUNCTION,
    "call_method": NodeKind.FUNCTION,
    "get_attr": NodeKind.CONSTANT,
    "output": NodeKind.OUTPUT,
}


def build_graph(trace: TracedModel) -> nx.MultiDiGraph:
    """A graph with one node per operation and one edge per value it reads, in execution order.

    An edge carries data if its value is a tensor computed from the model's inputs and the
    operation computes a tensor from it. Sizes, constants, parameters and whatever is computed
    from these alone are not data.
    """
    graph = nx.MultiDiGraph()
    data: set[str] = set()
    classes = {
        node: own_class(trace.module_at(str(node.target)))
        for node in trace.graph.find_nodes(op="call_module")
    }
    kinds = {node: _does(node, classes.get(node)) for node in trace.graph.nodes}
    tensors = find_batch(trace, kinds)
    for index, node in enumerate(trace.graph.nodes):
        operation = _operation(index, node, trace, classes.get(node), tensors.get(node))
        graph.add_node(operation.id, operation=operation)
        yields = operation.kind is NodeKind.OUTPUT or bool(operation.outputs)
        if operation.kind is NodeKind.INPUT and yields:
            data.add(operation.id)
        merged = 0
        for position, source in enumerate(_sources(node)):
            carries = source.name in data and yields and _reads_values(node, operation, position)
            outputs = tensors.get(source) or facts_of(source).outputs
            wire = Wire(outputs[0] if outputs else None, position, carries)
            graph.add_edge(source.name, operation.id, wire=wire)
            if carries:
                data.add(operation.id)
                merged += 1
        if merged > 1 and may_merge(operation.type):
            is_sign = merge_type(operation.type) is not None
            merge = replace(operation, merges=is_sign, source=_source(node))
            graph.nodes[operation.id]["operation"] = merge
    return graph


def _source(node: fx.Node) -> str:
    """The line of code that calls a function, if it is known."""
    line = facts_of(node).line
    if line is None:
        return ""
    text = shorten(linecache.getline(line.file, line.number).strip())
    return f"{Path(line.file).name}:{line.number}: {text}".removesuffix(": ")


def _reads_values(node: fx.Node, operation: Operation, position: int) -> bool:
    """Whether an operation reads the values of an input; `Tensor.normal_` writes over them."""
    name = str(getattr(node.target, "__name__", node.target))
    overwrites = family(operation.type) in _OVERWRITING and name.partition(".")[0].endswith("_")
    return not (overwrites and position == 0) and reads_values(operation.type, position)


# What these write to a tensor in place does not depend on what it held.
_OVERWRITING = RANDOM | {"fill", "zero", "copy"}


def called_modules(trace: TracedModel) -> dict[str, str]:
    """Class name of every module that the graph calls or runs inside, by path.

    That of a module with parametrised tensors is the one it had before.
    """
    parametrised = {
        path: own_class(module).__name__
        for path, module in trace.modules.items()
        if is_parametrized(module)
    }
    modules: dict[str, str] = {}
    for node in trace.graph.nodes:
        for enclosing in facts_of(node).calls:
            path = enclosing.call.path
            modules.setdefault(path, parametrised.get(path, enclosing.class_name))
        if node.op == "call_module":
            target = str(node.target)
            modules.setdefault(target, own_class(trace.module_at(target)).__name__)
    return modules


def _does(node: fx.Node, own: type[nn.Module] | None) -> str:
    """The class or function whose work a node does; see `Operation.does`."""
    if own:
        return _counts_as(own) or own.__name__
    return _function_name(node) if node.op in ("call_function", "call_method") else node.op


def _operation(
    index: int,
    node: fx.Node,
    trace: TracedModel,
    own: type[nn.Module] | None,
    tensors: tuple[TensorSpec, ...] | None,
) -> Operation:
    facts = facts_of(node)
    calls = tuple(enclosing.call for enclosing in facts.calls)
    path = calls[-1].path if calls else ""
    module_class = counts_as = ""
    attributes: dict[str, Any] = {}
    if own:
        path = str(node.target)
        kind, module_class, counts_as = own.__name__, _full_name(own), _counts_as(own)
        attributes = _module_attributes(trace.module_at(path))
    elif node.op in ("call_function", "call_method"):
        kind = _function_name(node)
        attributes = _plain(function_arguments(node))
    elif node.op == "get_attr":
        path, kind = str(node.target), "constant"
    elif node.op == "placeholder":
        kind, attributes = "input", {"name": str(node.target)}
    else:
        kind = node.op
        named = any(name.strip("[]0123456789") for name in facts.names)
        attributes = {"names": list(facts.names)} if named else {}
    return Operation(
        id=node.name,
        kind=_KINDS[node.op],
        type=kind,
        index=index,
        path=path,
        calls=calls or ((ModuleCall(path),) if node.op == "call_module" and path else ()),
        module_class=module_class,
        attributes=attributes,
        outputs=facts.outputs if tensors is None else tensors,
        counts_as=counts_as,
        detached=facts.detached,
        function=_function_call(facts.function) if facts.function else None,
        helpers=facts.helpers,
        memory=facts.memory,
    )


def _function_call(node: fx.Node) -> FunctionCall:
    """The call of a function that has been replaced by what it does."""
    return FunctionCall(node.name, _function_name(node), _plain(function_arguments(node)))


def _full_name(kind: type[nn.Module]) -> str:
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"torch.nn.{kind.__name__}" if name.startswith("torch.nn.modules.") else name


def _counts_as(kind: type[nn.Module]) -> str:
    """The class of torch whose work a module does, if that is not its own class.

    A class that has the name of one of torch and is another does not do what the name says.
    """
    known = (base for base in kind.__mro__ if base.__module__.startswith("torch."))
    named = next((base.__name__ for base in known if is_known(base.__name__)), "")
    if named:
        return "" if named == kind.__name__ else named
    return _full_name(kind) if family(kind.__name__) in _OF_TORCH else ""


_OF_TORCH = frozenset(family(name) for name, value in vars(nn).items() if isinstance(value, type))


def _sources(node: fx.Node) -> list[fx.Node]:
    """The nodes that ``node`` reads, one entry for each time it reads them."""
    sources: list[fx.Node] = []
    fx.map_arg((node.args, node.kwargs), sources.append)
    return sources


def _function_name(node: fx.Node) -> str:
    """The name users know: ``add`` for ``operator.iadd``, ``Tensor.add_`` and ``aten.add``.

    It does not depend on the tracer: one sees ``/`` as ``operator.truediv``, the other ``div``.
    """
    target = node.target
    if isinstance(target, OpOverload):
        name = str(target.overloadpacket.__name__).strip("_")
        if name == "convolution":
            return _convolution_name(node)
        return _OPERATORS.get(name, name)
    if target is getattr and node.args[1] in _ATTRIBUTES:
        return str(node.args[1])
    for owner in (getattr(target, "__self__", None), *node.args[:1]):
        if isinstance(owner, type) and issubclass(owner, torch.autograd.Function):
            return owner.__name__
    name = str(getattr(target, "__name__", target))
    name = name.strip("_")
    if getattr(target, "__module__", "") != "_operator":
        return name
    name = name[1:] if name[0] == "i" and hasattr(operator, f"__{name[1:]}__") else name
    return TENSOR_METHODS.get(name, name)


# The attributes of a tensor that are tensors; those of a collection are parts of it.
_ATTRIBUTES = frozenset({"T", "mT", "H", "mH", "real", "imag", "data"})

# The names users know for operators in models that torch.export decomposed.
_OPERATORS = {
    "native_batch_norm": "batch_norm",
    "native_batch_norm_legit": "batch_norm",
    "native_batch_norm_legit_no_training": "batch_norm",
    "native_layer_norm": "layer_norm",
    "native_group_norm": "group_norm",
    "native_dropout": "dropout",
    "addmm": "linear",
    "to_copy": "to",
}


def _convolution_name(node: fx.Node) -> str:
    """The specific name, such as ``conv2d``, for the operator behind all convolutions."""
    _, weight, _, _, _, _, transposed, *_ = node.args
    dimensions = len(facts_of(weight).outputs[0].shape) - 2 if isinstance(weight, fx.Node) else 2
    return f"conv{'_transpose' if transposed else ''}{dimensions}d"


def function_arguments(node: fx.Node) -> dict[str, Any]:
    """What a function is given, by name; by position where names are not known.

    Sizes that the model computes are the numbers that they were.
    """
    names = _parameter_names(node)
    arguments: dict[str, Any] = {}
    args, kwargs = fx.map_arg((node.args, node.kwargs), _number)
    for position, value in enumerate(args):
        name = names[position] if position < len(names) else str(position)
        arguments[name] = _index(value) if position == 1 and node.target in _INDEXED else value
    return {**arguments, **kwargs}


def _number(node: fx.Node) -> Any:
    """The number that a node returned, or the node where it returned something else."""
    size = facts_of(node).size
    return node if size is None else size


_INDEXED = (operator.getitem, operator.setitem)


def _index(value: Any) -> Any:
    """An index as plain data, with ``...`` and ``None`` spelled out."""
    steps = value if isinstance(value, tuple) else (value,)
    spelled = tuple("..." if one is ... else "None" if one is None else one for one in steps)
    return spelled if isinstance(value, tuple) else spelled[0]


def _parameter_names(node: fx.Node) -> Sequence[str]:
    """The names of the parameters of a function, as far as they are known."""
    try:
        return _names_of_parameters(node.target, len(node.args))
    except TypeError:  # a target that cannot be hashed
        return ()


@functools.lru_cache(maxsize=4096)
def _names_of_parameters(target: Any, given: int) -> Sequence[str]:
    if not callable(target):
        return ()
    if isinstance(target, OpOverload):
        return parameter_names(target)
    function = silent_dispatch(target)
    if function is torch.einsum:  # which takes anything
        return ("equation",)
    try:
        return _positional(inspect.signature(function))
    except (TypeError, ValueError):  # builtins have a schema instead
        signatures = get_signature_for_torch_op(function) or []
        fitting = [s for s in signatures if len(s.parameters) >= given]
        return list(fitting[0].parameters) if fitting else ()


def _positional(signature: inspect.Signature) -> Sequence[str]:
    """The names of the parameters up to one that takes any number of values."""
    kinds = ((name, parameter.kind) for name, parameter in signature.parameters.items())
    named = itertools.takewhile(lambda item: item[1] is not inspect.Parameter.VAR_POSITIONAL, kinds)
    return [name for name, _ in named]


def _module_attributes(module: nn.Module) -> dict[str, Any]:
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    public.pop("training", None)
    return _plain(public)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that JSON can hold."""
    plain = {name: _to_plain(value) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _to_plain(value: Any) -> Any:
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value)
    if isinstance(value, (tuple, list)):
        items = [_to_plain(item) for item in value]
        return items if items and all(item is not None for item in items) else None
    if isinstance(value, slice):
        return str(value) if not any(isinstance(part, fx.Node) for part in _parts(value)) else None
    return None


def _parts(value: slice) -> tuple[Any, Any, Any]:
    return value.start, value.stop, value.step
