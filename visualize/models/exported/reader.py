"""From the graph in the document of an exported program to one of torch.fx."""

from __future__ import annotations

import functools
import json
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import fx, nn

from visualize.core.errors import SourceError, shorten
from visualize.core.example import Example, ExampleTensor
from visualize.core.modules import attach
from visualize.core.script_operators import may_be_exported
from visualize.core.torch_internals import OpOverload
from visualize.core.traced import EnclosingCall, NodeFacts, set_facts
from visualize.models.exported.archive import Archive
from visualize.models.exported.document import (
    LISTS,
    LISTS_OF_UNIONS,
    PLAIN,
    UNIONS,
    Json,
    dtype_of,
    enclosing_calls_of,
    name_of,
    only,
    outputs_of,
    sizes_of,
)
from visualize.models.exported.program import Program

# What may be called other than operators: arithmetic on sizes.
_ARITHMETIC = frozenset(
    {
        "abs", "add", "and_", "eq", "floordiv", "ge", "getitem", "gt", "le", "lshift", "lt", "mod",
        "mul", "ne", "neg", "not_", "or_", "pos", "pow", "rshift", "sub", "truediv", "xor",
    }
)  # fmt: skip
_ROUNDING = frozenset({"ceil", "floor", "trunc"})
_SYMBOLIC = frozenset(
    {
        "sym_float", "sym_int", "sym_ite", "sym_max", "sym_min", "sym_not", "sym_sqrt", "sym_sum",
        "_sym_sqrt",
    }
)  # fmt: skip
# For each name, a function that returns its node.
_Scope = dict[str, Callable[[], Any]]
_KEYWORD = 2
_UNKNOWN = object()

# The key under which an input's specification names a tensor of the model.
_STORED = {
    "parameter": "parameter_name",
    "buffer": "buffer_name",
    "tensor_constant": "tensor_constant_name",
}


