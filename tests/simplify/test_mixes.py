"""Weighted sums of a stack of earlier tensors are one box each."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from tests.mixes import (
    MIXES,
    SEQUENCE,
    STEPS,
    DepthAttention,
    DepthWeighted,
    HyperConnections,
    LayerMix,
    mlp,
)
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify

STACKED = [mix for mix in MIXES if mix.__name__ not in ("in_a_loop", "by_sum")]


def titles(model: nn.Module, level: str = "layer") -> list[str]:
    architecture = visualize.trace(model, SEQUENCE)
    assert_whole(architecture, simplify(architecture, Level(level)))
    return [
        box.label[0] for box in visualize.draw(architecture, level=level, fold=False).scene.boxes
    ]


@pytest.mark.parametrize("mix", STACKED, ids=lambda mix: mix.__name__)
def test_stack_weights_and_sum_are_one_box(mix: object) -> None:
    found = titles(DepthWeighted(mix))  # type: ignore[arg-type]
    assert [title for title in found if title.startswith("weighted sum")] == [
        "weighted sum of 2", "weighted sum of 3", "weighted sum of 4",
    ]  # fmt: skip
    assert not {"stack", "concat", "multiply", "einsum", "sum"} & set(found)


def test_weights_that_are_computed_of_the_stack_belong_to_it() -> None:
    found = titles(DepthAttention())
    assert found.count("weighted sum of 4") == 1
    assert len([title for title in found if title == "stack"]) == 1  # the first, of one tensor
    assert "stack" in titles(DepthAttention(), "op")


def test_every_earlier_tensor_comes_over_an_arrow_of_the_kind() -> None:
    scene = visualize.draw(DepthAttention(), SEQUENCE, level="layer").scene
    mixes = [box.id for box in scene.boxes if box.label[0].startswith("weighted sum")]
    arrows = [[one for one in scene.arrows if one.target == mix] for mix in mixes]
    # The last tensor comes with the flow.
    assert [sum(one.skip == "mixed" for one in each) for each in arrows] == [1, 2, 3]
    assert [len(each) for each in arrows] == [2, 3, 4]


class Asked(nn.Module):
    """Attention over earlier outputs whose query is a layer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(mlp(16) for _ in range(2))
        self.query = nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1]))
        stacked = torch.stack(states, 2)
        weights = torch.einsum("btd,btnd->btn", self.query(states[-1]), stacked).softmax(-1)
        return torch.einsum("btn,btnd->btd", weights, stacked)


def test_a_layer_is_not_swallowed() -> None:
    found = titles(Asked())
    assert "weighted sum of 3" in found
    assert "Linear, 16 → 16" in found


def test_an_add_of_streams_stays_a_merge() -> None:
    architecture = visualize.trace(HyperConnections(STEPS[0], computed=False), SEQUENCE)
    simplified = simplify(architecture, Level.LAYER)
    merges = [simplified.box(simplified.host(skip.merge)) for skip in architecture.skips]
    assert [box.kind for box in merges] == [BoxKind.MERGE] * 2
    arrows = visualize.draw(architecture, level="layer").scene.arrows
    assert {one.label for one in arrows if one.skip == "mixed"} == {"4 streams"}


def test_captions_and_reports_name_the_kind() -> None:
    figure = visualize.draw(LayerMix(), SEQUENCE, level="layer")
    assert "4 skip connections: 3 identity, 1 mixed." in figure.caption()
    assert "混合连接 1 条" in figure.caption("zh")
    assert not figure.check()
