"""Attention is one box that says its kind and heads, however it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

import visualize
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
WIDTH, HEADS, LENGTH = 12, 3, 6


class Attention(nn.Module):
    """Projects, splits into heads, attends in the way ``attend``, joins, adds the input."""

    def __init__(self, attend: Attend, groups: int = HEADS, cross: bool = False) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH // HEADS * groups)
        self.value = nn.Linear(WIDTH, WIDTH // HEADS * groups)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.attend, self.cross = attend, cross

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        normed = self.norm(x)
        read = memory if self.cross else normed
        query, key, value = (
            layer(each).view(1, LENGTH, -1, WIDTH // HEADS).transpose(1, 2)
            for layer, each in ((self.query, normed), (self.key, read), (self.value, read))
        )
        attended = self.attend(query, key, value)
        return x + self.out(attended.transpose(1, 2).reshape(1, LENGTH, WIDTH))


def labels(model: nn.Module, tracer: str = "auto") -> list[tuple[str, ...]]:
    """What the boxes say at the level layer; nothing of the model may be lost."""
    exact = visualize.trace(model, ((1, LENGTH, WIDTH), (1, LENGTH, WIDTH)), tracer=tracer)
    simplified = simplify(exact, Level.LAYER)
    members = [member for box in simplified.boxes for member in box.members]
    assert sorted(members) == sorted(exact.graph)
    assert sum(box.parameters for box in simplified.boxes) == exact.parameters
    assert sum(box.macs for box in simplified.boxes) == exact.macs
    drawn = {simplified.hosts[skip.merge] for skip in exact.skips}
    assert all(simplified.box(merge).kind is BoxKind.MERGE for merge in drawn)
    assert len(exact.skips) == 1
    return [box.label for box in visualize.draw(exact, level="layer").scene.boxes]


def said(attend: Attend, tracer: str = "auto", **options: int) -> tuple[str, ...]:
    """What the one box of attention says."""
    found = labels(Attention(attend, **options), tracer)
    found = [label for label in found if "attention" in label[0]]
    assert len(found) == 1
    return found[0]


def plain(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = query @ key.transpose(-2, -1) / 2.0
    return nn.functional.dropout(scores.softmax(-1), 0.1, training=False) @ value


def scaled_before(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return torch.softmax((query * 0.5) @ key.transpose(2, 3), dim=-1) @ value


def in_einsum(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = torch.einsum("bhid,bhjd->bhij", query, key) * 0.5
    return torch.einsum("bhij,bhjd->bhid", scores.softmax(dim=-1), value)


def in_batches(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    query, key, value = (each.reshape(HEADS, LENGTH, -1) for each in (query, key, value))
    weights = torch.bmm(query, key.transpose(1, 2)).softmax(-1)
    return torch.bmm(weights, value).view(1, HEADS, LENGTH, -1)


def in_baddbmm(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    query, key, value = (each.reshape(HEADS, LENGTH, -1) for each in (query, key, value))
    bias = torch.zeros(HEADS, LENGTH, LENGTH)
    weights = torch.baddbmm(bias, query, key.transpose(1, 2), alpha=0.5).softmax(-1)
    return torch.bmm(weights, value).view(1, HEADS, LENGTH, -1)


def masked(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    hidden = torch.ones(LENGTH, LENGTH).triu(1).bool()
    scores = (query @ key.transpose(-2, -1) * 0.5).masked_fill(hidden, float("-inf"))
    return scores.softmax(-1) @ value


def masked_by_positions(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    places = torch.arange(LENGTH)
    bias = torch.where(places[:, None] >= places[None, :], 0.0, float("-inf"))
    return (query @ key.transpose(-2, -1) * 0.5 + bias).softmax(-1) @ value


def biased_by_distance(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    places = torch.arange(LENGTH)
    distance = (places[:, None] - places[None, :]).abs()
    bias = torch.where(distance < 3, 0.0, float("-inf"))
    return (query @ key.transpose(-2, -1) * 0.5 + bias).softmax(-1) @ value


def shifted(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """With a score that no key has (attention sinks), and scores that are at most zero."""
    scores = torch.cat([query @ key.transpose(-2, -1), torch.ones(1, HEADS, LENGTH, 1)], dim=-1)
    scores = scores - scores.max(dim=-1, keepdim=True).values
    return scores.softmax(-1)[..., :-1] @ value


def repeated(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    key, value = (each.repeat_interleave(HEADS, dim=1) for each in (key, value))
    return plain(query, key, value)


def expanded(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    key, value = (each.expand(1, HEADS, LENGTH, -1) for each in (key, value))
    return scaled_dot_product_attention(query, key, value)


@pytest.mark.parametrize(
    "attend",
    [
        plain, scaled_before, in_einsum, in_batches, in_baddbmm, biased_by_distance,
        shifted, scaled_dot_product_attention,
    ],
)  # fmt: skip
def test_self_attention(attend: Attend) -> None:
    assert said(attend) == ("self-attention, 3 heads",)


@pytest.mark.parametrize("attend", [plain, in_einsum, in_batches, scaled_dot_product_attention])
def test_cross_attention_reads_keys_from_elsewhere(attend: Attend) -> None:
    assert said(attend, cross=True) == ("cross-attention, 3 heads",)


def by_mask(*read: Tensor) -> Tensor:
    mask = torch.ones(LENGTH, LENGTH).tril().bool()
    return scaled_dot_product_attention(*read, attn_mask=mask)


@pytest.mark.parametrize("attend", [masked, masked_by_positions, by_mask])
def test_causal_attention_is_told_by_its_mask(attend: Attend) -> None:
    assert said(attend, "recorded") == ("causal attention, 3 heads",)


def test_causal_attention_as_a_function() -> None:
    def by_flag(*read: Tensor) -> Tensor:
        return scaled_dot_product_attention(*read, is_causal=True)

    assert said(by_flag) == ("causal attention, 3 heads",)


@pytest.mark.parametrize("attend", [masked, by_mask])
def test_a_stored_mask_hides_nobody_knows_what(attend: Attend) -> None:
    assert said(attend, "symbolic") == ("masked attention, 3 heads",)


def test_a_mask_by_distance_is_not_causal() -> None:
    assert said(biased_by_distance, "recorded") == ("self-attention, 3 heads",)


@pytest.mark.parametrize("attend", [repeated, expanded])
def test_queries_that_share_keys(attend: Attend) -> None:
    assert said(attend, groups=1) == ("multi-query attention, 3 heads", "1 key-value head")


def over_heads(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.transpose(-2, -1)).softmax(1) @ value


def rectified(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.transpose(-2, -1)).relu() @ value


def normed_between(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = nn.functional.layer_norm(query @ key.transpose(-2, -1), (LENGTH,))
    return scores.softmax(-1) @ value


def read_again(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = query @ key.transpose(-2, -1)
    return scores.softmax(-1) @ value + scores.mean()


def shift_read_again(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    scores = query @ key.transpose(-2, -1)
    largest = scores.amax(-1, keepdim=True)
    return (scores - largest).softmax(-1) @ value + largest


@pytest.mark.parametrize(
    "attend", [over_heads, rectified, normed_between, read_again, shift_read_again]
)
def test_what_only_looks_like_attention_stays_open(attend: Attend) -> None:
    found = labels(Attention(attend))
    assert not any("attention" in label[0] for label in found)
    assert sum("matmul" in label[0] for label in found) == 2


def test_a_residual_addition_is_never_part_of_attention() -> None:
    class Between(nn.Module):
        """Adds what is projected to the scores: a skip connection inside of the formula."""

        def __init__(self) -> None:
            super().__init__()
            self.mix = nn.Linear(LENGTH, LENGTH)
            self.project = nn.Linear(WIDTH, WIDTH)

        def forward(self, x: Tensor, memory: Tensor) -> Tensor:
            scores = self.project(x) @ memory.transpose(-2, -1)
            return (scores + self.mix(scores)).softmax(-1) @ memory

    found = labels(Between())
    assert not any("attention" in label[0] for label in found)
    assert any(label[0] == "+" for label in found)


def test_the_level_op_shows_all_operations() -> None:
    exact = visualize.trace(Attention(plain), ((1, LENGTH, WIDTH), (1, LENGTH, WIDTH)))
    kinds = [box.type for box in simplify(exact, Level.OP).boxes]
    assert kinds.count("matmul") == 2
    assert "softmax" in kinds


@pytest.mark.parametrize("product", [torch.matmul, torch.dot])
def test_weights_of_single_numbers_are_not_attention(product: Any) -> None:
    class Weighted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.key, self.value = nn.Linear(8, 8), nn.Linear(8, 1)

        def forward(self, x: Tensor, query: Tensor) -> Tensor:
            weights = (self.key(x) @ query).softmax(-1)
            return product(weights, self.value(x).squeeze(-1))

    figure = visualize.draw(Weighted(), ((5, 8), (8,)))
    lines = [box.label[0] for box in figure.scene.boxes]
    assert product.__name__ in lines
    assert not any("attention" in line for line in lines)
