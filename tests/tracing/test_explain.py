"""Errors of a run name the layer, what it got and what it expects."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import nn

import visualize
from tests.tracing.nets import (
    IMAGE,
    Raising,
)
from visualize.core.errors import (
    ForwardError,
    ShapeError,
)
from visualize.tracing.explain import line_of


def test_a_refused_shape_names_the_layer_and_both_shapes():
    body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(9, 8, 3))
    with pytest.raises(ShapeError) as caught:
        visualize.trace(nn.Sequential(nn.Sequential(body)), IMAGE)
    error = caught.value
    assert error.layer == "0.0.1 (Conv2d)"
    assert error.got == "1×8×6×6"
    assert error.expected == "9 channels"
    assert str(error).startswith("layer [0][0][1] (Conv2d): got 1×8×6×6, expected 9 channels")


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Linear(4, 3), (1, 5), "4 features in the last dimension"),
        (nn.BatchNorm2d(4), (1, 3, 8, 8), "4 channels"),
        (nn.GroupNorm(2, 4), (1, 3, 8, 8), "4 channels"),
        (nn.LayerNorm((4, 5)), (1, 4, 4), "a shape that ends in 4×5"),
        (nn.LSTM(4, 3), (2, 1, 5), "4 features in the last dimension"),
        (nn.Conv1d(4, 3, 2), (1, 3, 8), "4 channels"),
        (nn.RMSNorm(4), (1, 3), "a shape that ends in 4"),
    ],
)
def test_each_kind_of_layer_says_what_it_expects(
    layer: nn.Module, shape: tuple[int, ...], expected: str
):
    with pytest.raises(ShapeError) as caught:
        visualize.trace(nn.Sequential(layer), shape)
    assert caught.value.layer == f"0 ({type(layer).__name__})"
    assert caught.value.got == "×".join(map(str, shape))
    assert caught.value.expected == expected


def _place(function: Callable[..., Any], text: str) -> str:
    """File, number and source of the line of ``function`` that holds ``text``."""
    lines, start = inspect.getsourcelines(function)
    (offset,) = [index for index, line in enumerate(lines) if text in line]
    return f"{Path(inspect.getfile(function)).name}:{start + offset}: `{lines[offset].strip()}`"


def test_an_exception_of_forward_is_told_with_its_line():
    with pytest.raises(ForwardError) as caught:
        visualize.trace(Raising(), IMAGE)
    assert caught.value.where == _place(Raising.finish, "raise")
    assert caught.value.message == "forward raised RuntimeError: on purpose"


def test_a_transposed_convolution_refuses_a_wrong_number_of_channels():
    with pytest.raises(ShapeError):
        visualize.trace(nn.ConvTranspose2d(4, 3, 2), (1, 5, 8, 8))


def test_an_exception_without_a_line_of_the_model_is_shown_without_a_place() -> None:
    names: dict[str, Any] = {}
    code = "def forward(self, x):\n    raise ValueError('on purpose')"
    exec(compile(code, "<frozen net>", "exec"), names)  # code without a file
    model = type("Frozen", (nn.Module,), {"forward": names["forward"]})()
    with pytest.raises(ForwardError) as caught:
        visualize.trace(model, (1, 8))
    assert str(caught.value) == "forward raised ValueError: on purpose"


def test_a_layer_is_named_as_code_has_it_like_the_rows_above_it() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.Linear(5, 5)))
    with pytest.raises(ShapeError, match=r"layer \[0\]\[1\] \(Linear\): got 1×4") as caught:
        visualize.summarize(net, (1, 4))
    assert caught.value.summary is not None
    assert [row.name for row in caught.value.summary.rows[:2]] == ["[0][0]", "[0][1] (Linear)"]


def test_the_line_of_an_error_is_one_that_has_a_source() -> None:
    generated: dict[str, Callable[[], None]] = {}
    exec(compile("def fail(): raise ValueError", "<string>", "exec"), generated)
    try:
        generated["fail"]()
    except ValueError as error:
        line = line_of(error)
    assert line.startswith("test_explain.py:")
    assert line.endswith(': `generated["fail"]()`')
