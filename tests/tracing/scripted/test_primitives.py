"""What scripts do without tensors is done as Python does it."""

from __future__ import annotations

import torch

from visualize.tracing.scripted.primitives import (
    COLLECTIONS,
    PRIMITIVES,
    PYTHON_TYPES,
    SCALARS,
    UNPACK,
    dtype_of,
)


def test_lists_and_dicts_are_changed_in_place() -> None:
    values = [1]
    assert COLLECTIONS["append"](values, 2) is values
    COLLECTIONS["_set_item"](values, 0, 3)
    COLLECTIONS["Delete"](values, 1)
    COLLECTIONS["extend"](values, [4, 5])
    assert values == [3, 4, 5]
    assert COLLECTIONS["slice"](values, 0, 3, 2) == [3, 5]
    assert COLLECTIONS["items"]({"a": 1}) == [("a", 1)]
    assert COLLECTIONS["pop"](values) == 5


def test_primitives_make_and_ask() -> None:
    assert PRIMITIVES["prim::ListConstruct"](1, 2) == [1, 2]
    assert PRIMITIVES["prim::TupleConstruct"](1, 2) == (1, 2)
    assert PRIMITIVES["aten::format"]("{} of {}", 1, "two") == "1 of two"
    assert PRIMITIVES["prim::shape"](torch.zeros(2, 3)) == [2, 3]
    assert PRIMITIVES["prim::dtype"](torch.zeros(1)) == 6
    assert PRIMITIVES["prim::is_cuda"](torch.zeros(1)) is False
    assert dtype_of(6) is torch.float32


def test_tensors_of_numbers_have_the_dtype_of_the_script() -> None:
    assert SCALARS["tensor"]([1, 2], 6).dtype is torch.float32
    assert SCALARS["tensor"]([1, 2]).dtype is torch.int64
    assert PYTHON_TYPES["Tensor"] is torch.Tensor
    assert "prim::TupleUnpack" in UNPACK
