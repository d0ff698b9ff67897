"""Descriptions of example inputs are plain data and become tensors when they are traced."""

from __future__ import annotations

import torch

from visualize.core.example import Example, ExampleTensor
from visualize.tracing.inputs import Inputs


def test_descriptions_become_tensors() -> None:
    example = Example((ExampleTensor((1, 3)),), {"ids": ExampleTensor((1, 4), "int64", below=7)})
    inputs = Inputs.of(example)
    assert inputs.args[0].shape == (1, 3)
    assert inputs.args[0].is_meta
    assert inputs.kwargs["ids"].dtype is torch.int64
    assert 0 <= int(inputs.kwargs["ids"].min()) <= int(inputs.kwargs["ids"].max()) < 7


def test_equal_descriptions_are_equal() -> None:
    assert ExampleTensor((1, 3)) == ExampleTensor((1, 3), "float32", None)
    assert Example() == Example((), {})
