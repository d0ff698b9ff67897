"""Exported programs: ``.pt2`` archives of `torch.export.save`, read without running their code.

`torch.export.load` unpickles objects, evaluates expressions and compiles guards that the file
holds, and looks up any function of torch that it names. Here the graph is read from the JSON in
the archive, only operators are looked up, and weights are not read at all where shapes will do.
"""

from __future__ import annotations

import functools
import io
import json
import math
import operator
import pickle
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import fx, nn
from torch.fx.graph_module import _assign_attr
from torch.utils import _pytree as pytree

from visualize.core.errors import (
    ConstructionError,
    SourceError,
    VisualizeError,
    shorten,
    shorten_path,
)
from visualize.core.example import Example, ExampleTensor
from visualize.models.specification import ModelSpec
from visualize.models.weightless import build_weightless

_SCHEMA = 8  # the major version of torch.export's format that is read here
_EXPORT_AGAIN = "export it again with torch.export.save"

# A part of the JSON document, whose form torch/_export/serde/schema.py defines.
_Json = dict[str, Any]

_DTYPES = {
    **dict(enumerate(("uint8", "int8", "int16", "int32", "int64", "float16", "float32"), 1)),
    **dict(enumerate(("float64", "complex32", "complex64", "complex128", "bool", "bfloat16"), 8)),
    28: "uint16", 29: "float8_e4m3fn", 30: "float8_e5m2", 31: "float8_e4m3fnuz",
    32: "float8_e5m2fnuz", 33: "float8_e8m0fnu", 34: "uint32", 35: "uint64",
}  # fmt: skip
_MEMORY_FORMATS = {
    1: torch.contiguous_format, 2: torch.channels_last, 3: torch.channels_last_3d,
    4: torch.preserve_format,
}  # fmt: skip
_STRIDED = 7

# What may be called besides operators: arithmetic on sizes.
_ARITHMETIC = frozenset(
    {
        "abs", "add", "and_", "eq", "floordiv", "ge", "getitem", "gt", "le", "lshift", "lt", "mod",
        "mul", "ne", "neg", "not_", "or_", "pos", "pow", "rshift", "sub", "truediv", "xor",
    }
)  # fmt: skip
# Operators that read or write files.
_FORBIDDEN = frozenset({"from_file", "save", "load_tensor"})


def build(spec: ModelSpec) -> nn.Module:
    """Read the program that ``spec`` names as a module that holds its graph.

    Raises:
        SourceError: the file is missing, is no such archive, or holds pickled code.
        ConstructionError: there are arguments, which a program does not take.
    """
    if spec.arguments:
        raise ConstructionError("an exported program takes no arguments", where=shorten(spec.text))
    path = Path(spec.place)
    module = build_weightless(lambda: _read(path))
    assert isinstance(module, nn.Module)
    return module


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """The inputs that the program was exported with."""
    assert isinstance(model, Program)
    example: Example | None = model.meta["example"]
    return example


class Program(fx.GraphModule):
    """Runs its graph node by node: code made of it could hold code that the file brings."""

    def recompile(self) -> Any:
        """Make no code."""

    def forward(self, *args: Any) -> Any:
        """Run the graph."""
        return fx.Interpreter(self).run(*args)


