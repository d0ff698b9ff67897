"""Sentences on skip connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests import nets as models
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences.skips import blocks_sentence


def test_kinds_and_the_cost_of_projections() -> None:
    english = written("resnet18")
    assert "8 skip connections: 5 identity, 3 projection." in english
    assert "Projection shortcuts: 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)." in english
    of_batch = written(models.Residual(), (4, 3, 16, 16))
    projections = "Projection shortcuts: 160 parameters (1.4 %) and 8.192 k MACs (0.7 %)."
    assert projections in of_batch
    assert projections in written(models.Residual(), (1, 3, 16, 16))


class Padded(nn.Module):
    """A projection without parameters, as He et al. 2015 call option A."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(4, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Add every second pixel, padded with channels of zeros."""
        shortcut = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2))
        return self.conv2(torch.relu(self.conv1(x))) + shortcut


def test_projections_that_cost_nothing() -> None:
    english = written(Padded(), (1, 4, 8, 8))
    assert "1 skip connection, a projection shortcut." in english
    assert "Projection shortcuts have no parameters." in english


def test_the_cost_of_projections_is_that_of_one_sample() -> None:
    model, (_, *shape) = models.Residual(), (1, 3, 16, 16)
    sentence = "Projection shortcuts: 160 parameters (1.4 %) and 8.192 k MACs (0.7 %)."
    for batch in (1, 8):
        assert sentence in written(model, (batch, *shape))


def test_no_skip_connections() -> None:
    plain = written(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)), (1, 4))
    assert "No skip connections." in plain
    assert "rojection" not in plain
    assert "skip" not in written(nn.Linear(4, 4), (1, 4))


def test_one_kind_across_resolutions() -> None:
    unet = written(models.UNet(), (1, 3, 32, 32))
    assert "2 skip connections, all concat and across resolutions." in unet
    assert "均为拼接连接，且跨越分辨率变化" in written(models.UNet(), (1, 3, 32, 32), language="zh")
    assert "24 skip connections, all identity. Each block has 2 shortcuts." in written("vit_b_16")


def test_blocks_without_a_shortcut() -> None:
    assert (
        "7 of 17 blocks have no shortcut: features[1], features[2], features[4], features[7], "
        "features[11], features[14], features[17]."
    ) in written("mobilenet_v2")
    assert "shortcut:" not in written("squeezenet1_1")


def test_what_is_alike_in_blocks_is_not_listed() -> None:
    english = load_language("en")
    assert not blocks_sentence({}, english)
    assert not blocks_sentence({"a": 1, "b": 1}, english)
    assert not blocks_sentence({"a": 2, "b": 3}, english)
    assert not blocks_sentence({"a": 0, "b": 0}, english)
    assert blocks_sentence({"a.0": 0, "b": 1}, english).endswith("have no shortcut: a[0].")
