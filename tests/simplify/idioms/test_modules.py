"""A module that is a formula is one box; what holds layers stays open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.formulas import types
from tests.layers import labels
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
        ("RMSNorm", "ReLU"),
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
    assert ("Experts", "3 experts · 192 params") in labels


def test_what_works_with_the_weights_of_layers_stays_open() -> None:
    assert types(nn.Sequential(Borrowed(), nn.Linear(8, 8))) == ["linear", "linear", "Linear"]


class Padded(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (1, 1, 1, 1)))


class Standardised(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(F.pad(x, (1, 1, 1, 1)), weight / weight.std(), self.bias)


class Equalised(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.rand(3, 3, 3, 8))
        self.offset = nn.Parameter(torch.zeros(8))

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv2d(x, 0.5 * self.kernel.permute(3, 2, 0, 1), padding=1)
        return y + self.offset.view(1, -1, 1, 1)


class Causal(nn.Conv1d):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (4, 0)))[..., :-2]


class Transposed(nn.Module):
    """A linear layer that keeps its weight as inputs × outputs."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        made = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return made.view(*x.shape[:-1], -1)


class Cast(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x.double(), self.weight.double(), self.bias.double()).to(x.dtype)


@pytest.mark.parametrize("make", [Padded, Standardised, lambda *_: Equalised()])
def test_a_convolution_that_pads_or_prepares_its_weight_is_one(
    make: Callable[..., nn.Module],
) -> None:
    model = nn.Sequential(make(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
    assert labels(model, (1, 3, 9, 9)) == [["3×3 conv, 8", "BN, ReLU · 240 params"]]


def test_a_causal_convolution_is_one() -> None:
    model = nn.Sequential(Causal(3, 8, 3), nn.ReLU())
    assert labels(model, (1, 3, 9)) == [["1-d conv, 8, kernel 3", "ReLU · 80 params"]]


@pytest.mark.parametrize("make", [Transposed, Cast])
def test_a_linear_layer_is_known_by_its_product(make: Callable[..., nn.Module]) -> None:
    model = nn.Sequential(make(8, 16), nn.GELU())
    assert labels(model, (1, 5, 8)) == [["Linear, 8 → 16", "GELU · 144 params"]]


class Sine(nn.Module):
    """A formula with the attributes of other layers."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel_size, self.out_channels, self.num_embeddings = 7, 99, 99
        self.weight = nn.Parameter(torch.rand(8, 8))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.weight).sin()


@pytest.mark.parametrize("is_leaf", [False, True])
@pytest.mark.parametrize("name", ["Conv1d", "Conv2d", "LayerNorm", "Embedding", "MaxPool2d"])
def test_the_name_of_a_class_of_torch_says_nothing(name: str, is_leaf: bool) -> None:
    model = nn.Sequential(nn.Linear(8, 8), type(name, (Sine,), {})())
    leaves = (name,) if is_leaf else ()
    assert labels(model, (1, 5, 8), leaves=leaves) == [
        ["Linear, 8 → 8", "72 params"],
        [name, "64 params"],
    ]


def test_a_subclass_that_is_a_leaf_is_what_it_extends() -> None:
    model = nn.Sequential(Padded(3, 8, 3), nn.BatchNorm2d(8))
    assert labels(model, (1, 3, 9, 9), leaves=("Padded",)) == [["3×3 conv, 8", "BN · 240 params"]]


class NormAct(nn.BatchNorm2d):
    """A norm with an activation of its own, and a dropout that does nothing."""

    def __init__(self, width: int, activation: type[nn.Module]) -> None:
        super().__init__(width)
        self.drop, self.act = nn.Identity(), activation()

    def forward(self, x: Tensor) -> Tensor:
        y = F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)
        return self.act(self.drop(y))


@pytest.mark.parametrize(("activation", "words"), [(nn.SiLU, "BN, SiLU"), (nn.Identity, "BN")])
def test_a_norm_with_its_activation_joins_the_layer_before_it(
    activation: type[nn.Module], words: str
) -> None:
    norm = NormAct(8, activation)
    model = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), norm, nn.Conv2d(8, 4, 1))
    expected = [["3×3 conv, 8", f"{words} · 232 params"], ["1×1 conv, 4", "36 params"]]
    assert labels(model, (1, 3, 9, 9)) == expected
