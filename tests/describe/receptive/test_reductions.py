"""What works on a whole axis sees all of it."""

from __future__ import annotations

import pytest
from torch import nn

from tests.gradients import WHOLE, Steps, agrees, conv, printed


@pytest.mark.parametrize(
    ("model", "shape", "field"),
    [
        (Steps(lambda x, one: one(x).softmax(-1), conv(3)), (1, 1, 16, 16), (3, WHOLE)),
        (
            Steps(lambda x, one: one(x).mean(-1, keepdim=True).expand(-1, -1, -1, 16), conv(3)),
            (1, 1, 16, 16),
            (3, WHOLE),
        ),
        (Steps(lambda x, one: one(x).cumsum(-1), conv(3)), (1, 1, 16, 16), (3, WHOLE)),
    ],
)
def test_fields_are_those_that_gradients_reach(
    model: nn.Module, shape: tuple[int, ...], field: tuple[int, ...]
) -> None:
    assert printed(model, *shape) == field
    assert agrees(model, *shape)
