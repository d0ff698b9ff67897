"""TorchScript: its code is interpreted here once, operation by operation.

A script runs in C++, where Python sees neither its modules nor their parameters. Its code is
plain data, though: a graph of operations and control flow, each operation with the module it
was written in. Interpreted on meta tensors it gives the same graph as any other model, and
nothing but operators on tensors is ever called.
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import fx, nn
from torch.fx.graph_module import _assign_attr

from visualize.core.errors import ForwardError, InputError, UntraceableError, shorten
from visualize.tracing.explain import Failure, explain_failure
from visualize.tracing.flops import FlopCounter
from visualize.tracing.inputs import Inputs
from visualize.tracing.tensors import map_tensors, specification, tensors_in

_MODULE = re.compile(r"([^.()]+)\(([^()]*)\)")
_INLINED = frozenset({"SELF", "TOP", "UNKNOWN_INSTANCE", "INSTANCE_NAME_UNKNOWN"})
# Operators that read or write files.
_FORBIDDEN = frozenset({"aten::from_file", "aten::save", "aten::load"})
# Say where and how tensors lie in memory, which no figure shows.
_STORAGE = frozenset({"device", "layout", "pin_memory", "memory_format"})
_DTYPES = (
    "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex32",
    "complex64", "complex128", "bool", "qint8", "quint8", "qint32", "bfloat16",
)  # fmt: skip


def note(model: torch.jit.ScriptModule) -> str:
    """What a user should know of the figure of ``model``; empty if nothing."""
    graph = _method(model).inlined_graph  # kept, because its nodes do not live longer
    constants = graph.findAllNodes("prim::Constant")
    held = [tensor for constant in constants for tensor in tensors_in(constant.output().toIValue())]
    if any(True for _ in model.parameters()) or not any(tensor.dim() for tensor in held):
        return ""
    return (
        "this TorchScript is frozen: its modules are gone, so blocks and stages cannot be told, "
        "and its weights are constants without names"
    )


def trace_scripted(model: torch.jit.ScriptModule, inputs: Inputs) -> tuple[fx.Graph, nn.Module]:
    """Record one run of ``model``, which is left as it is.

    Returns:
        The graph with all of `TracedModel`'s ``meta``, and the module its targets refer to.

    Raises:
        InputError: the inputs do not fit ``forward``.
        UntraceableError: the script decides by values of tensors and the model has none, or it
            does what is not known here.
        ForwardError: an operation refused its inputs, or the script itself raised.
    """
    try:
        return _Run(model, with_values=False).record(inputs.with_few_values())
    except UntraceableError:
        if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
            raise
    return _Run(model, with_values=True).record(inputs.with_values())


def _method(model: torch.jit.ScriptModule) -> Any:
    """The method to run: ``forward``, or the first of its overloads."""
    names = model._c._method_names()
    return model._c._get_method("forward" if "forward" in names else "forward__0")


class _Object:
    """An object of a class of the script, or a module: attributes that the run may set."""

    def __init__(self, path: str = "", origin: Any = None) -> None:
        self.path = path
        self.origin = origin
        self.attributes: dict[str, Any] = {}


class _Run:
    """Interprets the graph of a script, and records what makes tensors.

    Tensors are told apart by identity, so each operation must return objects of its own.
    """

    def __init__(self, model: torch.jit.ScriptModule, *, with_values: bool) -> None:
        self.model = model
        self.with_values = with_values
        self.root = nn.Module()
        self.graph = fx.Graph()
        self.flops = FlopCounter()
        self.stack: dict[str, tuple[str, str]] = {}
        self.calls: dict[str, int] = {}
        self.values: dict[str, Any] = {}
        # What was recorded; the tensors are kept so that their ids stay theirs.
        self.nodes: dict[int, fx.Node] = {}
        self.parts: dict[int, tuple[fx.Node, int, torch.Tensor]] = {}
        self.kept: list[Any] = []
        # Copies of the model's own tensors, by the storage that they share and by themselves.
        self.twins: dict[Any, torch.Tensor] = {}
        self.names: dict[int, str] = {}
        self.is_frozen = not any(True for _ in model.parameters())

    def record(self, inputs: Inputs) -> tuple[fx.Graph, nn.Module]:
        for name, parameter in self.model.named_parameters(remove_duplicate=False):
            self._adopt(name, parameter)
        for name, buffer in self.model.named_buffers(remove_duplicate=False):
            self._adopt(name, buffer)
        method = _method(self.model)
        graph = method.inlined_graph
        given = [_Object(origin=self.model._c), *self._bind(method.schema, inputs)]
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for value, argument in zip(graph.inputs(), given):
                self.values[value.debugName()] = argument
            self._run_block(graph)
        self.stack = {}
        returned = [self.values[output.debugName()] for output in graph.outputs()]
        result = returned[0] if len(returned) == 1 else tuple(returned)
        node = self.graph.output(map_tensors(_unwrap(result), self._node_of))
        self._describe(node, result, 0)
        return self.graph, self.root

    def _bind(self, schema: Any, inputs: Inputs) -> list[Any]:
        """The arguments in their order, a placeholder for each tensor in them."""
        parameters = schema.arguments[1:]
        names = [parameter.name for parameter in parameters]
        unknown = set(inputs.kwargs) - set(names)
        if unknown or len(inputs.args) > len(names):
            got = f"{unknown.pop()!r}" if unknown else f"{len(inputs.args)} inputs"
            raise InputError(
                f"the script takes {', '.join(names) or 'no inputs'} and not {got}",
                hint="give one --input for each, NAME=SHAPE to name it",
            )
        given = dict(zip(names, inputs.args)) | dict(inputs.kwargs)
        for parameter in parameters:
            if parameter.name not in given and not parameter.has_default_value():
                raise InputError(
                    f"the script needs the input {parameter.name!r}",
                    hint="give one --input for each, NAME=SHAPE to name it",
                )
        arguments = []
        for parameter in parameters:
            value = given.get(parameter.name, parameter.default_value)
            for tensor in tensors_in(value):
                node = self.graph.placeholder(parameter.name)
                self._describe(node, tensor, 0)
                self._keep(tensor, node)
            arguments.append(value)
        return arguments

    def _adopt(self, name: str, tensor: torch.Tensor) -> None:
        """Put a copy of one of the model's tensors under its name; of tied ones the same."""
        key = _identity(tensor)
        if key not in self.twins:
            data = tensor.detach()
            data = data.clone() if self.with_values else torch.empty_like(data, device="meta")
            if isinstance(tensor, nn.Parameter) or (tensor.requires_grad and tensor.is_leaf):
                data = nn.Parameter(data, requires_grad=tensor.requires_grad)
            self.twins[key] = data
            self.names[id(data)] = name
        _assign_attr(self.twins[key], self.root, name)

    def _run_block(self, block: Any) -> list[Any]:
        """Run the nodes of a graph or block, and return what a block returns."""
        for node in block.nodes():
            results = self._run_node(node)
            for output, result in zip(node.outputs(), results):
                self.values[output.debugName()] = result
        return [self.values[value.debugName()] for value in block.outputs()]

    def _run_node(self, node: Any) -> Sequence[Any]:
        kind = node.kind()
        if kind == "prim::Constant":
            return [self._constant(node)]
        inputs = [self.values[value.debugName()] for value in node.inputs()]
        if kind == "prim::If":
            yes, no = node.blocks()
            return self._run_block(yes if self._decide(inputs[0], node) else no)
        if kind == "prim::Loop":
            return self._loop(node, inputs)
        if kind in _ATTRIBUTES:
            return [_ATTRIBUTES[kind](self, node, inputs)]
        if kind in _UNPACK:
            return list(inputs[0])
        name = kind.partition("::")[2]
        if kind in _PRIMITIVES:
            return [_PRIMITIVES[kind](*inputs)]
        if kind == "prim::RaiseException":
            raise ForwardError(
                f"the script raised: {shorten(str(inputs[0]), 160)}", where=self._place(node)
            )
        if name in _COLLECTIONS and inputs and isinstance(inputs[0], (list, dict, tuple, str)):
            return [_COLLECTIONS[name](*inputs)]
        if name in _SCALARS and not tensors_in(inputs):
            return [_SCALARS[name](*inputs)]
        return self._operate(node, inputs)

    def _constant(self, node: Any) -> Any:
        if not node.hasAttribute("value"):
            return None
        value = node.output().toIValue()
        return map_tensors(value, self._constant_tensor) if tensors_in(value) else value

    def _constant_tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor that the script itself holds: a number, or data that becomes a constant."""
        if tensor.dim() == 0:
            return tensor
        key = _identity(tensor)
        if key not in self.twins:
            data = tensor.detach() if self.with_values else tensor.detach().to("meta")
            name = f"constant_{len(self.twins)}"
            if self.is_frozen and data.is_floating_point():  # a parameter before it was frozen
                data = nn.Parameter(data, requires_grad=False)
            self.twins[key] = data
            self.names[id(data)] = name
            _assign_attr(data, self.root, name)
        return self.twins[key]

    def _decide(self, value: Any, node: Any) -> bool:
        if isinstance(value, torch.Tensor) and value.is_meta:
            raise _needs_values(self._place(node))
        return bool(value)

    def _loop(self, node: Any, inputs: list[Any]) -> list[Any]:
        (block,) = node.blocks()
        most, goes_on, *carried = inputs
        names = [value.debugName() for value in block.inputs()]
        for turn in itertools.count():
            if turn >= most or not self._decide(goes_on, node):
                return carried
            self.values.update(zip(names, (turn, *carried)))
            goes_on, *carried = self._run_block(block)
        raise AssertionError

    def get_attribute(self, node: Any, inputs: list[Any]) -> Any:
        (owner,), name = inputs, node.s("name")
        if name == "training":
            return False
        if not isinstance(owner, _Object):  # of a class that Python defines
            raise _unknown(node, self._place(node))
        if name not in owner.attributes:
            value = owner.origin.getattr(name)
            if isinstance(value, torch._C.ScriptModule):
                value = _Object(f"{owner.path}.{name}".lstrip("."), value)
            else:
                value = map_tensors(value, self._twin) if tensors_in(value) else value
            owner.attributes[name] = value
        return owner.attributes[name]

    def set_attribute(self, node: Any, inputs: list[Any]) -> None:
        owner, value = inputs
        owner.attributes[node.s("name")] = value

    def create_object(self, node: Any, inputs: list[Any]) -> _Object:
        return _Object()

    def index_tuple(self, node: Any, inputs: list[Any]) -> Any:
        if node.kind() == "prim::TupleSlice":
            return tuple(inputs[0][node.i("beg") : node.i("end")])
        return inputs[0][inputs[1]]

    def construct_dict(self, node: Any, inputs: list[Any]) -> dict[Any, Any]:
        return dict(zip(inputs[::2], inputs[1::2]))

    def is_instance(self, node: Any, inputs: list[Any]) -> bool:
        kinds = [_PYTHON_TYPES.get(str(kind).partition("[")[0]) for kind in node.tys("types")]
        if None in kinds:
            raise _unknown(node, self._place(node))
        return isinstance(inputs[0], tuple(kind for kind in kinds if kind))

    def _twin(self, tensor: torch.Tensor) -> torch.Tensor:
        twin = self.twins.get(_identity(tensor))
        return self._constant_tensor(tensor) if twin is None else twin

    def _operate(self, node: Any, inputs: list[Any]) -> Sequence[Any]:
        """Run an operator, and record it if it makes tensors."""
        text = node.schema()
        if "->" not in text or node.kind() in _FORBIDDEN:
            raise _unknown(node, self._place(node))
        schema = torch._C.parse_schema(text)
        function = _function(schema)
        tensors = tensors_in(inputs)
        on_meta = any(tensor.is_meta for tensor in tensors)

        def place(value: Any) -> Any:
            if isinstance(value, torch.device):
                return torch.device("meta" if on_meta or value.type == "meta" else "cpu")
            return map_tensors(value, _to_meta) if on_meta and tensors_in(value) else value

        args, kwargs = _arguments(schema, inputs)
        if node.kind() == "aten::_convolution":
            function, args, kwargs = _convolution(args)
        before = self.flops.total
        try:
            with self.flops:
                placed = {name: place(value) for name, value in kwargs.items()}
                result = function(*map(place, args), **placed)
        except Exception as error:
            raise explain_failure(Failure(error, self._place(node), None, tensors)) from error
        made = tensors_in(result)
        # Numbers that the script keeps in tensors are no data.
        if made and not (tensors and all(map(self._is_number, tensors))):
            if not schema.is_mutable:
                result = map_tensors(result, self._own)
            self._enter(node)
            self._record(function, args, kwargs, result, self.flops.total - before)
        return [result] if node.outputsSize() == 1 else list(result or ())

    def _is_number(self, tensor: torch.Tensor) -> bool:
        return tensor.dim() == 0 and not tensor.is_meta and not self._is_known(tensor)

    def _is_known(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self.nodes or id(tensor) in self.parts or id(tensor) in self.names

    def _own(self, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor that is not the operation's input, as dropout returns in inference."""
        return tensor.detach() if self._is_known(tensor) else tensor

    def _record(
        self,
        function: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        result: Any,
        flops: int,
    ) -> None:
        shown = {name: value for name, value in kwargs.items() if name not in _STORAGE}
        if isinstance(shown.get("dtype"), int):
            shown["dtype"] = getattr(torch, _DTYPES[shown["dtype"]])
        node = self.graph.call_function(
            function, map_tensors(tuple(args), self._node_of), map_tensors(shown, self._node_of)
        )
        self._describe(node, result, flops)
        if isinstance(result, torch.Tensor):
            self._keep(result, node)
            return
        for index, part in enumerate(result):
            if isinstance(part, torch.Tensor):
                self.kept.append(part)
                self.nodes.pop(id(part), None)
                self.parts[id(part)] = node, index, part

    def _node_of(self, tensor: torch.Tensor) -> Any:
        """The node that made ``tensor``; a parameter or constant has one for each use."""
        node = self.nodes.get(id(tensor))
        if node is not None:
            return node
        if id(tensor) in self.parts:
            several, index, part = self.parts[id(tensor)]
            node = self.graph.call_function(operator.getitem, (several, index))
            self._keep(part, node)
        elif self._is_number(tensor):
            return tensor.item()
        else:
            twin = tensor if id(tensor) in self.names else self._constant_tensor(tensor)
            node = self.graph.create_node("get_attr", self.names[id(twin)])
        self._describe(node, tensor, 0)
        return node

    def _keep(self, tensor: torch.Tensor, node: fx.Node) -> None:
        self.kept.append(tensor)
        self.nodes[id(tensor)] = node

    def _describe(self, node: fx.Node, value: Any, flops: int) -> None:
        node.meta = {
            "outputs": tuple(map(specification, tensors_in(_unwrap(value)))),
            "several": not isinstance(value, torch.Tensor),
            "flops": flops,
            "nn_module_stack": self.stack,
        }

    def _enter(self, node: Any) -> None:
        """Let the stack be that of the modules around ``node``; entered again is another call."""
        stack = {}
        path = ""
        open_calls = {entry[0]: call for call, entry in self.stack.items()}
        entered = False
        for name, kind in _MODULE.findall(node.getModuleHierarchy()):
            if name in _INLINED:
                continue
            path = f"{path}.{name}".lstrip(".")
            if entered or path not in open_calls:
                entered = True
                count = self.calls[path] = self.calls.get(path, -1) + 1
                call = f"{path}@{count}" if count else path
            else:
                call = open_calls[path]
            stack[call] = path, kind
        self.stack = stack

    def _place(self, node: Any) -> str:
        steps = _MODULE.findall(node.getModuleHierarchy())
        path = ".".join(name for name, _ in steps if name not in _INLINED)
        name = node.kind().partition("::")[2]
        return f"{path or 'forward'} ({name})"


