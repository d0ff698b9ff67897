"""Errors of the public functions are a few lines, whatever caused them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor, nn

import visualize
from visualize import pipeline
from visualize.core.errors import ShapeError


class Wrong(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))


FUNCTIONS = ["draw", "skips", "summarize", "trace"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_error_is_short_and_keeps_its_cause(name: str) -> None:
    with pytest.raises(ShapeError) as caught:
        getattr(visualize, name)(Wrong(), (2, 3))
    text = "".join(traceback.format_exception(caught.value))
    assert len(text.splitlines()) < 12
    assert "recorded.py" not in text
    assert isinstance(caught.value.__context__, RuntimeError)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_that_of_the_pipeline(name: str) -> None:
    shown: Callable[..., Any] = getattr(visualize, name)
    assert shown.__doc__ == getattr(pipeline, name).__doc__
    assert "tracer:" in (shown.__doc__ or "")
