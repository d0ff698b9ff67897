"""What every tensor sees, from the inputs on."""

from __future__ import annotations

from torch import nn

import visualize
from tests.gradients import conv
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