def _read(path: Path) -> Program:
    with _one_line(path), zipfile.ZipFile(path) as archive:
        files = _Files(archive, path)
        document = json.loads(files.read(f"models/{files.name}.json"))
        version = document["schema_version"]["major"]
        if version != _SCHEMA:
            raise SourceError(
                f"its format has version {version}, and {_SCHEMA} can be read",
                where=shorten_path(str(path)),
                hint=_EXPORT_AGAIN,
            )
        return _Reader(files, document["graph_module"]).read()


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Tell of whatever is wrong with a file in one line."""
    where = shorten_path(str(path))
    try:
        yield
    except VisualizeError:
        raise
    except FileNotFoundError:
        raise SourceError("no such file", where=where, hint="check the path") from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", where=where) from error
    except zipfile.BadZipFile as error:
        raise SourceError(
            "is no exported program, or only a part of one", where=where, hint=_EXPORT_AGAIN
        ) from error
    except Exception as error:  # the document is not as its schema says
        reason = shorten(f"{type(error).__name__}: {error}", 120)
        raise SourceError(
            f"is no exported program that can be read ({reason})", where=where, hint=_EXPORT_AGAIN
        ) from error


class _Files:
    """What an archive holds, by names that leave out the folder around all."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.archive = archive
        self.where = shorten_path(str(path))
        paths = archive.namelist()
        folders = [path.removesuffix("archive_format") for path in paths]
        self.folder = next((folder for folder, path in zip(folders, paths) if folder != path), "")
        programs = [
            path.removeprefix(f"{self.folder}models/").removesuffix(".json")
            for path in paths
            if path.startswith(f"{self.folder}models/") and path.endswith(".json")
        ]
        if not programs:
            compiled = any(path.startswith(f"{self.folder}data/aotinductor/") for path in paths)
            raise SourceError(
                "holds compiled code and no graph" if compiled else "is no exported program",
                where=self.where,
                hint=_EXPORT_AGAIN,
            )
        self.name = "model" if "model" in programs else programs[0]

    def read(self, name: str) -> bytes:
        return self.archive.read(self.folder + name)

    def payloads(self, kind: str) -> dict[str, _Json]:
        """What the file tells of its ``weights`` or ``constants``, by their names."""
        name = f"data/{kind}/{self.name}_{kind}_config.json"
        payloads: dict[str, _Json] = json.loads(self.read(name))["config"]
        for payload in payloads.values():
            if payload["use_pickle"]:
                self.refuse_pickle(kind)
            payload["path_name"] = f"data/{kind}/{payload['path_name']}"
        return payloads

    def examples(self) -> list[Any]:
        """The leaves of the example inputs: plain tensors, or the file is refused."""
        content = self.read(f"data/sample_inputs/{self.name}.pt")
        if not content:
            return []
        try:
            # weights_only lets no code run.
            inputs = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError):
            self.refuse_pickle("example inputs")
        return pytree.tree_leaves(inputs)

    def refuse_pickle(self, what: str) -> NoReturn:
        raise SourceError(
            f"its {what} are pickled objects, which could run code when they are read",
            where=self.where,
            hint="export it again with plain tensors only",
        )


