"""A module that is a formula is one box; what holds layers stays open."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.formulas import types
from visualize.core.choices import Level
from visualize.scene.build import build_scene
from visualize.simplify import simplify


class RMSNorm(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


class TanhGELU(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.04 * x.pow(3))))


class Sum(nn.Module):
    """A module of ``parts``, of which each reads the same input."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        return sum((part(x) for part in self.parts[1:]), self.parts[0](x))


def test_a_norm_is_one_box_with_the_name_of_its_class() -> None:
    model = nn.Sequential(RMSNorm(), nn.Linear(8, 8), nn.Tanh(), RMSNorm())
    assert types(model) == ["RMSNorm", "Linear", "RMSNorm"]
    assert "rsqrt" in types(model, Level.OP)


def test_an_activation_is_one_box() -> None:
    assert types(nn.Sequential(nn.Linear(8, 8), TanhGELU())) == ["Linear", "TanhGELU"]


def test_what_holds_a_weighted_layer_stays_open() -> None:
    model = nn.Sequential(Sum(nn.Linear(8, 8), nn.Linear(8, 8, bias=False)), RMSNorm())
    assert types(model) == ["Linear", "Linear", "add", "RMSNorm"]


def test_the_outermost_module_names_the_box() -> None:
    model = nn.Sequential(nn.Linear(8, 8), Sum(RMSNorm(), TanhGELU()))
    assert types(model) == ["Linear", "Sum"]


def test_what_a_formula_says_is_its_name_and_parameters() -> None:
    architecture = visualize.trace(nn.Sequential(RMSNorm(), nn.ReLU(), nn.Linear(8, 8)), (1, 6, 8))
    scene = build_scene(simplify(architecture, Level.LAYER), "layer")
    assert [box.label for box in scene.boxes if box.label[0] == "RMSNorm"] == [
        ("RMSNorm", "ReLU · 8"),
    ]


class Experts(nn.Module):
    """Three experts in one parameter each for the way up and down."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Parameter(torch.ones(3, 8, 4)), nn.Parameter(torch.ones(3, 4, 8))

    def forward(self, x: Tensor) -> Tensor:
        every = x.expand(3, *x.shape[1:])
        return torch.bmm(torch.bmm(every, self.up).relu(), self.down).sum(0, keepdim=True)


class Borrowed(nn.Module):
    """Works with the weights of layers that it never calls."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = (nn.Linear(8, 8, bias=False) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.first.weight).relu(), self.second.weight)


def test_a_module_with_weight_matrices_of_its_own_is_one_box() -> None:
    architecture = visualize.trace(nn.Sequential(Experts(), nn.Linear(8, 8)), (1, 6, 8))
    scene = build_scene(simplify(architecture, Level.LAYER), "layer")
    labels = [box.label for box in scene.boxes]
    assert ("Experts", "3 experts · 192") in labels


def test_what_works_with_the_weights_of_layers_stays_open() -> None:
    assert types(nn.Sequential(Borrowed(), nn.Linear(8, 8))) == ["linear", "linear", "Linear"]
