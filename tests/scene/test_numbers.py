"""Numbers of parameters are named, and left out where they say nothing."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.layers import Function, labels


@pytest.mark.parametrize(
    ("layer", "second"),
    [
        (nn.LayerNorm(8), []),
        (nn.LayerNorm((4, 8)), ["64 params"]),
        (nn.PReLU(8), []),
        (nn.Linear(8, 1), ["9 params"]),
        (nn.Linear(1, 1, bias=False), ["1 param"]),
        (nn.Linear(64, 64), ["4.2 k"]),
    ],
)
def test_small_numbers_have_a_name_and_vectors_none(layer: nn.Module, second: list[str]) -> None:
    ((_, *lines),) = labels(layer, (2, 8, 4, getattr(layer, "in_features", 8)))
    assert lines == second


@pytest.mark.parametrize(
    ("function", "token"),
    [
        (lambda m, x: torch.cat([m.token.expand(x.shape[0], -1, -1), x], 1), ["token, 8"]),
        (
            lambda m, x: torch.cat([m.few.expand(x.shape[0], -1, -1), x], 1),
            ["few, 3×8", "24 params"],
        ),
    ],
)
def test_a_token_says_its_width_once(
    function: Callable[[nn.Module, Tensor], Tensor], token: list[str]
) -> None:
    model = Function(function, token=(1, 1, 8), few=(1, 3, 8))
    assert token in labels(model, (2, 4, 8))
