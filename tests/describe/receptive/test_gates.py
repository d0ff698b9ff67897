"""Gates computed from a whole map are left out of account, and others are not."""

from __future__ import annotations

from torch import nn

import visualize
from tests.gradients import WHOLE, Steps, conv, printed


def test_squeeze_and_excitation_is_left_out() -> None:
    model = Steps(lambda x, one, two: one(x) * two(one(x).mean((2, 3), True)), conv(3), conv(1))
    assert printed(model, 1, 1, 16, 16) == (3, 3)
    receptive = visualize.summarize(nn.Sequential(model, conv(3)), (1, 1, 16, 16)).facts.receptive
    assert receptive is not None
    assert receptive.gates


def test_a_gate_for_each_position_counts() -> None:
    model = Steps(lambda x, one, two: one(x) * two(x).sigmoid(), conv(3), conv(5))
    assert printed(model, 1, 1, 16, 16) == (5, 5)


def test_a_factor_of_the_whole_map_that_is_no_gate_counts() -> None:
    model = Steps(lambda x, one: one(x) + one(x).mean((2, 3), True), conv(3))
    assert printed(model, 1, 1, 16, 16) == (WHOLE, WHOLE)
