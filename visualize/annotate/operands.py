"""The constants that operations combine data with, by the names that the model has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
from torch import fx

from visualize.core.architecture import Constant, NodeKind, Operation
from visualize.core.arithmetic import ARITHMETIC, COMMUTE, REVERSED, SIGNS
from visualize.core.module_path import is_made_up, parameter_words
from visualize.core.operators import CONCAT, COPIES, IDENTITY, RESAMPLE, RESHAPE, SLICE, family
from visualize.core.traced import TracedModel, facts_of

# These are written before the name of what they read.
_OF_ONE = frozenset(
    {"exp", "log", "neg", "abs", "sqrt", "rsqrt", "square", "sigmoid", "tanh", "softplus", "relu"}
)
# A tensor that these make of another is called like it.
_SAME_NAME = (RESHAPE | IDENTITY | COPIES | SLICE | RESAMPLE) - {"getitem"}
_FILLS = {
    "zeros": 0.0, "zeroslike": 0.0, "newzeros": 0.0,
    "ones": 1.0, "oneslike": 1.0, "newones": 1.0,
}  # fmt: skip
_VIEWS = RESHAPE | COPIES | SLICE
_OTHER = ("input", "other", "exponent")


def annotate_constants(graph: nx.MultiDiGraph, trace: TracedModel) -> None:
    """Set ``constant`` of every sum, difference, product, … of data and one constant.

    What is computed from parameters alone, such as a kernel, is combined with numbers as data is.
    """
    operations: Mapping[str, Operation] = graph.nodes(data="operation")
    for node in trace.graph.nodes:
        operation = operations[node.name]
        if family(operation.type) not in ARITHMETIC:
            continue
        wires = [(source, wire) for source, _, wire in graph.in_edges(node.name, data="wire")]
        data = {source for source, wire in wires if wire.data}
        if not data and len(node.all_input_nodes) == 1:
            data = {source for source, wire in wires if wire.tensor}
        constant = _constant(node, operation, data, operations)
        if constant:
            graph.nodes[node.name]["operation"] = replace(operation, constant=constant)


def _constant(
    node: fx.Node, operation: Operation, data: set[str], operations: Mapping[str, Operation]
) -> Constant | None:
    given = _operands(node, family(operation.type))
    is_data = [isinstance(one, fx.Node) and one.name in data for one in given]
    if len(given) < 2 or is_data.count(True) != 1:
        return None
    others = [one for one, known in zip(given, is_data) if not known]
    first = is_data[-1] is not (family(operation.type) in REVERSED)
    if all(isinstance(one, fx.Node) for one in others):
        names = [_name(one, operations) for one in others]
        outputs = facts_of(others[0]).outputs
        shape = outputs[0].shape if outputs else None
        value = _fill(others[0]) if len(others) == 1 and _keeps_shape(node, data) else None
        return Constant(", ".join(names) if all(names) else "", first, shape, value)
    (value, *_) = others
    is_number = isinstance(value, (int, float, complex)) and not isinstance(value, bool)
    return Constant(_number(value), first) if is_number else None


def _number(value: complex) -> str:
    """A number as formulas have it.

    >>> _number(0.5), _number(1j), _number(1 - 2j)
    ('0.5', '1j', '1-2j')
    """
    is_imaginary = isinstance(value, complex) and not value.real
    return f"{value.imag:g}j" if is_imaginary else f"{value:g}"


def _keeps_shape(node: fx.Node, data: set[str]) -> bool:
    """Whether the result of an operation has the shape of the data that it reads."""
    read = [facts_of(one).outputs for one in node.all_input_nodes if one.name in data]
    made = facts_of(node).outputs
    return [[one.shape for one in each] for each in read] == [[one.shape for one in made]]


def _fill(node: fx.Node) -> float | None:
    """The number that a tensor is filled with; None if it is not known, or there are several.

    A tensor that something writes to later is not what it was filled with.
    """
    name = family(str(getattr(node.target, "__name__", node.target)))
    if node.op not in ("call_function", "call_method") or _is_written(node):
        return None
    if name in _FILLS:
        return _FILLS[name]
    if name in _SAME_NAME and node.all_input_nodes:
        return _fill(node.all_input_nodes[0])
    return None


def _is_written(node: fx.Node) -> bool:
    """Whether something writes to a tensor, or to a view of it."""
    for user in node.users:
        name = str(getattr(user.target, "__name__", user.target))
        in_place = name == "setitem" or (name.endswith("_") and not name.endswith("__"))
        if in_place or user.kwargs.get("out") is node:
            return True
        if family(name) in _VIEWS and _is_written(user):
            return True
    return False


def _operands(node: fx.Node, kind: str) -> list[Any]:
    """What an operation combines, in order."""
    if kind in CONCAT:
        parts = node.args[0] if node.args else node.kwargs.get("tensors")
        return list(parts) if isinstance(parts, (list, tuple)) else []
    return [*node.args[:2], *(node.kwargs[name] for name in _OTHER if name in node.kwargs)]


def _name(node: fx.Node, operations: Mapping[str, Operation]) -> str:
    """What a constant is called in the model; empty if it has no name, or is computed of several.

    >>> from visualize.core.architecture import NodeKind
    >>> graph = fx.Graph()
    >>> gains = graph.get_attr("gains.0")
    >>> known = {gains.name: Operation(gains.name, NodeKind.CONSTANT, "constant", path="gains.0")}
    >>> _name(gains, known)
    'gains[0]'
    """
    operation = operations[node.name]
    if operation.kind is NodeKind.CONSTANT:
        return "" if is_made_up(operation.path) else parameter_words(operation.path)
    read = [one for one in node.args if isinstance(one, fx.Node)]
    if operation.kind is not NodeKind.FUNCTION or len(read) != 1:
        return ""
    inner, kind = _name(read[0], operations), family(operation.type)
    if not inner or kind in _SAME_NAME:
        return inner
    if node.kwargs:
        return ""
    if operation.type == "getitem":
        return inner + _index(node.args[1:2])
    numbers = [one for one in node.args if isinstance(one, (int, float))]
    if kind in ARITHMETIC and len(numbers) == 1 and len(node.args) == 2:
        return f"({_formula(node, kind, inner)})"
    return f"{operation.type}({inner})" if kind in _OF_ONE and len(node.args) == 1 else ""


def _formula(node: fx.Node, kind: str, name: str) -> str:
    """A constant that is computed from another and a number, which is first where either can be."""
    one, other = (name if isinstance(each, fx.Node) else f"{each:g}" for each in node.args)
    sign = SIGNS[kind]
    swapped = one == name if sign in COMMUTE else kind in REVERSED
    return f"{other} {sign} {one}" if swapped else f"{one} {sign} {other}"


def _index(taken: tuple[Any, ...]) -> str:
    """Indices as code has them; new and whole dimensions are none."""
    steps = [one for each in taken for one in (each if isinstance(each, tuple) else (each,))]
    return "".join(f"[{step}]" for step in steps if isinstance(step, int))