def _identity(tensor: torch.Tensor) -> Any:
    """What two references to the same tensor of a model have in common."""
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride())


def _to_meta(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to("meta") if tensor.dim() else tensor


def _unwrap(value: Any) -> Any:
    """``value`` with the attributes of a script's objects in their place."""
    return _unwrap(value.attributes) if isinstance(value, _Object) else value


def _function(schema: Any) -> Callable[..., Any]:
    namespace, name = schema.name.split("::")
    packet = getattr(getattr(torch.ops, namespace), name, None)
    function = getattr(packet, schema.overload_name or "default", None)
    if function is None:  # of TorchScript alone
        function, _ = torch._C._jit_get_operation(schema.name)
    return function


def _arguments(schema: Any, inputs: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments, those left out that are as by default."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    length = 0
    for about, value in zip(schema.arguments, inputs):
        default = about.has_default_value() and not tensors_in(value)
        default = default and value == about.default_value
        if not about.kwarg_only:
            args.append(value)
            length = length if default else len(args)
        elif not default:
            kwargs[about.name] = value
    return args[:length], kwargs


def _convolution(args: list[Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    """The operator users know for ``_convolution``, which also tells how it is computed."""
    image, weight, bias, stride, padding, dilation, transposed, output_padding, groups, *_ = args
    name = f"conv{'_transpose' if transposed else ''}{weight.dim() - 2}d"
    packet = getattr(torch.ops.aten, name)
    if transposed:
        rest = [stride, padding, output_padding, groups, dilation]
        return packet.default if weight.dim() == 3 else packet.input, [
            image, weight, bias, *rest
        ], {}  # fmt: skip
    return packet.default, [image, weight, bias, stride, padding, dilation, groups], {}


def _needs_values(place: str) -> UntraceableError:
    return UntraceableError(
        "what is done next depends on the values of tensors, not on their shapes alone",
        line=place,
        hint="keep it out of forward",
    )


def _unknown(node: Any, place: str) -> UntraceableError:
    return UntraceableError(
        f"this part of TorchScript ({node.kind()}) is not understood",
        line=place,
        hint="give the Python model, or export it with torch.export",
    )


def _tensor_of(data: Any, dtype: int | None) -> torch.Tensor:
    return torch.tensor(data, dtype=None if dtype is None else getattr(torch, _DTYPES[dtype]))


def _fill_in(text: str, value: Any) -> str:
    return text.replace("{}", str(value), 1)


def _append(values: list[Any], value: Any) -> list[Any]:
    values.append(value)
    return values


def _set_item(values: Any, key: Any, value: Any) -> None:
    values[key] = value


def _delete(values: Any, key: Any) -> None:
    del values[key]


_UNPACK = frozenset({"prim::TupleUnpack", "prim::ListUnpack"})
_ATTRIBUTES: dict[str, Callable[[_Run, Any, list[Any]], Any]] = {
    "prim::GetAttr": _Run.get_attribute,
    "prim::SetAttr": _Run.set_attribute,
    "prim::CreateObject": _Run.create_object,
    "prim::TupleIndex": _Run.index_tuple,
    "prim::TupleSlice": _Run.index_tuple,
    "prim::DictConstruct": _Run.construct_dict,
    "prim::isinstance": _Run.is_instance,
}
_PRIMITIVES: dict[str, Callable[..., Any]] = {
    "prim::ListConstruct": lambda *items: list(items),
    "prim::TupleConstruct": lambda *items: items,
    "prim::unchecked_cast": lambda value: value,
    "prim::Uninitialized": lambda: None,
    "prim::NumToTensor": torch.tensor,
    "prim::dtype": lambda tensor: _DTYPES.index(str(tensor.dtype).removeprefix("torch.")),
    "prim::type": lambda device: device.type,
    # Else a layer takes a fast path for inference, which hides what it is made of.
    "prim::requires_grad": lambda _: True,
    "aten::is_grad_enabled": lambda: True,
    "prim::shape": lambda tensor: list(tensor.shape),
    "prim::data": lambda tensor: tensor,
    "prim::Enter": lambda *_: None,
    "prim::Exit": lambda *_: None,
    "prim::Print": lambda *_: None,
    "aten::warn": lambda *_: None,
    "aten::format": lambda text, *values: functools.reduce(_fill_in, values, text),
    "aten::__is__": operator.is_,
    "aten::__isnot__": operator.is_not,
    **{
        f"prim::{name}": operator.attrgetter(name)
        for name in (
            "device", "is_cuda", "is_cpu", "is_mps", "is_nested", "is_sparse", "is_quantized",
            "is_meta", "is_mkldnn", "layout",
        )
    },
}  # fmt: skip
# On lists, dicts, tuples and text.
_COLLECTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "__getitem__": operator.getitem,
    "_set_item": _set_item,
    "Delete": _delete,
    "__contains__": operator.contains,
    "append": _append,
    "extend": lambda values, more: values.extend(more),
    "insert": lambda values, index, value: values.insert(index, value),
    "pop": lambda values, *key: values.pop(*key),
    "clear": lambda values: values.clear(),
    "reverse": lambda values: values.reverse(),
    "copy": lambda values: values.copy(),
    "list": list,
    "dict": dict,
    "keys": list,
    "values": lambda values: list(values.values()),
    "items": lambda values: list(values.items()),
    "get": lambda values, *key: values.get(*key),
    "update": lambda values, more: values.update(more),
    "add": operator.add,
    "add_": operator.iadd,
    "mul": operator.mul,
    "slice": lambda values, start=None, end=None, step=1: values[start:end:step],
    "eq": operator.eq,
    "ne": operator.ne,
}
# On what holds no tensors.
_SCALARS: dict[str, Callable[..., Any]] = {
    "__not__": operator.not_,
    "eq": operator.eq,
    "ne": operator.ne,
    "dict": dict,
    "tensor": lambda data, dtype=None, *_: _tensor_of(data, dtype),
    "as_tensor": lambda data, dtype=None, *_: _tensor_of(data, dtype),
}
_PYTHON_TYPES: dict[str, type] = {
    "int": int, "float": float, "bool": bool, "str": str, "Tensor": torch.Tensor, "List": list,
    "Dict": dict, "Tuple": tuple, "NoneType": type(None),
}  # fmt: skip
