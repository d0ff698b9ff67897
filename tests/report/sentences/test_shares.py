"""Sentences on where parameters and MACs are."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.sentences import written


def test_the_parts_with_the_most_and_the_last() -> None:
    assert "Parameters: layer4 71.8 %, layer3 18.0 %, fc (last layer) 4.4 %." in written("resnet18")
    chinese = written("resnet18", language="zh")
    assert "参数分布：layer4 占 71.8 %，layer3 占 18.0 %，末层 fc 占 4.4 %。" in chinese
    assert "Parameters: classifier (last module) 89.4 %" in written("vgg16")


class AtTheEnd(nn.Module):
    """The last weighted layer is a function of the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.weight = nn.Linear(4, 8), nn.Parameter(torch.ones(2, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply twice."""
        return nn.functional.linear(self.first(x), self.weight)


def test_functions_of_the_model_itself_have_a_name() -> None:
    sentence = written(AtTheEnd(), (1, 4))
    assert "MACs: first 66.7 %, linear (last layer) 33.3 %." in sentence
    assert "Parameters: first 71.4 %, weight 28.6 %." in sentence
