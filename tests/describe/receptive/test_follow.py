"""What every tensor sees, from the inputs on."""

from __future__ import annotations

import pytest
from torch import nn

import visualize
from tests.gradients import WHOLE, conv, printed, reached_in_the_middle
from tests.random_fields import CHANNELS, random_network
from visualize.describe.receptive.follow import follow


def test_every_result_has_its_maps() -> None:
    exact = visualize.trace(nn.Sequential(conv(3), nn.ReLU(), conv(5)), (1, 1, 16, 16))
    followed = follow(exact)
    works = [one.id for one in exact.operations if one.computes]
    assert set(works) <= set(followed.maps)
    assert {source.axis for source in followed.places} == {2, 3}


def test_without_windows_nothing_is_followed() -> None:
    exact = visualize.trace(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
    assert not follow(exact).places


@pytest.mark.parametrize("seed", range(25))
def test_random_networks_see_what_gradients_reach(seed: int) -> None:
    sizes = (64, 52)
    network = random_network(seed, *sizes)
    fields = printed(network, 1, CHANNELS, *sizes)
    assert fields is not None
    reached = reached_in_the_middle(network, 1, CHANNELS, *sizes)
    assert len(fields) == len(reached)
    for field, truth, size in zip(fields, reached, sizes):
        assert truth <= (size if field == WHOLE else field)
        # Larger fields do not lie within the input wherever they are.
        assert truth == field or field == WHOLE or field > size // 3