class ProgramReader:
    """Makes a program of the graph in a document.

    A name maps to a function that returns its node, because parameters and parts of tuples
    become nodes only where they are used.
    """

    def __init__(self, files: Archive, document: Json) -> None:
        self.files = files
        self.document = document
        self.program = Program(nn.Module(), fx.Graph())
        self.graph = fx.Graph()
        self.calls: tuple[EnclosingCall, ...] = ()  # around the operation that is read
        self.sizes: list[fx.Node] = []

    def read(self) -> Program:
        """Read the whole document."""
        graph, signature = self.document["graph"], self.document["signature"]
        self._make_tensors(signature["input_specs"], graph["tensor_values"])
        scope = self._read_inputs(signature["input_specs"])
        self._read_nodes(graph, scope)
        self.calls = ()
        returned = [
            spec["user_output"]["arg"]
            for spec in signature["output_specs"]
            if "user_output" in spec
        ]
        outputs = [self._argument(argument, scope) for argument in returned]
        self.graph.output(outputs[0] if len(outputs) == 1 else tuple(outputs))
        for node in reversed(self.sizes):
            if not node.users:
                self.graph.erase_node(node)
        self.program.graph = self.graph
        return self.program

    def _make_tensors(self, input_specs: list[Json], values: Mapping[str, Json]) -> None:
        """Register every parameter and buffer; one that has several names only once."""
        payloads = self.files.payloads("weights") | self.files.payloads("constants")
        made: dict[str, torch.Tensor] = {}
        for kind, value in map(only, input_specs):
            if kind not in _STORED:
                continue
            name = value[_STORED[kind]]
            payload = payloads.get(name, {})
            about = payload.get("tensor_meta") or values[value["arg"]["name"]]
            identity = json.dumps([payload["path_name"], about]) if payload else name
            if identity not in made:
                tensor = self._tensor(about, payload.get("path_name", ""))
                if kind == "parameter":
                    tensor = nn.Parameter(tensor, requires_grad=about["requires_grad"])
                made[identity] = tensor
            attach(self.program, name, made[identity], constant=kind == "tensor_constant")

    def _tensor(self, about: Json, path: str) -> torch.Tensor:
        dtype = dtype_of(about["dtype"])
        shape, strides = sizes_of(about["sizes"]), sizes_of(about["strides"])
        if torch.get_default_device().type == "meta" or not path:
            return torch.empty_strided(shape, strides, dtype=dtype)
        content = bytearray(self.files.read(path))
        if not content:
            return torch.zeros(shape, dtype=dtype)
        (offset,) = sizes_of([about["storage_offset"]])
        return torch.frombuffer(content, dtype=dtype).as_strided(shape, strides, offset)

    def _read_inputs(self, input_specs: list[Json]) -> _Scope:
        """Make the placeholders, and the example inputs for them."""
        scope: _Scope = {}
        example: list[Any] = []
        given = self.files.examples()
        for kind, value in map(only, input_specs):
            if kind in _STORED:
                scope[value["arg"]["name"]] = functools.partial(self._get, value[_STORED[kind]])
            elif kind == "user_input":
                name = name_of(value["arg"])
                if name:
                    scope[name] = _always(self._placeholder(name))
                    example.append(self._example(only(value["arg"])[0], name, given))
            elif kind != "constant_input":
                raise ValueError(f"an input of the kind {kind}")
        self.program.meta["example"] = None if _UNKNOWN in example else Example(tuple(example))
        return scope

    def _placeholder(self, name: str) -> fx.Node:
        if not name.isidentifier():
            raise ValueError(f"an input named {name!r}")
        return self.graph.placeholder(name)

    def _example(self, kind: str, name: str, given: list[Any]) -> Any:
        """What the program was exported with; of floating-point tensors only the shape."""
        graph = self.document["graph"]
        if kind != "as_tensor":
            hint = graph[f"{kind.removeprefix('as_')}_values"][name]["as_expr"]["hint"]
            value = only(hint)[1] if hint else _UNKNOWN
            if hint and type(value) not in (int, float, bool):
                raise ValueError("an example that is no number")
            return value
        about = graph["tensor_values"][name]
        shape, dtype = sizes_of(about["sizes"]), dtype_of(about["dtype"])
        if not (dtype.is_floating_point or dtype.is_complex):
            for index, leaf in enumerate(given):
                if isinstance(leaf, torch.Tensor) and (leaf.shape, leaf.dtype) == (shape, dtype):
                    return given.pop(index)
        return ExampleTensor(shape, str(dtype).removeprefix("torch."))

    def _read_nodes(self, graph: Json, scope: _Scope) -> None:
        for node in graph["nodes"]:
            if any("as_none" not in output for output in node["outputs"]):  # else a check
                self._read_node(node, scope)

    def _read_node(self, node: Json, scope: _Scope) -> None:
        self.calls = self._without_program(enclosing_calls_of(node))
        if node["target"].startswith("torch.ops.higher_order."):
            self._inline(node, scope)
            return
        function = self._function(node["target"])
        args, kwargs = [], {}
        for given in node["inputs"]:
            value = self._argument(given["arg"], scope)
            if given.get("kind") == _KEYWORD:
                kwargs[given["name"]] = value
            else:
                args.append(value)
        outputs = outputs_of(node)
        name = node.get("name") or name_of(outputs[0])
        made = self._add("call_function", function, tuple(args), kwargs, name)
        if "as_tensor" not in outputs[0]:
            self.sizes.append(made)
        if len(outputs) == 1 and "as_tensors" not in node["outputs"][0]:
            scope[name_of(outputs[0]) or ""] = _always(made)
            return
        for index, output in enumerate(outputs):
            part = functools.partial(self._part, made, index, self.calls)
            scope[name_of(output) or ""] = functools.cache(part)

    def _part(self, made: fx.Node, index: int, calls: tuple[EnclosingCall, ...]) -> fx.Node:
        part = self._add("call_function", operator.getitem, (made, index))
        set_facts(part, NodeFacts(calls=calls))
        return part

    def _inline(self, node: Json, scope: _Scope) -> None:
        """Read the graph inside a call that only sets a mode, such as ``torch.no_grad``."""
        name = node["target"].rpartition(".")[2]
        given = [given["arg"] for given in node["inputs"]]
        graphs = [index for index, argument in enumerate(given) if "as_graph" in argument]
        if not (name.startswith("wrap_with_") or name == "invoke_subgraph") or len(graphs) != 1:
            raise SourceError(
                f"data-dependent control flow ({name}) is not supported",
                where=self.files.where,
                hint="give the Python model",
            )
        inner = given[graphs[0]]["as_graph"]["graph"]
        operands = [name_of(argument) for argument in given[graphs[0] + 1 :]]
        inside = {
            name_of(argument) or "": scope[operand]
            for argument, operand in zip(inner["inputs"], filter(None, operands))
        }
        self._read_nodes(inner, inside)
        for output, argument in zip(outputs_of(node), inner["outputs"]):
            scope[name_of(output) or ""] = inside[name_of(argument) or ""]

    def _function(self, target: str) -> Callable[..., Any]:
        """The operator that ``target`` names, or arithmetic on sizes; nothing else of Python."""
        library, _, name = target.rpartition(".")
        if library == "_operator" and name in _ARITHMETIC:
            return getattr(operator, name)  # type: ignore[no-any-return]
        if library == "math" and name in _ROUNDING:
            return getattr(math, name)  # type: ignore[no-any-return]
        if library == "torch" and name in _SYMBOLIC:
            return getattr(torch, name)  # type: ignore[no-any-return]
        function: Any = None
        if target.startswith("torch.ops.") and target.count(".") == 4:
            _, _, namespace, packet, overload = target.split(".")
            if namespace == "torchvision":
                import torchvision  # noqa: F401 (defines its operators)
            function = getattr(torch.ops, namespace, None)
            for name in (packet, overload):
                function = getattr(function, name, None)
        if not isinstance(function, OpOverload) or not may_be_exported(f"{namespace}::{packet}"):
            raise SourceError(
                f"it calls {shorten(target)}, which is not a known operator",
                where=self.files.where,
                hint="if a package defines it, give the Python model",
            )
        return function

    def _argument(self, argument: Json, scope: _Scope) -> Any:
        name = name_of(argument)
        if name:
            return scope[name]()
        kind, value = only(argument)
        if kind in LISTS:
            return [self._argument({LISTS[kind]: item}, scope) for item in value]
        if kind in UNIONS:
            return self._argument(value, scope)
        if kind in LISTS_OF_UNIONS:
            return [self._argument(item, scope) for item in value]
        return PLAIN[kind](value)

    def _get(self, target: str) -> fx.Node:
        return self._add("get_attr", target)

    def _add(
        self,
        operation: str,
        target: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> fx.Node:
        node = self.graph.create_node(operation, target, args, kwargs or {}, name)
        set_facts(node, NodeFacts(calls=self.calls))
        return node

    def _without_program(self, calls: tuple[EnclosingCall, ...]) -> tuple[EnclosingCall, ...]:
        """``calls`` without that of the program, whose class name the program takes over."""
        if calls and not calls[0].call.path:
            type(self.program).__name__ = calls[0].class_name
            return calls[1:]
        return calls


def _always(node: fx.Node) -> Callable[[], fx.Node]:
    return lambda: node
