"""Sentences on skip connections."""

from __future__ import annotations

from torch import nn

from tests import nets as models
from tests.sentences import written


def test_kinds_and_the_cost_of_projections() -> None:
    english = written("resnet18")
    assert "8 skip connections: 5 identity, 3 projection." in english
    assert "Projection shortcuts: 173,824 parameters (1.5 %) and 19.27 M MACs (1.1 %)." in english


def test_no_skip_connections() -> None:
    plain = written(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
    assert "No skip connections." in plain
    assert "rojection" not in plain


def test_across_resolutions() -> None:
    unet = written(models.UNet(), (1, 3, 32, 32))
    assert "2 skip connections, all across resolutions: 2 concat." in unet
