"""The language of MODEL, --input and --weights on the command line."""

from __future__ import annotations

import ast
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from visualize.core.errors import UsageError, shorten
from visualize.core.example import Example, ExampleTensor, Fields

_INPUT = re.compile(
    r"(?:(?P<name>\w+(?:\.\w+|\[\d+\])*)=)?(?P<shape>\d+(?:,\d+)*,?)(?::(?P<dtype>\w+))?"
    r"(?:>=(?P<least>\d+))?(?:<(?P<below>0*[1-9]\d*))?"
)


_DTYPES = (
    "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
    "bool", "complex64", "complex128",
)  # fmt: skip
_LARGEST = 2**31  # of one side
_MOST = 2**59  # elements, whose bytes torch can count
SAVED = "saved"  # a graph that is traced already
CATALOGUES = ("torchvision", "timm", "hf")
# Files that are data and no Python, and the source that reads each.
_ARCHIVES = {
    ".json": SAVED,
    ".pt2": "exported",
    ".pt": "scripted",
    ".pth": "scripted",
    ".ts": "scripted",
    ".torchscript": "scripted",
}
_CHECKPOINTS = (".pt", ".pth", ".safetensors", ".bin", ".ckpt", ".tar", ".th", ".pkl")


@dataclass(frozen=True)
class ModelSpec:
    """A parsed MODEL argument.

    Attributes:
        text: the argument as it was typed.
        source: ``"file"``, ``"module"``, ``"exported"``, ``"scripted"``, `SAVED` or the prefix of a
            catalogue such as ``"torchvision"``.
        place: path of the file or dotted name of the module; empty for a name of a catalogue.
        name: name of the model, class or function.
        arguments: keyword arguments of the constructor.
    """

    text: str
    source: str
    place: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        """A short name for titles and for the default output file."""
        return self.name or self.place


def parse_model(text: str) -> ModelSpec:
    """Parse a MODEL argument.

    >>> parse_model("resnet18?num_classes=10").arguments
    {'num_classes': 10}
    >>> spec = parse_model("path/to/net.py:build(depth=18)")
    >>> spec.source, spec.place, spec.name, spec.arguments
    ('file', 'path/to/net.py', 'build', {'depth': 18})

    Raises:
        UsageError: the text does not follow the grammar.
    """
    target, question, query = text.partition("?")
    if target.endswith(")"):
        target, _, call = target.partition("(")
        arguments = _call_arguments(call[:-1], text)
    else:
        arguments = {}
    if question:
        arguments |= _query_arguments(query, text)
    if target.startswith("hf:") and target.endswith(".json"):
        path = PurePath(target.removeprefix("hf:"))
        title = path.parent.name if path.stem == "config" else path.stem
        return ModelSpec(text, "hf", str(path), title or path.stem, arguments)
    archive = PurePath(target)
    if archive.suffix in _ARCHIVES and target.partition(":")[0] not in CATALOGUES:
        return _data_file(text, archive, target, arguments)
    if "(" in target:
        raise UsageError(f"{shorten(text)!r} has an open parenthesis", hint="close it with )")
    place, colon, name = target.rpartition(":")
    if target.endswith(".py"):
        raise UsageError(
            f"{shorten(text)!r} names a file but no model in it", hint=f"try {target}:NAME"
        )
    if not name or (colon and not place):
        raise UsageError(f"cannot read the model {shorten(text)!r}", hint=_MODEL_HINT)
    if place.endswith(".py"):
        return ModelSpec(text, "file", place, name, arguments)
    if place and place not in CATALOGUES:
        return ModelSpec(text, "module", place, name, arguments)
    return ModelSpec(text, place or "torchvision", "", name, arguments)


_MODEL_HINT = "use NAME, NAME?key=value, path/to/file.py:NAME or package.module:NAME"


def _data_file(text: str, path: PurePath, place: str, arguments: dict[str, Any]) -> ModelSpec:
    source = _ARCHIVES[path.suffix]
    if source == SAVED and arguments:
        raise UsageError(
            f"{shorten(text)!r} names a saved graph, which takes no arguments",
            hint="name the model instead, or hf:CONFIG.json for a configuration",
        )
    return ModelSpec(text, source, place, path.stem, arguments)


def _call_arguments(call: str, text: str) -> dict[str, Any]:
    try:
        parsed = ast.parse(f"f({call})", mode="eval").body
        if not isinstance(parsed, ast.Call) or parsed.args:
            raise ValueError("positional arguments")
        return {str(word.arg): ast.literal_eval(word.value) for word in parsed.keywords}
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"cannot read the arguments of {shorten(text)!r}", hint="use NAME(key=value, …)"
        ) from error


