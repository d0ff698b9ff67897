"""Tensors in nested values are found, replaced and described."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from visualize.core.architecture import TensorSpec
from visualize.tracing.tensors import (
    map_tensors,
    specification,
    tensors_in,
    tensors_with_paths,
)

Pair = namedtuple("Pair", "a b")
ONE, TWO = torch.zeros(1), torch.zeros(2)


@dataclass
class Holder:
    tensor: torch.Tensor
    note: str = ""


def test_tensors_are_found_in_order_and_each_time() -> None:
    value = {"a": [ONE, 3, (TWO, "text")], "b": Holder(ONE), "c": slice(ONE, None)}
    assert [id(tensor) for tensor in tensors_in(value)] == [id(t) for t in (ONE, TWO, ONE, ONE)]
    assert tensors_in(nn.Linear(2, 2)) == []


def test_paths_lead_to_the_tensors() -> None:
    paths = dict(tensors_with_paths({"a": [ONE], "b": Holder(TWO)}))
    assert paths == {
        (("item", "a"), ("item", 0)): ONE,
        (("item", "b"), ("attribute", "tensor")): TWO,
    }


def test_a_value_that_holds_itself_ends() -> None:
    value: list[Any] = [ONE]
    value.append(value)
    assert len(list(tensors_with_paths(value))) == 1


def test_tensors_are_replaced_and_objects_become_tuples() -> None:
    def shape(tensor: torch.Tensor) -> tuple[int, ...]:
        return tuple(tensor.shape)

    assert map_tensors([ONE, {"a": TWO}, 3], shape) == [(1,), {"a": (2,)}, 3]
    assert map_tensors(Pair(ONE, TWO), shape) == ((1,), (2,))
    assert map_tensors(Holder(TWO), shape) == ((2,),)
    assert map_tensors(slice(ONE, None, 2), shape) == slice((1,), None, 2)
    assert map_tensors(torch.Size([2]), shape) == (2,)
    assert map_tensors("text", shape) == "text"


def test_a_specification_has_shape_and_dtype() -> None:
    assert specification(torch.zeros(2, 3, dtype=torch.bool)) == TensorSpec((2, 3), "bool")
    nested = torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])
    assert specification(nested) == TensorSpec((), "float32")
