"""The interpreter of a script's graph: blocks, control flow, attributes and operators."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx, nn

from visualize.core.errors import (
    INPUT_FOR_EACH,
    ForwardError,
    InputError,
    UntraceableError,
    shorten,
)
from visualize.core.module_path import spelled
from visualize.core.modules import attach
from visualize.core.randomness import drawing_everything, seed_all
from visualize.core.torch_internals import (
    is_script_module,
    named_buffers,
    named_parameters,
    script_method,
    script_state,
    storage_id,
    version_of,
)
from visualize.tracing.explain import Failure, explain_failure
from visualize.tracing.flops import FlopCounter
from visualize.tracing.inputs import Inputs, hint_for
from visualize.tracing.nested import named_parts
from visualize.tracing.origins import Calls
from visualize.tracing.recorder import Recorder
from visualize.tracing.scripted.operators import OperatorCall, operator_call
from visualize.tracing.scripted.primitives import (
    COLLECTIONS,
    PRIMITIVES,
    PYTHON_TYPES,
    SCALARS,
    UNPACK,
    dtype_of,
)
from visualize.tracing.tensors import map_tensors, tensors_in

_MODULE = re.compile(r"([^.()]+)\(([^()]*)\)")
_INLINED = frozenset({"SELF", "TOP", "UNKNOWN_INSTANCE", "INSTANCE_NAME_UNKNOWN"})
# Where and how tensors lie in memory, which no figure shows.
_STORAGE = frozenset({"device", "layout", "pin_memory", "memory_format"})


class ScriptObject:
    """An object of a class of the script, or a module: attributes that the run may set."""

    def __init__(self, path: str = "", origin: Any = None) -> None:
        self.path = path
        self.origin = origin
        self.attributes: dict[str, Any] = {}


class Interpreter:
    """Interprets the graph of a script, and records what makes tensors.

    Tensors are known by identity, so each operation must return new objects.
    """

    def __init__(self, model: torch.jit.ScriptModule, *, with_values: bool) -> None:
        self.model = model
        self.with_values = with_values
        self.root = nn.Module()
        self.recorder = Recorder(self.root)
        self.flops = FlopCounter()
        self.values: dict[str, Any] = {}
        # Copies of the model's own tensors, by the storage that they share and by themselves.
        self.twins: dict[Any, torch.Tensor] = {}
        self.is_frozen = not named_parameters(model)
        self.path = ""  # of the module whose script is run
        self.outer: Calls = ()  # around it

    def record(self, inputs: Inputs) -> tuple[fx.Graph, nn.Module]:
        """Run the script once; the graph, and the module that it refers to."""
        for name, parameter in named_parameters(self.model, repeated=True):
            self._adopt(name, parameter)
        for name, buffer in named_buffers(self.model, repeated=True):
            self._adopt(name, buffer)
        method = script_method(self.model)
        graph = method.inlined_graph
        given = [ScriptObject(origin=script_state(self.model)), *self._bind(method.schema, inputs)]
        seed_all()
        with torch.no_grad(), drawing_everything():
            result = self.run(graph, given)
        self.recorder.calls = ()
        self.recorder.add_output(map_tensors(unwrapped_objects(result), self._recordable))
        return self.recorder.graph, self.root

    def run(self, graph: Any, given: Sequence[Any]) -> Any:
        """What a graph returns for its inputs."""
        for value, argument in zip(graph.inputs(), given):
            self.values[value.debugName()] = argument
        self._run_block(graph)
        returned = [self.values[output.debugName()] for output in graph.outputs()]
        return returned[0] if len(returned) == 1 else tuple(returned)

    def _bind(self, schema: Any, inputs: Inputs) -> list[Any]:
        """The arguments in their order, a placeholder for each tensor in them."""
        parameters = schema.arguments[1:]
        names = [parameter.name for parameter in parameters]
        unknown = next((name for name in inputs.kwargs if name not in names), "")
        if unknown or len(inputs.args) > len(names):
            got = f"{unknown!r}" if unknown else f"{len(inputs.args)} inputs"
            raise InputError(
                f"the script takes {', '.join(names) or 'no inputs'} and not {got}",
                hint=hint_for(unknown, names),
            )
        given = dict(zip(names, inputs.args)) | dict(inputs.kwargs)
        for parameter in parameters:
            if parameter.name not in given and not parameter.has_default_value():
                raise InputError(
                    f"the script needs the input {parameter.name!r}",
                    hint=INPUT_FOR_EACH,
                )
        arguments = [given.get(one.name, one.default_value) for one in parameters]
        for name, value in zip(names, arguments):
            for label, tensor in named_parts(value, name):
                self.recorder.add_placeholder(label, tensor)
        return arguments

    def _adopt(self, name: str, tensor: torch.Tensor) -> None:
        """Put a copy of one of the model's tensors under its name; tied tensors share one."""
        key = identity(tensor)
        if key not in self.twins:
            data = tensor.detach()
            data = data.clone() if self.with_values else torch.empty_like(data, device="meta")
            if isinstance(tensor, nn.Parameter) or (tensor.requires_grad and tensor.is_leaf):
                data = nn.Parameter(data, requires_grad=tensor.requires_grad)
            self.twins[key] = data
            self.recorder.name(data, name)
        attach(self.root, name, self.twins[key])

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
        if kind in _STATEMENTS:
            return [_STATEMENTS[kind](self, node, inputs)]
        if kind in UNPACK:
            return list(inputs[0])
        name = kind.partition("::")[2]
        if kind in PRIMITIVES:
            return [PRIMITIVES[kind](*inputs)]
        if kind == "prim::RaiseException":
            raise ForwardError(
                f"the script raised: {shorten(str(inputs[0]), 160)}", where=self._place(node)
            )
        if name in COLLECTIONS and inputs and isinstance(inputs[0], (list, dict, tuple, str)):
            return [COLLECTIONS[name](*inputs)]
        if name in SCALARS and not tensors_in(inputs):
            return [SCALARS[name](*inputs)]
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
        key = identity(tensor)
        if key not in self.twins:
            data = tensor.detach() if self.with_values else tensor.detach().to("meta")
            name = f"constant_{len(self.twins)}"
            if self.is_frozen and data.is_floating_point():  # a parameter before it was frozen
                data = nn.Parameter(data, requires_grad=False)
            self.twins[key] = data
            self.recorder.name(data, name)
            attach(self.root, name, data, constant=True)
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

    def _get_attribute(self, node: Any, inputs: list[Any]) -> Any:
        (owner,), name = inputs, node.s("name")
        if name == "training":
            return False
        if not isinstance(owner, ScriptObject):  # of a class that Python defines
            raise unknown(node, self._place(node))
        if name not in owner.attributes:
            value = owner.origin.getattr(name)
            if is_script_module(value):
                value = ScriptObject(f"{owner.path}.{name}".lstrip("."), value)
            else:
                value = map_tensors(value, self._twin) if tensors_in(value) else value
            owner.attributes[name] = value
        return owner.attributes[name]

    def _set_attribute(self, node: Any, inputs: list[Any]) -> None:
        owner, value = inputs
        owner.attributes[node.s("name")] = value

    def _create_object(self, node: Any, inputs: list[Any]) -> ScriptObject:
        return ScriptObject()

    def _index_tuple(self, node: Any, inputs: list[Any]) -> Any:
        if node.kind() == "prim::TupleSlice":
            return tuple(inputs[0][node.i("beg") : node.i("end")])
        return inputs[0][inputs[1]]

    def _construct_dict(self, node: Any, inputs: list[Any]) -> dict[Any, Any]:
        return dict(zip(inputs[::2], inputs[1::2]))

    def _is_instance(self, node: Any, inputs: list[Any]) -> bool:
        kinds = [PYTHON_TYPES.get(str(kind).partition("[")[0]) for kind in node.tys("types")]
        if None in kinds:
            raise unknown(node, self._place(node))
        return isinstance(inputs[0], tuple(kind for kind in kinds if kind))

    def _twin(self, tensor: torch.Tensor) -> torch.Tensor:
        twin = self.twins.get(identity(tensor))
        return self._constant_tensor(tensor) if twin is None else twin

    def _operate(self, node: Any, inputs: list[Any]) -> Sequence[Any]:
        """Run an operator, and record it if it makes tensors."""
        called = operator_call(node, inputs)
        if called is None:
            raise unknown(node, self._place(node))
        tensors = tensors_in(inputs)
        call = placed(called, on_meta=any(tensor.is_meta for tensor in tensors))
        versions = [version_of(tensor) for tensor in tensors]
        before = self.flops.total
        try:
            result = self.flops.run(call.function, call.args, call.kwargs)
        except Exception as error:
            raise explain_failure(Failure(error, self._place(node), None, tensors)) from error
        # Numbers that the script keeps in tensors are not data.
        if tensors_in(result) and not (tensors and all(map(self._is_number, tensors))):
            written = [t for t, version in zip(tensors, versions) if version_of(t) != version]
            self._enter(node)
            result = self._record(called, result, written, self.flops.total - before)
        return [result] if node.outputsSize() == 1 else list(result or ())

    def _record(
        self, called: OperatorCall, result: Any, written: Sequence[torch.Tensor], flops: int
    ) -> Any:
        shown = {name: value for name, value in called.kwargs.items() if name not in _STORAGE}
        if isinstance(shown.get("dtype"), int):
            shown["dtype"] = dtype_of(shown["dtype"])
        args = map_tensors(tuple(called.args), self._recordable)
        kwargs = map_tensors(shown, self._recordable)
        return self.recorder.add(
            "call_function",
            called.function,
            args,
            kwargs,
            tensors_in((args, kwargs)),
            result,
            written=written,
            flops=flops,
        )

    def _recordable(self, tensor: torch.Tensor) -> Any:
        """``tensor`` as an argument of a node; one that the run does not know is a constant."""
        if self._is_number(tensor):
            return tensor.item()
        return tensor if self._is_known(tensor) else self._constant_tensor(tensor)

    def _is_number(self, tensor: torch.Tensor) -> bool:
        return tensor.dim() == 0 and not tensor.is_meta and not self._is_known(tensor)

    def _is_known(self, tensor: torch.Tensor) -> bool:
        return self.recorder.knows(tensor) or self.recorder.is_named(tensor)

    def _enter(self, node: Any) -> None:
        """Set the calls to those around ``node``; a module entered again is called again."""
        calls = [*self.outer]
        path = self.path
        open_calls = {enclosing.call.path: enclosing for enclosing in self.recorder.calls}
        entered = False
        for name, kind in _MODULE.findall(node.getModuleHierarchy()):
            if name in _INLINED:
                continue
            path = f"{path}.{name}".lstrip(".")
            entered = entered or path not in open_calls
            calls.append(self.recorder.enter(path, kind) if entered else open_calls[path])
        self.recorder.calls = tuple(calls)

    def _place(self, node: Any) -> str:
        steps = _MODULE.findall(node.getModuleHierarchy())
        inner = [name for name, _ in steps if name not in _INLINED]
        path = ".".join([self.path, *inner] if self.path else inner)
        name = node.kind().partition("::")[2]
        return f"{spelled(path) or 'forward'} ({name})"


