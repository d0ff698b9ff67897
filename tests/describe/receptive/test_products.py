"""What products see: a linear layer along channels keeps places, along places sees all."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.gradients import WHOLE, Steps, agrees, conv, printed


@pytest.mark.parametrize(
    ("model", "shape", "field"),
    [
        (
            Steps(lambda x, one: one(x) @ torch.ones(16, 16, dtype=x.dtype), conv(3)),
            (1, 1, 16, 16),
            (3, WHOLE),
        ),
        (
            Steps(
                lambda x, one: torch.einsum(
                    "bchw,dc->bdhw", one(x), torch.ones(2, 1, dtype=x.dtype)
                ),
                conv(3),
            ),
            (1, 1, 16, 16),
            (3, 3),
        ),
        (
            Steps(
                lambda x, one: nn.functional.scaled_dot_product_attention(
                    *3 * [one(x).flatten(2).mT]
                ).mT.reshape(x.shape),
                conv(3),
            ),
            (1, 1, 8, 8),
            (WHOLE, WHOLE),
        ),
    ],
)
def test_fields_are_those_that_gradients_reach(
    model: nn.Module, shape: tuple[int, ...], field: tuple[int, ...]
) -> None:
    assert printed(model, *shape) == field
    assert agrees(model, *shape)