class _Reader:
    """Makes a program of the graph in a document.

    A name stands for a function that gives its node, because parameters and parts of tuples
    become nodes where they are used and not before.
    """

    def __init__(self, files: _Files, document: _Json) -> None:
        self.files = files
        self.document = document
        self.program = Program(nn.Module(), fx.Graph())
        self.graph = fx.Graph()
        # The modules around the operation that is read.
        self.stack: dict[str, tuple[str, str]] = {}
        self.sizes: list[fx.Node] = []

    def read(self) -> Program:
        graph, signature = self.document["graph"], self.document["signature"]
        self._make_tensors(signature["input_specs"], graph["tensor_values"])
        scope = self._read_inputs(signature["input_specs"])
        self._read_nodes(graph, scope)
        self.stack = {}
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

    def _make_tensors(self, input_specs: list[_Json], values: Mapping[str, _Json]) -> None:
        """Register every parameter and buffer; one that has several names only once."""
        payloads = self.files.payloads("weights") | self.files.payloads("constants")
        made: dict[str, torch.Tensor] = {}
        for kind, value in map(_only, input_specs):
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
            _assign_attr(made[identity], self.program, name)

    def _tensor(self, about: _Json, path: str) -> torch.Tensor:
        dtype, shape, strides = _dtype(about), _sizes(about["sizes"]), _sizes(about["strides"])
        if torch.get_default_device().type == "meta" or not path:
            return torch.empty_strided(shape, strides, dtype=dtype)
        content = bytearray(self.files.read(path))
        if not content:
            return torch.zeros(shape, dtype=dtype)
        (offset,) = _sizes([about["storage_offset"]])
        return torch.frombuffer(content, dtype=dtype).as_strided(shape, strides, offset)

    def _read_inputs(self, input_specs: list[_Json]) -> _Scope:
        """Make the placeholders, and the example inputs for them."""
        scope: _Scope = {}
        example: list[Any] = []
        given = self.files.examples()
        for kind, value in map(_only, input_specs):
            if kind in _STORED:
                scope[value["arg"]["name"]] = functools.partial(self._get, value[_STORED[kind]])
            elif kind == "user_input":
                name = _name(value["arg"])
                if name:
                    scope[name] = _always(self._placeholder(name))
                    example.append(self._example(_only(value["arg"])[0], name, given))
            elif kind != "constant_input":
                raise ValueError(f"an input of the kind {kind}")
        self.program.meta["example"] = None if _UNTOLD in example else Example(tuple(example))
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
            return _only(hint)[1] if hint else _UNTOLD
        about = graph["tensor_values"][name]
        shape, dtype = _sizes(about["sizes"]), _dtype(about)
        if not (dtype.is_floating_point or dtype.is_complex):
            for index, leaf in enumerate(given):
                if isinstance(leaf, torch.Tensor) and (leaf.shape, leaf.dtype) == (shape, dtype):
                    return given.pop(index)
        return ExampleTensor(shape, str(dtype).removeprefix("torch."))

    def _read_nodes(self, graph: _Json, scope: _Scope) -> None:
        for node in graph["nodes"]:
            if any("as_none" not in output for output in node["outputs"]):  # else a check
                self._read_node(node, scope)

    def _read_node(self, node: _Json, scope: _Scope) -> None:
        self.stack = self._modules(node["metadata"].get("nn_module_stack", ""))
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
        outputs = _outputs(node)
        name = node.get("name") or _name(outputs[0])
        made = self._add("call_function", function, tuple(args), kwargs, name)
        if "as_tensor" not in outputs[0]:
            self.sizes.append(made)
        if len(outputs) == 1 and "as_tensors" not in node["outputs"][0]:
            scope[_name(outputs[0]) or ""] = _always(made)
            return
        for index, output in enumerate(outputs):
            part = functools.partial(self._part, made, index, self.stack)
            scope[_name(output) or ""] = functools.cache(part)

    def _part(self, made: fx.Node, index: int, stack: dict[str, tuple[str, str]]) -> fx.Node:
        part = self._add("call_function", operator.getitem, (made, index))
        part.meta["nn_module_stack"] = stack
        return part

    def _inline(self, node: _Json, scope: _Scope) -> None:
        """Read the graph inside a call that only sets a mode, such as ``torch.no_grad``."""
        name = node["target"].rpartition(".")[2]
        given = [given["arg"] for given in node["inputs"]]
        graphs = [index for index, argument in enumerate(given) if "as_graph" in argument]
        if not (name.startswith("wrap_with_") or name == "invoke_subgraph") or len(graphs) != 1:
            raise SourceError(
                f"it decides with {name} between graphs, or repeats one, as it runs",
                where=self.files.where,
                hint="give the Python model",
            )
        inner = given[graphs[0]]["as_graph"]["graph"]
        operands = [_name(argument) for argument in given[graphs[0] + 1 :]]
        inside = {
            _name(argument) or "": scope[operand]
            for argument, operand in zip(inner["inputs"], filter(None, operands))
        }
        self._read_nodes(inner, inside)
        for output, argument in zip(_outputs(node), inner["outputs"]):
            scope[_name(output) or ""] = inside[_name(argument) or ""]

    def _function(self, target: str) -> Callable[..., Any]:
        """The operator that ``target`` names, or arithmetic on sizes; nothing else of Python."""
        library, _, name = target.rpartition(".")
        if library == "_operator" and name in _ARITHMETIC:
            return getattr(operator, name)  # type: ignore[no-any-return]
        if library == "math" and not name.startswith("_"):
            return getattr(math, name)  # type: ignore[no-any-return]
        if library == "torch" and name.lstrip("_").startswith("sym_"):
            return getattr(torch, name)  # type: ignore[no-any-return]
        function: Any = None
        if target.startswith("torch.ops.") and target.count(".") == 4:
            _, _, namespace, packet, overload = target.split(".")
            if namespace == "torchvision":
                import torchvision  # noqa: F401 (defines its operators)
            function = getattr(torch.ops, namespace, None)
            for name in (packet, overload):
                function = getattr(function, name, None)
        if not isinstance(function, torch._ops.OpOverload) or packet in _FORBIDDEN:
            raise SourceError(
                f"it calls {shorten(target)}, which is no operator known here",
                where=self.files.where,
                hint="if a package defines it, give the Python model",
            )
        return function

    def _argument(self, argument: _Json, scope: _Scope) -> Any:
        name = _name(argument)
        if name:
            return scope[name]()
        kind, value = _only(argument)
        if kind in _LISTS:
            return [self._argument({_LISTS[kind]: item}, scope) for item in value]
        if kind in _UNIONS:
            return self._argument(value, scope)
        if kind in _LISTS_OF_UNIONS:
            return [self._argument(item, scope) for item in value]
        return _PLAIN[kind](value)

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
        node.meta["nn_module_stack"] = self.stack
        return node

    def _modules(self, text: str) -> dict[str, tuple[str, str]]:
        """The calls in a text such as ``L__self__,,Net;L__self__b@1,b,torch.nn.Linear``."""
        stack = {}
        for entry in filter(None, text.split(";")):
            key, path, kind = entry.split(",", 2)
            path = path.partition("@")[0]
            class_name = kind.partition("[")[0].rpartition(".")[2]
            if path:
                stack["".join((path, *key.partition("@")[1:]))] = path, class_name
            else:
                type(self.program).__name__ = class_name  # it has a class of its own
        return stack


