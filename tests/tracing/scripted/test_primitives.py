"""What scripts do without tensors is done as Python does it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from visualize.core.errors import EndlessError
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


@pytest.mark.parametrize(
    "grow",
    [
        lambda value: COLLECTIONS["add"](value, value),
        lambda value: COLLECTIONS["add_"](value, value),
        lambda value: COLLECTIONS["mul"](value, 3),
        lambda value: PRIMITIVES["aten::format"]("{}{}", value, value),
    ],
)
@pytest.mark.parametrize("start", ["aa", [1, 2]])
def test_text_and_lists_do_not_grow_without_end(grow: Any, start: Any) -> None:
    def grown() -> Any:
        value = start
        for _ in range(100):
            value = grow(value)
        return value

    with pytest.raises(EndlessError, match="text or a list of more than 10,000,000 items"):
        grown()


def test_lists_may_be_extended() -> None:
    values = [1]
    assert COLLECTIONS["extend"](values, [2]) is None
    assert COLLECTIONS["add"](values, [3]) == [1, 2, 3]
    assert COLLECTIONS["add_"](values, [3]) is values
    assert COLLECTIONS["mul"]([0], 2) == [0, 0]
    with pytest.raises(EndlessError, match="items"):
        COLLECTIONS["extend"](values, range(2**30))
