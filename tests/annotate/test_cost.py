"""One MAC is two FLOPs of the run."""

from __future__ import annotations

import pytest
from torch import nn

import visualize


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_macs_of_layers(tracer: str) -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(288, 5)
    )
    architecture = visualize.trace(model, (1, 3, 8, 8), tracer=tracer)
    assert {layer.type: layer.macs for layer in architecture.operations if layer.macs} == {
        "Conv2d": 6 * 6 * 8 * 27,
        "Linear": 288 * 5,
    }
    assert architecture.macs == 6 * 6 * 8 * 27 + 288 * 5
