"""Facts about a model, compared with what papers publish."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import visualize
import visualize.report
from tests import nets as models
from visualize.core.summary import Summary


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", 18), ("resnet34", 34), ("vgg16", 16), ("alexnet", 8), ("googlenet", 22),
     ("densenet121", 121), ("mobilenet_v2", 53), ("swin_t", 53)],
)  # fmt: skip
def test_depth_is_what_papers_say(name: str, layers: int) -> None:
    assert visualize.summarize(name).facts.depth.longest == layers


# He et al. 2015, Table 1: multiply-adds in 10⁹, and blocks of each stage. Since then strides of
# bottlenecks have moved to their 3×3 convolution, which costs a little more.
TABLE_1 = {
    "resnet18": (1.8, 1.8, (2, 2, 2, 2)),
    "resnet34": (3.6, 3.7, (3, 4, 6, 3)),
    "resnet50": (3.8, 4.1, (3, 4, 6, 3)),
    "resnet101": (7.6, 7.8, (3, 4, 23, 3)),
    "resnet152": (11.3, 11.5, (3, 8, 36, 3)),
}


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1_of_the_resnet_paper(name: str) -> None:
    least, most, blocks = TABLE_1[name]
    summary = visualize.summarize(name)
    assert least <= round(summary.total.macs / 1e9, 1) <= most
    stages = [part for part in summary.facts.parts if part.blocks]
    assert tuple(stage.blocks for stage in stages) == blocks
    assert [stage.tensor.shape[-1] for stage in stages] == [56, 28, 14, 7]


def test_gates_are_beside_the_path() -> None:
    with_gate = models.SqueezeExcite()
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.skips["gate"] == 1
    assert visualize.summarize(with_gate, (1, 3, 16, 16)).facts.depth.longest < 3


class WrittenOut(nn.Module):
    """GELU as a formula, which forks."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))


@pytest.mark.parametrize("activation", [nn.GELU(), WrittenOut()])
def test_a_formula_between_layers_is_no_fork(activation: nn.Module) -> None:
    model = nn.Sequential(nn.Linear(4, 8), activation, nn.Linear(8, 4))
    assert visualize.summarize(model, (1, 4)).facts.is_sequential


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "densenet121"])
def test_what_forks_is_not_sequential(name: str) -> None:
    assert not visualize.summarize(name).facts.is_sequential


def test_two_networks_side_by_side_are_not_sequential() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            return self.one(x), self.other(y)

    inputs = [torch.zeros(1, 4), torch.zeros(1, 4)]
    assert not visualize.summarize(Two(), inputs).facts.is_sequential


class Functional(nn.Module):
    """A projection shortcut whose weights are read by functions."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8, 4, 1, 1))
        self.work = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = nn.functional.conv2d(x, self.weight)
        result: Tensor = self.work(x) + shortcut
        return result


def test_projections_cost_what_they_do_in_the_list_of_skip_connections() -> None:
    exact = visualize.trace(Functional(), (1, 4, 6, 6))
    facts = visualize.summarize(exact).facts
    assert facts.projection_parameters == exact.skips[0].parameters == 8 * 4
    assert facts.projection_macs == 8 * 4 * 36
