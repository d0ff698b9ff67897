"""Attention and its projections are one box."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.sublayers import closed, sublayers, tokens, words

BOTH = pytest.mark.parametrize("tracer", ["symbolic", "recorded"])


class Attention(nn.Module):
    """Queries, keys and values in parts of any kind, and a projection."""

    def __init__(self, width: int = 32, heads: int = 4, shared: int = 4, together: bool = False):
        super().__init__()
        self.heads, self.shared, self.size = heads, shared, width // heads
        if together:
            self.all = nn.Linear(width, 3 * width)
        else:
            self.one, self.two = nn.Linear(width, width), nn.Linear(width, shared * self.size)
            self.three = nn.Linear(width, shared * self.size)
        self.together = together
        self.last = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        other = x if memory is None else memory
        if self.together:
            q, k, v = self.all(x).chunk(3, -1)
        else:
            q, k, v = self.one(x), self.two(other), self.three(other)
        q, k, v = (one.unflatten(-1, (-1, self.size)).transpose(1, 2) for one in (q, k, v))
        k, v = (one.repeat_interleave(self.heads // self.shared, 1) for one in (k, v))
        scores = (q @ k.transpose(-1, -2)) * self.size**-0.5
        result: Tensor = self.last((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))
        return result


class Layer(nn.Module):
    """A residual branch with a norm before the attention."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.norm, self.attention, self.head = nn.LayerNorm(32), attention, nn.Linear(32, 8)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.head(x + self.attention(self.norm(x)))
        return result


@BOTH
@pytest.mark.parametrize("together", [False, True])
def test_projections_join_the_attention(tracer: str, together: bool) -> None:
    diagram = closed(Layer(Attention(together=together)), tokens(), tracer=tracer)
    assert words(diagram) == [("self-attention, 4 heads",)]
    (box,) = sublayers(diagram)
    assert box.parameters == 4 * (32 * 32 + 32)
    assert (box.path, box.outputs[0].shown) == ("attention", (6, 32))
    kinds = [one.type for one in diagram.boxes]
    assert kinds[1:2] == ["LayerNorm"]
    assert kinds[3:5] == ["add", "Linear"]


@BOTH
def test_the_skip_connection_is_drawn(tracer: str) -> None:
    diagram = closed(Layer(Attention()), tokens(), tracer=tracer)
    (skip,) = diagram.skips
    assert not diagram.is_collapsed(skip)
    assert [wire.skip for *_, wire in diagram.wires if wire.skip is not None] == [0]


def test_grouped_queries() -> None:
    diagram = closed(Layer(Attention(shared=2)), tokens())
    assert words(diagram) == [("grouped-query attention, 4 heads", "2 key-value heads")]


def test_parts_that_are_written_in_the_block_itself() -> None:
    class Plain(Attention):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.head = nn.LayerNorm(32), nn.Linear(32, 8)

        def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
            result: Tensor = self.head(x + super().forward(self.norm(x)))
            return result

    (box,) = sublayers(closed(Plain(), tokens()))
    assert (box.path, box.is_module) == ("", False)


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.memory, self.cross = nn.Linear(32, 32), Attention()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        result: Tensor = x + self.cross(x, self.memory(y))
        return result


def test_what_makes_the_memory_stays_outside() -> None:
    diagram = closed(Decoder(), tokens(), tokens())
    assert words(diagram) == [("cross-attention, 4 heads",)]
    assert [box.path for box in diagram.boxes if box.type == "Linear"] == ["memory"]


class LowRank(nn.Module):
    """Keys and values by way of a bottleneck with a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.low, self.norm = nn.Linear(32, 32), nn.Linear(32, 8), nn.LayerNorm(8)
        self.kv, self.out = nn.Linear(8, 64), nn.Linear(32, 32)

    def forward(self, x: Tensor) -> Tensor:
        k, v = self.kv(self.norm(self.low(x))).chunk(2, -1)
        q, k, v = (one.unflatten(-1, (4, 8)).transpose(1, 2) for one in (self.q(x), k, v))
        made = F.scaled_dot_product_attention(q, k, v)
        result: Tensor = self.out(made.transpose(1, 2).flatten(2))
        return result


def test_low_rank_keys() -> None:
    (box,) = sublayers(closed(Layer(LowRank()), tokens()))
    assert box.path == "attention"
    assert "latent 8" in map(str, box.label)


def test_an_embedding_before_attention_without_a_residual_branch_stays_outside() -> None:
    model = nn.Sequential(nn.Linear(16, 32), Attention())
    assert [box.path for box in sublayers(closed(model, tokens(16)))] == ["1"]


def test_keys_that_two_attentions_read_belong_to_neither() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.k, self.one, self.two = (nn.Linear(32, 32, bias=False) for _ in range(3))

        def forward(self, x: Tensor) -> Tensor:
            k = self.k(x)
            first = F.scaled_dot_product_attention(self.one(x), k, k)
            return F.scaled_dot_product_attention(self.two(first), k, k)

    diagram = closed(Shared(), tokens())
    assert "k" in [box.path for box in diagram.boxes]
    assert all("k" not in box.members for box in sublayers(diagram))


def test_an_attention_that_can_be_expanded() -> None:
    diagram = closed(Layer(Attention()), tokens(), expand="attention")
    assert not sublayers(diagram)


def test_a_module_of_torch_is_one_box_already() -> None:
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    assert words(closed(layer, tokens())) == [("MLP, 32 → 64 → 32", "ReLU")]


def test_joint_attention_of_two_streams() -> None:
    class Joint(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleList(nn.Linear(32, 96) for _ in range(2))
            self.outs = nn.ModuleList(nn.Linear(32, 32) for _ in range(2))

        def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            made = torch.cat([self.parts[0](x), self.parts[1](y)], 1).chunk(3, -1)
            q, k, v = (one.unflatten(-1, (4, 8)).transpose(1, 2) for one in made)
            both = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            return x + self.outs[0](both[:, :6]), y + self.outs[1](both[:, 6:])

    (box,) = sublayers(closed(Joint(), tokens(), tokens()))
    assert box.parameters == 2 * (32 * 96 + 96 + 32 * 32 + 32)
