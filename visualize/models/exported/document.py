"""The JSON of an exported program: unions, arguments, sizes and dtypes as it writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from visualize.core.dtypes import OF_EXPORTED
from visualize.core.traced import EnclosingCall, enclosing_calls

# A part of the JSON document, whose form torch/_export/serde/schema.py defines.
Json = dict[str, Any]

_MEMORY_FORMATS = {
    1: torch.contiguous_format, 2: torch.channels_last, 3: torch.channels_last_3d,
    4: torch.preserve_format,
}  # fmt: skip
_STRIDED = 7
_LARGEST = 2**48  # of a side, a stride or an offset

# Arguments that hold others, and with what kind each of these is to be read.
LISTS = {"as_tensors": "as_tensor", "as_nested_tensors": "as_tensors", "as_floats": "as_float"}
UNIONS = frozenset({"as_sym_int", "as_sym_bool", "as_sym_float", "as_optional_tensor"})
LISTS_OF_UNIONS = frozenset(f"{kind}s" for kind in UNIONS)


def _same(value: Any) -> Any:
    return value


def dtype_of(number: int) -> torch.dtype:
    """The dtype that the document writes as ``number``."""
    dtype: torch.dtype = getattr(torch, OF_EXPORTED[number])
    return dtype


PLAIN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("as_int", "as_ints", "as_bool", "as_bools", "as_string"), _same),
    **dict.fromkeys(("as_strings", "as_int_lists"), _same),
    "as_none": lambda _: None,
    "as_float": float,  # "Infinity" and "NaN" are written as text
    "as_float_lists": lambda rows: [list(map(float, row)) for row in rows],
    "as_complex": lambda value: complex(float(value["real"]), float(value["imag"])),
    "as_scalar_type": dtype_of,
    "as_memory_format": lambda number: _MEMORY_FORMATS[number],
    "as_layout": lambda number: {_STRIDED: torch.strided}[number],
    # Not that of the exporting machine: the program runs where its tensors are.
    "as_device": lambda _: torch.get_default_device(),
}


def only(union: Json) -> tuple[str, Any]:
    """Kind and value of a union, which is a dict of one item."""
    ((kind, value),) = union.items()
    return kind, value


def name_of(argument: Json) -> str | None:
    """The name of the node that an argument refers to, None if it is a plain value."""
    kind, value = only(argument)
    if kind == "as_name":
        return str(value)
    if kind == "as_tensor":
        return str(value["name"])
    return name_of(value) if kind in UNIONS else None


def outputs_of(node: Json) -> list[Json]:
    """What a node returns, one entry per tensor or size."""
    outputs: list[Json] = node["outputs"]
    if len(outputs) == 1 and "as_tensors" in outputs[0]:
        return [{"as_tensor": value} for value in outputs[0]["as_tensors"]]
    return outputs


def sizes_of(sizes: list[Json]) -> tuple[int, ...]:
    """Sizes as they were in the exporting run; of a dynamic size, its hint."""
    found = tuple(
        only(size["as_expr"]["hint"])[1] if "as_expr" in size else size["as_int"] for size in sizes
    )
    if not all(type(size) is int and 0 <= size <= _LARGEST for size in found):
        raise ValueError("sizes that are no numbers of elements")
    return found


def enclosing_calls_of(node: Json) -> tuple[EnclosingCall, ...]:
    """The calls around a node, from a text such as ``L__self__,,Net;L__self__b@1,b,torch.nn.Relu``.

    The outermost is that of the program itself, with the path ``""``.
    """
    entries = filter(None, node["metadata"].get("nn_module_stack", "").split(";"))
    stack = {}
    for entry in entries:
        key, path, class_name = entry.split(",", 2)
        stack[key] = path, class_name
    return enclosing_calls(stack)
