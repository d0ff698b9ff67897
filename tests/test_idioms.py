"""Formulas with a name are one box; what holds layers or skip connections stays open."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from visualize.core.architecture import Architecture, Role, SkipKind
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


class Rotary(nn.Module):
    """Rotates queries; ``way`` is how it is written."""

    def __init__(self, way: str = "halves") -> None:
        super().__init__()
        self.query = nn.Linear(8, 8)
        self.register_buffer("cos", torch.ones(6, 8))
        self.register_buffer("sin", torch.ones(6, 8))
        self.way = way

    def forward(self, x: Tensor) -> Tensor:
        x = self.query(x)
        if self.way == "halves":
            turned = torch.cat((-x[..., 4:], x[..., :4]), -1)
        elif self.way == "chunks":
            first, second = x.chunk(2, -1)
            turned = torch.cat((-second, first), -1)
        else:
            turned = x.flip(-1)
        rotated = x * self.cos + turned * self.sin
        return rotated * x if self.way == "read again" else rotated


class Sum(nn.Module):
    """A module of ``parts``, of which each reads the same input."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        return sum((part(x) for part in self.parts[1:]), self.parts[0](x))


def types(model: nn.Module, level: Level = Level.LAYER) -> list[str]:
    architecture = visualize.trace(model, (1, 6, 8))
    simplified = simplify(architecture, level)
    assert_whole(architecture, simplified)
    return [layer.type for layer in simplified.layers if layer.role is not Role.INPUT]


def assert_whole(exact: Architecture, simplified: Architecture) -> None:
    members = [member for layer in simplified.layers for member in layer.members]
    assert sorted(members) == sorted(exact.graph)
    assert sum(layer.parameters for layer in simplified.layers) == exact.parameters


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


def test_rotary_embeddings() -> None:
    for way in ("halves", "chunks"):
        assert types(Rotary(way)) == ["Linear", "rotary embedding"]


def test_what_only_looks_like_a_rotation_stays_open() -> None:
    assert "rotary embedding" not in types(Rotary("flipped"))


