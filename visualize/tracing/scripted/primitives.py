"""What TorchScript does without tensors: on lists, dicts, text and plain numbers."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import torch

from visualize.core.dtypes import OF_SCRIPTS, SCRIPT_NUMBERS
from visualize.core.errors import EndlessError

_LONGEST = 10_000_000  # items of a list, or characters of text


def dtype_of(number: int) -> torch.dtype:
    """The dtype that a script names by ``number``."""
    dtype: torch.dtype = getattr(torch, OF_SCRIPTS[number])
    return dtype


def _tensor_of(data: Any, dtype: int | None) -> torch.Tensor:
    return torch.tensor(data, dtype=None if dtype is None else dtype_of(dtype))


def _fill_in(text: str, value: Any) -> str:
    value = str(value)
    _check_length(len(text) + len(value))
    return text.replace("{}", value, 1)


def _check_length(length: int) -> None:
    """Stop before text or a list takes all memory, as doubling it in a loop soon does."""
    if length > _LONGEST:
        raise EndlessError(
            f"the script makes text or a list of more than {_LONGEST:,} items", line="forward"
        )


def _added(values: Any, more: Any) -> Any:
    _check_length(len(values) + len(more))
    return values + more


def _added_in_place(values: Any, more: Any) -> Any:
    _check_length(len(values) + len(more))
    values += more
    return values


def _extend(values: Any, more: Any) -> None:
    _added_in_place(values, more)


def _repeated(values: Any, times: Any) -> Any:
    _check_length(len(values) * times)
    return values * times


def _append(values: list[Any], value: Any) -> list[Any]:
    values.append(value)
    return values


def _set_item(values: Any, key: Any, value: Any) -> None:
    values[key] = value


def _delete(values: Any, key: Any) -> None:
    del values[key]


UNPACK = frozenset({"prim::TupleUnpack", "prim::ListUnpack"})
PRIMITIVES: dict[str, Callable[..., Any]] = {
    "prim::ListConstruct": lambda *items: list(items),
    "prim::TupleConstruct": lambda *items: items,
    "prim::unchecked_cast": lambda value: value,
    "prim::Uninitialized": lambda: None,
    "prim::NumToTensor": torch.tensor,
    "prim::dtype": lambda tensor: SCRIPT_NUMBERS[str(tensor.dtype).removeprefix("torch.")],
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
COLLECTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "__getitem__": operator.getitem,
    "_set_item": _set_item,
    "Delete": _delete,
    "__contains__": operator.contains,
    "append": _append,
    "extend": _extend,
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
    "add": _added,
    "add_": _added_in_place,
    "mul": _repeated,
    "slice": lambda values, start=None, end=None, step=1: values[start:end:step],
    "eq": operator.eq,
    "ne": operator.ne,
}
# On what holds no tensors.
SCALARS: dict[str, Callable[..., Any]] = {
    "__not__": operator.not_,
    "eq": operator.eq,
    "ne": operator.ne,
    "dict": dict,
    "tensor": lambda data, dtype=None, *_: _tensor_of(data, dtype),
    "as_tensor": lambda data, dtype=None, *_: _tensor_of(data, dtype),
}
PYTHON_TYPES: dict[str, type] = {
    "int": int, "float": float, "bool": bool, "str": str, "Tensor": torch.Tensor, "List": list,
    "Dict": dict, "Tuple": tuple, "NoneType": type(None),
}  # fmt: skip
