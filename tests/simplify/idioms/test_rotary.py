"""Rotary embedding, in all the ways it is written."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.formulas import Formula, types


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


def test_rotary_embeddings() -> None:
    for way in ("halves", "chunks"):
        assert types(Rotary(way)) == ["Linear", "rotary embedding"]


def test_what_only_looks_like_a_rotation_stays_open() -> None:
    assert "rotary embedding" not in types(Rotary("flipped"))


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