_Scope = dict[str, Callable[[], Any]]
_KEYWORD = 2
_UNTOLD = object()

# The key under which an input's specification names a tensor of the model.
_STORED = {
    "parameter": "parameter_name",
    "buffer": "buffer_name",
    "tensor_constant": "tensor_constant_name",
}
# Arguments that hold others, and with what kind each of these is to be read.
_LISTS = {"as_tensors": "as_tensor", "as_nested_tensors": "as_tensors", "as_floats": "as_float"}
_UNIONS = frozenset({"as_sym_int", "as_sym_bool", "as_sym_float", "as_optional_tensor"})
_LISTS_OF_UNIONS = frozenset(f"{kind}s" for kind in _UNIONS)


def _same(value: Any) -> Any:
    return value


_PLAIN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("as_int", "as_ints", "as_bool", "as_bools", "as_string"), _same),
    **dict.fromkeys(("as_strings", "as_int_lists"), _same),
    "as_none": lambda _: None,
    "as_float": float,  # "Infinity" and "NaN" are written as text
    "as_float_lists": lambda rows: [list(map(float, row)) for row in rows],
    "as_complex": lambda value: complex(float(value["real"]), float(value["imag"])),
    "as_scalar_type": lambda number: getattr(torch, _DTYPES[number]),
    "as_memory_format": lambda number: _MEMORY_FORMATS[number],
    "as_layout": lambda number: {_STRIDED: torch.strided}[number],
    # Not that of the exporting machine: the program runs where its tensors are.
    "as_device": lambda _: torch.get_default_device(),
}


def _only(union: _Json) -> tuple[str, Any]:
    """Kind and value of a union, which is a dict of one item."""
    ((kind, value),) = union.items()
    return kind, value


def _name(argument: _Json) -> str | None:
    """The name of the node that an argument refers to, None if it is a plain value."""
    kind, value = _only(argument)
    if kind == "as_name":
        return str(value)
    if kind == "as_tensor":
        return str(value["name"])
    return _name(value) if kind in _UNIONS else None


def _outputs(node: _Json) -> list[_Json]:
    """What a node returns, one entry a tensor or size."""
    outputs: list[_Json] = node["outputs"]
    if len(outputs) == 1 and "as_tensors" in outputs[0]:
        return [{"as_tensor": value} for value in outputs[0]["as_tensors"]]
    return outputs


def _always(node: fx.Node) -> Callable[[], fx.Node]:
    return lambda: node


def _dtype(about: _Json) -> torch.dtype:
    dtype: torch.dtype = getattr(torch, _DTYPES[about["dtype"]])
    return dtype


def _sizes(sizes: list[_Json]) -> tuple[int, ...]:
    """Sizes as they were in the exporting run, which a dynamic one only hints at."""
    return tuple(
        _only(size["as_expr"]["hint"])[1] if "as_expr" in size else size["as_int"] for size in sizes
    )
