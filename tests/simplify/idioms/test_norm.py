"""Norms that are written out are norms, whatever their class is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.formulas import first_lines
from tests.layers import Function

WIDTH = 8


class Written(nn.Module):
    """A formula of a tensor, with those of weight, bias and stored moments that it names."""

    weight: Tensor
    bias: Tensor
    mean: Tensor
    var: Tensor

    def __init__(self, formula: Callable[[Written, Tensor], Tensor], *, frozen: bool) -> None:
        super().__init__()
        self.formula = formula
        used = {"weight", "bias", "mean", "var"}.intersection(formula.__code__.co_names)
        for name in sorted(used):
            values = torch.ones(WIDTH)
            if frozen or name in ("mean", "var"):
                self.register_buffer(name, values)
            else:
                self.register_parameter(name, nn.Parameter(values))

    def forward(self, x: Tensor) -> Tensor:
        return self.formula(self, x)


def behind_conv(formula: Callable[[Written, Tensor], Tensor], *, frozen: bool = False) -> str:
    """The box of a convolution, the formula and an activation."""
    model = nn.Sequential(nn.Conv2d(3, WIDTH, 3), Written(formula, frozen=frozen), nn.ReLU())
    lines = first_lines(model, 2, 3, 9, 9)
    assert len(lines) == 1, lines
    return lines[0]


def behind_linear(formula: Callable[[Written, Tensor], Tensor]) -> list[str]:
    model = nn.Sequential(nn.Linear(4, WIDTH), Written(formula, frozen=False), nn.Tanh())
    return first_lines(model, 2, 5, 4)


def per_map(values: Tensor) -> Tensor:
    return values.view(1, -1, 1, 1)


def centred(x: Tensor, *axes: int) -> Tensor:
    return x - x.mean(axes, keepdim=True)


def moments(s: Written, x: Tensor) -> Tensor:
    var, mean = torch.var_mean(x, dim=1, keepdim=True)
    return (x - mean) * (var + 1e-5).rsqrt() * per_map(s.weight) + per_map(s.bias)


def by_squares(x: Tensor) -> Tensor:
    mean = x.mean(1, keepdim=True)
    return (x - mean) / torch.sqrt((x * x).mean(1, keepdim=True) - mean**2 + 1e-5)


LAYER_NORMS: list[Callable[[Written, Tensor], Tensor]] = [
    lambda s, x: (
        s.weight[:, None, None]
        * (centred(x, 1) / torch.sqrt(centred(x, 1).pow(2).mean(1, keepdim=True) + 1e-6))
        + s.bias[:, None, None]
    ),
    lambda s, x: (
        per_map(s.weight) * centred(x, 1) * torch.rsqrt(x.var(1, True, keepdim=True) + 1e-5)
        + per_map(s.bias)
    ),
    lambda s, x: (
        centred(x, 1) / (x.std(1, keepdim=True) + 1e-5) * per_map(s.weight) + per_map(s.bias)
    ),
    lambda s, x: torch.addcmul(
        per_map(s.bias),
        per_map(s.weight),
        centred(x, 1) * (x.var(1, keepdim=True) + 1e-5).pow(-0.5),
    ),
    lambda s, x: by_squares(x) * per_map(s.weight) + per_map(s.bias),
    moments,
    lambda s, x: F.layer_norm(x.permute(0, 2, 3, 1), (WIDTH,), 1 + s.weight, s.bias).permute(
        0, 3, 1, 2
    ),
    lambda s, x: (
        centred(x.float(), 1) / (x.float().var(1, keepdim=True) + 1e-5).sqrt() * per_map(s.weight)
        + per_map(s.bias)
    ).type_as(x),
]


@pytest.mark.parametrize("formula", LAYER_NORMS)
def test_layer_norm_over_the_channels_of_a_map(
    formula: Callable[[Written, Tensor], Tensor],
) -> None:
    assert behind_conv(formula) == "3×3 conv, 8 · LayerNorm, ReLU · 240 params"


def grouped(s: Written, x: Tensor) -> Tensor:
    y = x.view(x.shape[0], 2, -1)
    y = (y - y.mean(-1, keepdim=True)) / torch.sqrt(y.var(-1, unbiased=False, keepdim=True) + 1e-5)
    return y.view(x.shape) * per_map(s.weight) + per_map(s.bias)


def response(s: Written, x: Tensor) -> Tensor:
    length = torch.norm(x, p=2, dim=(2, 3), keepdim=True)
    return per_map(s.weight) * (x * (length / (length.mean(1, keepdim=True) + 1e-6)))


def frozen_batch_norm(s: Written, x: Tensor) -> Tensor:
    scale = per_map(s.weight) * (per_map(s.var) + 1e-5).rsqrt()
    return x * scale + (per_map(s.bias) - per_map(s.mean) * scale)


OTHER_NORMS: list[tuple[str, Callable[[Written, Tensor], Tensor]]] = [
    (
        "BN, ReLU · 240 params",
        lambda s, x: (
            centred(x, 0, 2, 3) / torch.sqrt(x.var((0, 2, 3), keepdim=True) + 1e-5)
            * per_map(s.weight) + per_map(s.bias)
        ),
    ),
    (
        "BN, ReLU · 240 params",
        lambda s, x: (
            (x - per_map(s.mean)) / torch.sqrt(per_map(s.var) + 1e-5)
            * per_map(s.weight) + per_map(s.bias)
        ),
    ),
    ("BN, ReLU · 240 params", frozen_batch_norm),
    (
        "InstanceNorm, ReLU · 232 params",
        lambda s, x: (
            centred(x, 2, 3) / torch.sqrt(x.var((2, 3), keepdim=True) + 1e-5) * per_map(s.weight)
        ),
    ),
    ("GroupNorm, ReLU · 240 params", grouped),
    ("GRN, ReLU · 232 params", response),
    ("L2 norm, ReLU · 224 params", lambda s, x: x / x.norm(dim=1, keepdim=True)),
    ("L2 norm, ReLU · 232 params", lambda s, x: F.normalize(x, dim=1) * per_map(s.weight)),
    (
        "RMSNorm, ReLU · 232 params",
        lambda s, x: x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 1e-6) * per_map(s.weight),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "formula"), OTHER_NORMS)
def test_norms_of_a_map(words: str, formula: Callable[[Written, Tensor], Tensor]) -> None:
    assert behind_conv(formula) == f"3×3 conv, 8 · {words}"


class Running(nn.Module):
    """A batch norm whose moments are plain tensors, as in a textbook."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, 8, 1, 1))
        self.beta = nn.Parameter(torch.ones(1, 8, 1, 1))
        self.mean, self.var = torch.zeros(1, 8, 1, 1), torch.ones(1, 8, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.gamma * ((x - self.mean) / torch.sqrt(self.var + 1e-5)) + self.beta


class Whole(nn.Module):
    """A norm over the channels and places of a sequence, by a mean of means."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(1, keepdim=True).mean(2, keepdim=True)
        var = ((x - mean) ** 2).mean(1, keepdim=True).mean(2, keepdim=True)
        return self.gain * (x - mean) / torch.pow(var + 1e-8, 0.5)


@pytest.mark.parametrize(
    ("model", "shape", "words"),
    [
        (nn.Sequential(nn.Conv2d(3, 8, 3), Running()), (1, 3, 9, 9), "BN · 240 params"),
        (nn.Sequential(nn.Conv1d(3, 8, 3), Whole()), (1, 3, 9), "LayerNorm · 88 params"),
    ],
)
def test_norms_of_textbooks(model: nn.Module, shape: tuple[int, ...], words: str) -> None:
    (line,) = first_lines(model, *shape)
    assert line.endswith(words)


@pytest.mark.parametrize("formula", [frozen_batch_norm, OTHER_NORMS[1][1]])
def test_batch_norm_of_stored_values_alone(
    formula: Callable[[Written, Tensor], Tensor],
) -> None:
    assert behind_conv(formula, frozen=True) == "3×3 conv, 8 · BN, ReLU · 224 params"


def test_the_frozen_batch_norm_of_torchvision() -> None:
    norm = torchvision.ops.FrozenBatchNorm2d(8)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), norm, nn.ReLU())
    assert first_lines(model, 1, 3, 9, 9) == ["3×3 conv, 8 · BN, ReLU · 224 params"]


ROOT_MEAN_SQUARES: list[Callable[[Written, Tensor], Tensor]] = [
    lambda s, x: s.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)),
    lambda s, x: x / (x.norm(2, dim=-1, keepdim=True) * WIDTH**-0.5 + 1e-6) * s.weight,
    lambda s, x: x / torch.sqrt(torch.mean(x**2, dim=-1, keepdim=True) + 1e-6) * s.weight,
    lambda s, x: x * torch.rsqrt((x * x).sum(-1, keepdim=True) / x.shape[-1] + 1e-6) * s.weight,
    lambda s, x: x * (1 / torch.sqrt(x.square().mean(-1, keepdim=True) + 1e-6)) * s.weight,
    lambda s, x: x / x.pow(2).mean(-1).add(1e-6).sqrt().unsqueeze(-1) * s.weight,
    lambda s, x: F.normalize(x, dim=-1) * WIDTH**0.5 * s.weight,
    lambda s, x: F.rms_norm(x, (WIDTH,), 1 + s.weight),
    lambda s, x: (
        x.float() * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + 1e-6) * (1.0 + s.weight)
    ).type_as(x),
]


@pytest.mark.parametrize("formula", ROOT_MEAN_SQUARES)
def test_root_mean_square_norm(formula: Callable[[Written, Tensor], Tensor]) -> None:
    assert behind_linear(formula) == ["Linear, 4 → 8 · RMSNorm, tanh · 48 params"]


@pytest.mark.parametrize(
    ("words", "formula"),
    [
        ("48 params", lambda s, x: F.layer_norm(x, (WIDTH,), weight=1.0 + s.weight)),
        ("48 params", lambda s, x: F.layer_norm(x, (WIDTH,), bias=2 * s.bias)),
        ("56 params", lambda s, x: F.layer_norm(x, (WIDTH,)) * s.weight + s.bias),
        (
            "56 params",
            lambda s, x: s.weight * centred(x, -1) / (x.std(-1, keepdim=True) + 1e-6) + s.bias,
        ),
    ],
)
def test_what_is_computed_for_a_norm_is_not_added_to_the_data(
    words: str, formula: Callable[[Written, Tensor], Tensor]
) -> None:
    assert behind_linear(formula) == [f"Linear, 4 → 8 · LayerNorm, tanh · {words}"]


@pytest.mark.parametrize(
    "formula",
    [
        lambda s, x: x * s.weight + s.bias,
        lambda s, x: centred(x, -1),
        lambda s, x: x / x.exp().sum(-1, keepdim=True),
        lambda s, x: centred(x, -1) / x.var(1, keepdim=True).sqrt(),
        lambda s, x: x * torch.rsqrt(x.pow(3).mean(-1, keepdim=True)),
        lambda s, x: 3 * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + s.bias),
        lambda s, x: x / x,
    ],
)
def test_what_computes_something_else_is_no_norm(
    formula: Callable[[Written, Tensor], Tensor],
) -> None:
    assert not any("orm" in line for line in behind_linear(formula))


def test_a_norm_inside_of_a_residual_formula() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)
            self.weight = nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            y = self.layer(x)
            return x + self.weight * centred(y, -1) / torch.sqrt(y.var(-1, keepdim=True) + 1e-6)

    assert first_lines(Block())[:2] == ["Linear, 8 → 8 · LayerNorm · 80 params", "+"]
    assert len(visualize.trace(Block(), (1, 6, 8)).skips) == 1


def test_what_is_added_for_each_position_is_not_the_shift_of_a_norm() -> None:
    class Embedded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.last = nn.Linear(8, 8), nn.Linear(8, 8)
            self.position = nn.Parameter(torch.ones(6, 8))

        def forward(self, x: Tensor) -> Tensor:
            y = self.layer(x)
            normed = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-6)
            return self.last(normed + self.position)

    assert first_lines(Embedded())[0] == "Linear, 8 → 8 · RMSNorm · + position · 120 params"


def test_a_layer_scale_behind_a_norm_is_not_part_of_it() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gamma = nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            return x * self.gamma

    norm = Written(lambda s, x: F.normalize(x, dim=-1), frozen=True)
    model = nn.Sequential(nn.Linear(8, 8), norm, Scale())
    assert first_lines(model) == ["Linear, 8 → 8 · L2 norm · × gamma · 80 params"]


def test_a_class_that_is_called_a_norm_keeps_its_name_where_it_is_fused() -> None:
    class LayerNorm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            return self.weight * x / (x.abs().amax(-1, keepdim=True) + 1e-6)

    model = nn.Sequential(nn.Linear(8, 8), LayerNorm())
    assert first_lines(model) == ["Linear, 8 → 8 · LayerNorm · 80 params"]


class Gained(nn.Module):
    """A norm with one learnt number: the gain of ScaleNorm, or the logarithm of a temperature."""

    def __init__(self, formula: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.formula, self.gain = formula, nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.formula(x, self.gain)


@pytest.mark.parametrize(
    ("word", "formula"),
    [
        ("L2 norm", lambda x, g: g * x / x.norm(dim=-1, keepdim=True).clamp(min=1e-5)),
        ("L2 norm", lambda x, g: g.exp() * (x / x.norm(dim=-1, keepdim=True))),
        ("L2 norm", lambda x, g: x * torch.rsqrt((x * x).sum(-1, keepdim=True)) * (1 + g)),
        ("RMSNorm", lambda x, g: g * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)),
        ("RMSNorm", lambda x, g: g * x / x.norm(dim=-1, keepdim=True) * WIDTH**0.5),
    ],
)
def test_a_learnt_number_does_not_decide_which_norm_it_scales(
    word: str, formula: Callable[[Tensor, Tensor], Tensor]
) -> None:
    model = nn.Sequential(nn.Linear(4, WIDTH), Gained(formula), nn.Tanh())
    assert first_lines(model, 2, 5, 4) == [f"Linear, 4 → {WIDTH} · {word}, tanh · 41 params"]


@pytest.mark.parametrize(
    "formula",
    [
        lambda x: (n := x.pow(2).sum(-1, keepdim=True)) / (1 + n) * x / (n + 1e-8).sqrt(),
        lambda x: x * torch.rsqrt(1 + x.pow(2).mean(-1, keepdim=True)),
        lambda x: x / (x.pow(2).sum(-1, keepdim=True) + 1).sqrt(),
    ],
    ids=["squash of capsules", "root of 1 + square", "soft clipping"],
)
def test_one_plus_a_square_is_no_square(formula: Callable[[Tensor], Tensor]) -> None:
    model = nn.Sequential(nn.Linear(4, WIDTH), Function(lambda _, x: formula(x)), nn.Tanh())
    assert first_lines(model, 2, 5, 4)[0] == f"Linear, 4 → {WIDTH} · 40 params"
