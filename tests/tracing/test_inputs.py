"""Example inputs of every form, bound to the signature of forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import fx, nn

import visualize
from tests.tracing.nets import (
    PAIR,
    Pair,
    Tied,
    input_shapes,
    types_of,
)
from visualize.core.errors import (
    InputError,
)
from visualize.core.example import Example, ExampleTensor
from visualize.tracing.inputs import Inputs


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param(((1, 3), (1, 5)), id="tuple of shapes"),
        pytest.param([(1, 3), (1, 5)], id="list of shapes"),
        pytest.param([torch.zeros(1, 3), torch.zeros(1, 5)], id="list of tensors"),
        pytest.param(((1, 3), torch.zeros(1, 5)), id="shape and tensor"),
        pytest.param(PAIR, id="dict"),
        pytest.param(lambda: PAIR, id="callable making a dict"),
        pytest.param(lambda: (torch.zeros(1, 3), (1, 5)), id="callable making a tuple"),
    ],
)
def test_inputs_of_every_form(inputs: Any):
    architecture = visualize.trace(Pair(), inputs)
    assert input_shapes(architecture) == PAIR


@pytest.mark.parametrize("shape", [(2, 3), [2, 3], torch.zeros(2, 3), lambda: (2, 3)])
def test_a_single_input_of_every_form(shape: Any):
    architecture = visualize.trace(nn.Sequential(nn.Linear(3, 4)), shape)
    assert list(input_shapes(architecture).values()) == [(2, 3)]


def test_dtypes_of_example_tensors_are_kept():
    architecture = visualize.trace(Tied(), torch.zeros(1, 5, dtype=torch.int32))
    dtypes = [layer.outputs[0].dtype for layer in architecture.operations]
    assert dtypes == ["int32", "float32", "float32", "float32"]


class Nested(Pair):
    def forward(self, tensors):
        return {"sum": self.left(tensors["x"]) + self.right(tensors["y"][0])}


def test_tensors_inside_containers_are_inputs():
    architecture = visualize.trace(Nested(), ({"x": torch.zeros(1, 3), "y": [torch.zeros(1, 5)]},))
    assert list(input_shapes(architecture).values()) == [(1, 3), (1, 5)]
    assert types_of(architecture) == ["input", "input", "Linear", "Linear", "add", "output"]


class Optional(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, x, mask=None, *, scale=None):
        x = self.linear(x)
        if mask is not None:
            x = x.masked_fill(mask, 0.0)
        return x if scale is None else x / scale


@pytest.mark.parametrize(
    ("inputs", "operations"),
    [
        ((1, 3), []),
        ([(1, 3), None], []),
        ([(1, 3), torch.zeros(1, 3, dtype=torch.bool)], ["masked_fill"]),
        ({"x": (1, 3), "scale": (1, 3)}, ["div"]),
    ],
)
def test_arguments_left_at_none_take_the_branch_of_none(inputs: Any, operations: list[str]):
    architecture = visualize.trace(Optional(), inputs)
    steps = [name for name in types_of(architecture) if name != "input"]
    assert steps == ["Linear", *operations, "output"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        pytest.param((1, 3), "missing a required argument: 'y'", id="missing"),
        pytest.param({**PAIR, "z": (1, 3)}, "unexpected keyword argument 'z'", id="unknown"),
        pytest.param([(1, 3)] * 3, "too many positional arguments", id="too many"),
        pytest.param(None, "no input is known for this model, which takes x, y", id="none"),
        pytest.param("1,3", "example inputs of type str", id="text"),
    ],
)
def test_inputs_that_do_not_fit_the_signature(inputs: Any, words: str):
    with pytest.raises(InputError) as caught:
        visualize.trace(Pair(), inputs)
    assert words in str(caught.value)
    assert caught.value.hint


class Clinic(nn.Module):
    def __init__(self):
        super().__init__()
        self.eye = nn.Linear(7, 2)
        self.notes = nn.Linear(12, 2)

    def forward(self, image, record):
        return self.eye(image) + self.notes(record)


@pytest.mark.parametrize(
    ("inputs", "words", "hint"),
    [
        ({"imag": (1, 7), "record": (1, 12)}, "keyword argument 'imag'", "did you mean image?"),
        ({"image": (1, 7), "recrod": (1, 12)}, "keyword argument 'recrod'", "did you mean record?"),
        ({"image": (1, 7), "weights": (1, 12)}, "'weights'", "give an input for each"),
        (None, "which takes image, record", "a shape for each, in this order"),
    ],
)
def test_what_to_do_with_inputs_that_do_not_fit(inputs: Any, words: str, hint: str):
    """A mistyped name is named; where shapes are wanted, the hint has one for each."""
    with pytest.raises(InputError, match=words) as caught:
        visualize.trace(Clinic(), inputs)
    assert hint in caught.value.hint


@pytest.mark.parametrize("wrap", [nn.Module.eval, fx.symbolic_trace])
def test_keyword_inputs_go_by_name_and_not_by_order(wrap: Callable[[nn.Module], nn.Module]):
    architecture = visualize.trace(wrap(Pair()), dict(reversed(PAIR.items())))
    assert input_shapes(architecture) == PAIR


@pytest.mark.parametrize("inputs", [[(1, 3), (1, 5), (1, 5)], {"x": (1, 3), "z": (1, 5)}, (1, 3)])
def test_inputs_that_do_not_fit_a_graph_module(inputs: Any):
    with pytest.raises(InputError):
        visualize.trace(fx.symbolic_trace(Pair()), inputs)


@pytest.mark.parametrize(("least", "below"), [(1, 9), (3, None), (0, 2), (0, None)])
def test_integers_are_between_their_bounds(least: int, below: int | None) -> None:
    tensor = ExampleTensor((200,), "int64", below, least)
    (values,) = Inputs.of(Example((tensor,))).with_values().args
    assert values.min() == least
    assert values.max() == (below or least + 1) - 1


@pytest.mark.parametrize(("dtype", "least"), [("uint8", 300), ("int64", 10**30)])
def test_integers_that_no_tensor_holds(dtype: str, least: int) -> None:
    with pytest.raises(InputError, match=f"{dtype} has no numbers from {least} to {least}"):
        Inputs.of(Example((ExampleTensor((2,), dtype, None, least),)))
