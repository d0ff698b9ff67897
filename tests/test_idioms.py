"""Formulas with a name are one box; what holds layers or skip connections stays open."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.architecture import Architecture, Role
from visualize.render import build_scene
from visualize.simplify import Level, simplify


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


def test_rotary_embeddings() -> None:
    for way in ("halves", "chunks"):
        assert types(Rotary(way)) == ["Linear", "rotary embedding"]


def test_what_only_looks_like_a_rotation_stays_open() -> None:
    assert "rotary embedding" not in types(Rotary("flipped"))


def test_attention_says_its_heads() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.packed = nn.Linear(8, 24)

        def forward(self, x: Tensor) -> Tensor:
            heads = (part.view(1, 6, 2, 4).transpose(1, 2) for part in self.packed(x).chunk(3, -1))
            return nn.functional.scaled_dot_product_attention(*heads, is_causal=True)

    scene = visualize.draw(Attention(), (1, 6, 8), level="layer").scene
    assert "causal attention, 2 heads" in [box.label[0] for box in scene.boxes]
