"""The weights that a run works with are credited, wherever a layer has them from."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F

import visualize
from tests.annotate.test_cost import assert_counts_agree


def perceptron() -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


class Tuned(nn.Module):
    """A network with a learned change of one of its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.base, self.change = perceptron(), nn.Parameter(torch.zeros(16, 8))

    def forward(self, x: Tensor) -> Tensor:
        weights = dict(self.base.named_parameters())
        weights["0.weight"] = weights["0.weight"] + self.change
        return functional_call(self.base, weights, (x,))  # type: ignore[no-any-return]


class Swapped(nn.Module):
    """A layer that works with the weight of another."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return functional_call(self.one, {"weight": self.other.weight}, (x,))  # type: ignore[no-any-return]


class Computed(nn.Module):
    """A layer whose weight another network computes from a learned vector."""

    def __init__(self, *, by_call: bool) -> None:
        super().__init__()
        self.seed, self.network = nn.Parameter(torch.randn(3)), nn.Linear(3, 4 * 8)
        self.layer = nn.Linear(8, 4) if by_call else None

    def forward(self, x: Tensor) -> Tensor:
        weight = self.network(self.seed).view(4, 8)
        if self.layer is None:
            return F.linear(x, weight)
        return functional_call(self.layer, {"weight": weight}, (x,))  # type: ignore[no-any-return]


class Ensemble(nn.Module):
    """Three networks that are run as one, with their weights stacked."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList(perceptron() for _ in range(3))
        vars(self)["skeleton"] = copy.deepcopy(self.members[0]).to("meta")

    def forward(self, x: Tensor) -> Tensor:
        weights, buffers = stack_module_state(list(self.members))

        def one(weights: dict[str, Tensor], buffers: dict[str, Tensor], x: Tensor) -> Tensor:
            return functional_call(vars(self)["skeleton"], (weights, buffers), (x,))  # type: ignore[no-any-return]

        return vmap(one, in_dims=(0, 0, None))(weights, buffers, x).mean(0)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "build",
    [Tuned, Swapped, Ensemble, lambda: Computed(by_call=True), lambda: Computed(by_call=False)],
)
def test_counts_agree_with_those_of_torch(build: Callable[[], nn.Module]) -> None:
    assert_counts_agree(build(), 1, 8)
    assert visualize.trace(build(), (1, 8)).notes == ()


@pytest.mark.parametrize(
    ("build", "unused"),
    [(Tuned, 0), (Swapped, 32 + 4), (Ensemble, 0), (lambda: Computed(by_call=True), 32)],
)
def test_what_another_weight_replaces_is_not_used(
    build: Callable[[], nn.Module], unused: int
) -> None:
    assert visualize.trace(build(), (1, 8)).unused_parameters == unused


def test_the_weights_of_an_ensemble_belong_to_its_layers() -> None:
    boxes = visualize.draw(Ensemble(), (1, 8), level="layer").scene.boxes
    found = [(box.label[0], box.parameters) for box in boxes if box.parameters]
    assert found == [
        ("3 × Linear, 8 → 16", 3 * (8 * 16 + 16)),
        ("3 × Linear, 16 → 4", 3 * (16 * 4 + 4)),
    ]


def test_a_layer_made_while_the_model_runs_counts() -> None:
    class Late(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if not hasattr(self, "late"):
                self.late = nn.Linear(8, 4)
            return self.late(x)  # type: ignore[no-any-return]

    assert visualize.trace(Late(), (1, 8)).parameters == 36
