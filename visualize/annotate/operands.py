"""The constants that operations combine data with, by the names that the model has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
from torch import fx

from visualize.core.architecture import Constant, NodeKind, Operation
from visualize.core.arithmetic import ARITHMETIC, REVERSED
from visualize.core.operators import CONCAT, COPIES, IDENTITY, RESAMPLE, RESHAPE, SLICE, family
from visualize.core.traced import TracedModel, facts_of

# A tensor that these make of another is called like it.
_SAME_NAME = RESHAPE | IDENTITY | COPIES | SLICE | RESAMPLE
_OTHER = ("input", "other", "exponent")
# The name that torch.fx and the recorder give to a tensor that has none in the model.
_MADE_UP = re.compile(r"_tensor_constant\d+")


def annotate_constants(graph: nx.MultiDiGraph, trace: TracedModel) -> None:
    """Set ``constant`` of every sum, difference, product, … of data and one constant."""
    operations: Mapping[str, Operation] = graph.nodes(data="operation")
    for node in trace.graph.nodes:
        operation = operations[node.name]
        if family(operation.type) not in ARITHMETIC:
            continue
        data = {source for source, _, wire in graph.in_edges(node.name, data="wire") if wire.data}
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
        return Constant(", ".join(names) if all(names) else "", first, shape)
    (value, *_) = others
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Constant(f"{value:g}", first) if is_number else None


def _operands(node: fx.Node, kind: str) -> list[Any]:
    """What an operation combines, in order."""
    if kind in CONCAT:
        parts = node.args[0] if node.args else node.kwargs.get("tensors")
        return list(parts) if isinstance(parts, (list, tuple)) else []
    return [*node.args[:2], *(node.kwargs[name] for name in _OTHER if name in node.kwargs)]


def _name(node: fx.Node, operations: Mapping[str, Operation]) -> str:
    """What a constant is called in the model; empty if it is computed, or has no name.

    >>> from visualize.core.architecture import NodeKind
    >>> graph = fx.Graph()
    >>> gains = graph.get_attr("gains.0")
    >>> known = {gains.name: Operation(gains.name, NodeKind.CONSTANT, "constant", path="gains.0")}
    >>> _name(gains, known)
    'gains[0]'
    """
    index = ""
    operation = operations[node.name]
    while operation.kind is NodeKind.FUNCTION:
        taken = node.args[1:2] if operation.type == "getitem" else ()
        if not taken and family(operation.type) not in _SAME_NAME:
            return ""
        index = _index(taken) + index
        if not node.args or not isinstance(node.args[0], fx.Node):
            return ""
        node = node.args[0]
        operation = operations[node.name]
    is_named = operation.kind is NodeKind.CONSTANT and not _MADE_UP.fullmatch(operation.path)
    return _readable(operation.path) + index if is_named else ""


def _index(taken: tuple[Any, ...]) -> str:
    """Indices as code has them; new and whole dimensions are none."""
    steps = [one for each in taken for one in (each if isinstance(each, tuple) else (each,))]
    return "".join(f"[{step}]" for step in steps if isinstance(step, int))


def _readable(path: str) -> str:
    """The last name in a path, with the numbers after it, in plain words."""
    named = re.search(r"([^.]*[^\d.][^.]*)((?:\.\d+)*)$", path)
    if not named:
        return path
    return named[1].replace("_", " ") + re.sub(r"\.(\d+)", r"[\1]", named[2])