def _query_arguments(query: str, text: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for part in query.split("&"):
        key, equals, value = part.partition("=")
        if not equals or not all(word.isidentifier() for word in key.split(".")):
            raise UsageError(
                f"cannot read the arguments of {shorten(text)!r}", hint="use NAME?key=value&key=…"
            )
        arguments[key] = _literal(value)
    return arguments


def _literal(text: str) -> Any:
    """The value that ``text`` writes in Python or JSON, else ``text`` itself."""
    for read in (ast.literal_eval, json.loads):
        with suppress(SyntaxError, ValueError):
            return read(text)
    return text


def parse_inputs(texts: Sequence[str]) -> Example:
    """Parse --input options into positional and named tensors.

    >>> example = parse_inputs(("1,77:int64<32000", "mask=1,77:bool"))
    >>> example.args
    (ExampleTensor(shape=(1, 77), dtype='int64', below=32000, least=0),)
    >>> example.kwargs["mask"].dtype, parse_inputs(("4>=1<9",)).args[0].least
    ('bool', 1)
    >>> batch = parse_inputs(("batch.left=1,4", "batch.edges[0]=2,9:int64")).kwargs["batch"]
    >>> batch.left.shape, batch.edges[0].shape
    ((1, 4), (2, 9))

    Raises:
        UsageError: an option does not follow the grammar.
    """
    positional: list[ExampleTensor] = []
    named: dict[tuple[str | int, ...], ExampleTensor] = {}
    for text in texts:
        match = _INPUT.fullmatch(text.replace(" ", ""))
        if not match:
            raise UsageError(
                f"cannot read the shape {shorten(text)!r}",
                where="--input",
                hint="use 1,3,224,224 or 1,77:int64 or name=1,3,64,64:float32 or 1,128:int64<32000 "
                "or 4:int64>=1<9",
            )
        shape = tuple(int(size) for size in match["shape"].rstrip(",").split(","))
        if match["dtype"] and match["dtype"] not in _DTYPES:
            raise UsageError(
                f"no dtype named {shorten(match['dtype'])!r}",
                where="--input",
                hint=f"use one of {', '.join(_DTYPES)}",
            )
        if max(shape) > _LARGEST or math.prod(shape) > _MOST:
            raise UsageError(f"{shorten(text)} is larger than any tensor", where="--input")
        tensor = ExampleTensor(shape, **_values(match))
        if not match["name"]:
            positional.append(tensor)
        elif _steps(match["name"]) in named:
            raise UsageError(f"{match['name']} is given twice", where="--input")
        else:
            named[_steps(match["name"])] = tensor
    return Example(tuple(positional), dict(_nested(named, "") if named else {}))


def _values(match: re.Match[str]) -> dict[str, Any]:
    """The dtype and the bounds that an --input option gives.

    Raises:
        UsageError: there is no value between the bounds.
    """
    below = int(match["below"]) if match["below"] else None
    least = int(match["least"] or 0)
    if below is not None and least >= below:
        raise UsageError(f"no number is at least {least} and below {below}", where="--input")
    is_bounded = bool(match["least"] or match["below"])
    return {
        "dtype": match["dtype"] or ("int64" if is_bounded else "float32"),
        "below": below,
        "least": least,
    }


def _steps(name: str) -> tuple[str | int, ...]:
    """The names and numbers that lead to an input: ``batch``, ``edges`` and 0."""
    parts = re.findall(r"\[(\d+)\]|(\w+)", name)
    return tuple(int(number) if number else field for number, field in parts)


def _nested(entries: Mapping[tuple[str | int, ...], ExampleTensor], name: str) -> Any:
    """The tensors below ``name``, as fields and lists.

    Raises:
        UsageError: a name has a tensor and parts, fields and numbers, or numbers with gaps.
    """
    if set(entries) == {()}:
        return entries[()]
    if () in entries:
        raise UsageError(f"{name} is given twice, whole and in parts", where="--input")
    below: dict[str | int, dict[tuple[str | int, ...], ExampleTensor]] = {}
    for (step, *rest), tensor in entries.items():
        below.setdefault(step, {})[tuple(rest)] = tensor
    parts = {step: _nested(inner, f"{name}.{step}".strip(".")) for step, inner in below.items()}
    fields = {step: part for step, part in parts.items() if isinstance(step, str)}
    if len(fields) == len(parts):
        return Fields(fields)
    if set(parts) != set(range(len(parts))):
        raise UsageError(
            f"the parts of {name} must be numbered from 0 without gaps", where="--input"
        )
    return [parts[number] for number in range(len(parts))]


def names_checkpoint(text: str) -> bool:
    """Whether --weights names a file, and not weights that are published.

    >>> names_checkpoint("runs/best.pt"), names_checkpoint("IMAGENET1K_V1")
    (True, False)
    """
    return PurePath(text).suffix in _CHECKPOINTS or os.sep in text or os.path.isfile(text)  # noqa: PTH113 (Path.is_file raises for names too long)