class Formula(nn.Module):
    """A linear layer, and a function of what it returns."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.linear(x))


def first_lines(model: nn.Module, *shape: int) -> list[str]:
    """What the boxes say at the level layer, but for the input; nothing may be lost."""
    architecture = visualize.trace(model, shape or (1, 6, 8))
    assert_whole(architecture, simplify(architecture, Level.LAYER))
    boxes = visualize.draw(architecture, level="layer").scene.boxes
    return [" · ".join(box.label) for box in boxes if box.role != "input"]


SQUARE = math.sqrt(2 / math.pi)
WRITTEN_GELU = [
    lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    lambda x: x * 0.5 * (1.0 + torch.erf(x * 0.70710678)),
    lambda x: x * ((1 + torch.erf(x / math.sqrt(2.0))) / 2),
    lambda x: 0.5 * x * (1 + torch.tanh(SQUARE * (x + 0.044715 * x**3))),
    lambda x: 0.5 * x * (1 + torch.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x))),
    lambda x: 0.5 * x * (1 + torch.tanh(SQUARE * (x + 0.044715 * torch.pow(x, 3)))),
    lambda x: x * torch.sigmoid(1.702 * x),
]
WRITTEN_SILU = [
    lambda x: x * torch.sigmoid(x),
    lambda x: torch.sigmoid(x) * x,
    lambda x: x / (1 + torch.exp(-x)),
]


@pytest.mark.parametrize("function", WRITTEN_GELU)
def test_gelu_written_out(function: Callable[[Tensor], Tensor]) -> None:
    assert first_lines(Formula(function)) == ["Linear, 8 → 8 · GELU · 72"]


@pytest.mark.parametrize("function", WRITTEN_SILU)
def test_silu_written_out(function: Callable[[Tensor], Tensor]) -> None:
    assert first_lines(Formula(function)) == ["Linear, 8 → 8 · SiLU · 72"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * (1 + torch.erf(x / math.sqrt(2))),
        lambda x: 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.04 * x**3))),
        lambda x: x * torch.sigmoid(2 * x),
        lambda x: x * torch.sigmoid(x.flip(-1)),
        lambda x: x * torch.tanh(x),
    ],
)
def test_what_computes_something_else_is_no_known_activation(
    function: Callable[[Tensor], Tensor],
) -> None:
    assert not any("LU" in line for line in first_lines(Formula(function)))


def test_a_gate_is_no_activation() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.sigmoid(self.layer(x))

    architecture = visualize.trace(Gate(), (1, 6, 8))
    assert [skip.kind for skip in architecture.skips] == [SkipKind.GATE]
    assert "×" in first_lines(Gate())


class Rearranged(nn.Module):
    """A convolution, a rearrangement, and an activation of what it returns."""

    def __init__(self, rearrange: Callable[[Tensor], Tensor], stride: int = 1) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 8, stride, stride)
        self.rearrange = rearrange

    def forward(self, x: Tensor) -> Tensor:
        return self.rearrange(self.layer(x)).relu()


def shuffle(x: Tensor) -> Tensor:
    return x.view(1, 2, 4, 12, 12).transpose(1, 2).reshape(1, 8, 12, 12)


def window(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 3, 4, 3, 4, 8)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(9, 16, 8)


def grid(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 3, 4, 3, 4, 8)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(16, 9, 8)


def merge(x: Tensor) -> Tensor:
    return x.view(1, 3, 3, 4, 4, 8).permute(0, 1, 3, 2, 4, 5).reshape(1, 12, 12, 8)


def merge_patches(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 6, 2, 6, 2, 8)
    return x.permute(0, 1, 3, 4, 2, 5).flatten(3)


@pytest.mark.parametrize(
    ("rearrange", "line"),
    [
        (shuffle, "channel shuffle, 2 groups"),
        (lambda x: nn.ChannelShuffle(2)(x), "channel shuffle"),
        (window, "window partition 4×4"),
        (lambda x: window(x.roll((-2, -2), (2, 3)).relu()), "window partition 4×4"),
        (lambda x: window(x.roll((-2, -2), (2, 3))), "shifted window partition 4×4"),
        (grid, "grid partition 3×3"),
        (lambda x: merge(window(x).relu()), "window merge"),
        (lambda x: merge(window(x).relu()).roll((2, 2), (1, 2)), "shifted window merge"),
        (merge_patches, "patch merging 2×2"),
    ],
)
def test_rearrangements(rearrange: Callable[[Tensor], Tensor], line: str) -> None:
    lines = first_lines(Rearranged(rearrange), 1, 3, 12, 12)
    assert line in [each.partition(" · ")[0] for each in lines]


@pytest.mark.parametrize(
    "rearrange",
    [
        lambda x: x.view(1, 2, 4, 12, 12).reshape(1, 8, 12, 12),
        lambda x: x.view(1, 2, 4, 12, 12).transpose(1, 2).reshape(1, 4, 2, 144),
        lambda x: x.view(1, 8, 3, 4, 12, 1).permute(0, 1, 3, 2, 4, 5).flatten(4),
        lambda x: x.view(1, 8, 3, 4, 12).transpose(2, 3).reshape(1, 8, 12, 12).transpose(1, 2),
        lambda x: x.view(1, 8, 144).transpose(1, 2).reshape(1, 12, 12, 8),
        lambda x: x.view(1, 8, 144).transpose(1, 2),
        lambda x: x.view(1, 8, 12, 3, 4).transpose(3, 4).reshape(1, 8, 12, 12),
    ],
)
def test_other_rearrangements_are_not_drawn(rearrange: Callable[[Tensor], Tensor]) -> None:
    lines = first_lines(Rearranged(rearrange), 1, 3, 12, 12)
    assert not any(
        word in line for line in lines for word in ("window", "grid", "patch", "shuffle")
    )


def test_patch_embedding() -> None:
    tokens = Rearranged(lambda x: x.flatten(2).transpose(1, 2), stride=4)
    assert first_lines(tokens, 1, 3, 12, 12)[0].startswith("patch embedding 4×4, 8")


def test_a_convolution_that_stays_an_image_embeds_no_patches() -> None:
    image = Rearranged(lambda x: x.flatten(2), stride=4)
    point = Rearranged(lambda x: x.flatten(2).transpose(1, 2), stride=1)
    for model in (image, point):
        assert "conv, 8" in first_lines(model, 1, 3, 12, 12)[0]


def test_rotations_in_all_ways() -> None:
    cos, sin = torch.ones(6, 4), torch.ones(6, 4)

    def pairs(x: Tensor) -> Tensor:
        first, second = x[..., ::2], x[..., 1::2]
        turned = (first * cos - second * sin, second * cos + first * sin)
        return torch.stack(turned, -1).flatten(-2)

    def halves(x: Tensor) -> Tensor:
        first, second = x.chunk(2, -1)
        return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)

    def some(x: Tensor) -> Tensor:
        kept, rest = x[..., :4], x[..., 4:]
        turned = torch.cat((-rest[..., 2:], rest[..., :2]), -1)
        return torch.cat((kept, rest * cos + turned * sin), -1)

    def stretched(x: Tensor) -> Tensor:
        first, second = x.chunk(2, -1)
        return torch.cat((first * cos + second * sin, second * cos + first * sin), -1)

    for function in (pairs, halves, some):
        assert types(Formula(function)) == ["Linear", "rotary embedding"]
    assert "rotary embedding" not in types(Formula(stretched))


def test_shapes_and_dtypes_of_data_are_no_data() -> None:
    class Masked(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            mask = torch.ones_like(x).cumsum(1)
            return x.relu() * mask.type_as(x)

    assert types(Masked()) == ["relu"]


def test_a_rule_of_ones_own() -> None:
    squared = visualize.activation("squared ReLU", lambda x: max(x, 0) ** 2)

    def match(view: visualize.View, node: str) -> visualize.Match | None:
        before = view.only_source(node)
        if view.kind(node) == "sin" and before and view.kind(before) == "cos":
            return visualize.Match(frozenset({before}), ("wave", "sin of cos"))
        return None

    def first(model: nn.Module) -> list[tuple[str, ...]]:
        rules = (squared, visualize.Rule("wave", match))
        figure = visualize.draw(model, (1, 6, 8), level="layer", idioms=rules)
        return [box.label for box in figure.scene.boxes]

    assert first(Formula(lambda x: x.relu() ** 2))[1] == ("Linear, 8 → 8", "squared ReLU · 72")
    assert ("wave", "sin of cos") in first(Formula(lambda x: x.cos().sin()))
    assert not any("wave" in label for label in first(Formula(lambda x: x.sin().cos())))


def test_a_rule_cannot_hide_a_residual_connection_or_an_input() -> None:
    def everything(view: visualize.View, node: str) -> visualize.Match | None:
        nodes = frozenset(layer.id for layer in view.pruned.layers)
        return visualize.Match(nodes) if not view.users(node) else None

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return (x + self.layer(x)).relu()

    exact = visualize.trace(Residual(), (1, 6, 8))
    rules = (visualize.Rule("all", everything),)
    assert [layer.type for layer in simplify(exact, Level.LAYER, idioms=rules).layers] == [
        layer.type for layer in simplify(exact, Level.LAYER).layers
    ]


def test_idioms_cost_is_linear() -> None:
    """Twice the layers, about twice the questions that rules ask."""

    def asked(depth: int) -> int:
        count = 0

        def match(view: visualize.View, node: str) -> None:
            nonlocal count
            count += sum(len(inside) for _, inside in view.regions(node, lambda _: True))

        layers = [nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(depth)]
        exact = visualize.trace(nn.Sequential(*layers), (1, 6, 8))
        simplify(exact, Level.LAYER, idioms=(visualize.Rule("none", match),))
        return count

    assert asked(200) < 2.5 * asked(100)
