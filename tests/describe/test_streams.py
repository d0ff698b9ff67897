"""Residual streams that meet, in which paths along one of them are not all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net, unet
from visualize.core.architecture import Architecture
from visualize.describe.depth import depths_of
from visualize.describe.flow import main_flow
from visualize.describe.paths import residual_arrivals
from visualize.describe.streams import meet
from visualize.describe.weighted import weighted_layers


def meets(exact: Architecture) -> bool:
    flow = main_flow(exact)
    depths = depths_of(flow, weighted_layers(exact).lengths)
    return meet(flow, depths, residual_arrivals(exact, flow, depths))


def towers(first: int, second: int) -> Architecture:
    """Two inputs that pass so many residual blocks each, and are joined."""
    net = Net()
    ends = []
    for blocks in (first, second):
        x = net.input()
        for _ in range(blocks):
            x = net.add(net.conv(x), x)
        ends.append(net.conv(x))
    net.output(net.conv(net.cat(*ends)))
    return net.build()


def test_towers_meet_if_each_has_residual_blocks() -> None:
    assert meets(towers(2, 1))
    assert not meets(towers(2, 0))
    assert not meets(towers(0, 0))


def test_a_feature_of_the_way_down_is_no_other_stream() -> None:
    net = Net()
    early = net.add(net.conv(x := net.input()), x)
    late = net.add(net.conv(early), early)
    net.output(net.conv(net.cat(late, early)))
    assert not meets(net.build())
    assert not meets(unet())


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (lambda: nn.TransformerDecoderLayer(16, 2, 16, batch_first=True), True),
        (lambda: nn.TransformerEncoderLayer(16, 2, 16, batch_first=True), False),
    ],
    ids=["cross-attention", "self-attention"],
)
def test_an_encoder_meets_a_decoder(layer: Callable[[], nn.Module], expected: bool) -> None:
    """Paths over the decoder leave out those that the encoder has, and are not printed."""

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.TransformerEncoderLayer(16, 2, 16, batch_first=True)
            self.decoder = layer()

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            memory = self.encoder(x)
            return self.decoder(y, memory) if expected else self.decoder(memory + 0 * y)

    inputs = (torch.rand(1, 4, 16), torch.rand(1, 4, 16))
    summary = visualize.summarize(Both(), inputs)
    assert summary.facts.paths.partial is expected
    assert ("paths over" in " ".join(summary.to_dict()["sentences"])) is not expected