def identity(tensor: torch.Tensor) -> Any:
    """What two references to the same tensor of a model have in common."""
    return storage_id(tensor), tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride())


def placed(called: OperatorCall, *, on_meta: bool) -> OperatorCall:
    """The same call on the meta device or the CPU, whichever device the script asks for."""

    def place(value: Any) -> Any:
        if isinstance(value, torch.device):
            return torch.device("meta" if on_meta or value.type == "meta" else "cpu")
        return map_tensors(value, _to_meta) if on_meta and tensors_in(value) else value

    args = [place(value) for value in called.args]
    return OperatorCall(called.function, args, {n: place(v) for n, v in called.kwargs.items()})


def _to_meta(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to("meta") if tensor.dim() else tensor


def unwrapped_objects(value: Any) -> Any:
    """``value`` with the attributes of a script's objects in their place."""
    return unwrapped_objects(value.attributes) if isinstance(value, ScriptObject) else value


def _needs_values(place: str) -> UntraceableError:
    return UntraceableError(
        "control flow depends on the values of tensors, not only on their shapes",
        line=place,
        hint="keep it out of forward",
    )


def unknown(node: Any, place: str) -> UntraceableError:
    """The error for what is not interpreted."""
    return UntraceableError(
        f"this part of TorchScript ({node.kind()}) is not supported",
        line=place,
        hint="give the Python model, or export it with torch.export",
    )


_STATEMENTS: dict[str, Callable[[Interpreter, Any, list[Any]], Any]] = {
    "prim::GetAttr": Interpreter._get_attribute,
    "prim::SetAttr": Interpreter._set_attribute,
    "prim::CreateObject": Interpreter._create_object,
    "prim::TupleIndex": Interpreter._index_tuple,
    "prim::TupleSlice": Interpreter._index_tuple,
    "prim::DictConstruct": Interpreter._construct_dict,
    "prim::isinstance": Interpreter._is_instance,
}
