"""One MAC is two FLOPs of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

import visualize
from tests.flops import flop_counter


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_macs_of_layers(tracer: str) -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(288, 5)
    )
    architecture = visualize.trace(model, (1, 3, 8, 8), tracer=tracer)
    assert {layer.type: layer.macs for layer in architecture.operations if layer.macs} == {
        "Conv2d": 6 * 6 * 8 * 27,
        "Linear": 288 * 5,
    }
    assert architecture.macs == 6 * 6 * 8 * 27 + 288 * 5


def assert_counts_agree(model: nn.Module, *shape: int, tracer: str = "auto") -> None:
    """MACs are those of torch's own counter, parameters those of the model."""
    with flop_counter() as counter, torch.no_grad():
        model.eval()(torch.rand(shape))
    architecture = visualize.trace(model, shape, tracer=tracer)
    assert architecture.macs == counter.get_total_flops() // 2
    assert architecture.parameters == sum(weight.numel() for weight in model.parameters())
    counted = sum(one.parameters for one in architecture.operations)
    assert architecture.parameters == counted + architecture.unused_parameters


class LowRank(nn.Module):
    """A weight plus a product of two thin matrices."""

    def __init__(self, outputs: int, inputs: int, rank: int, *shape: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.randn(outputs, rank))
        self.down = nn.Parameter(torch.randn(rank, inputs))
        self.shape = shape or (outputs, inputs)

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (self.up @ self.down).view(self.shape)


def with_low_rank(layer: nn.Module, *sizes: int) -> nn.Module:
    parametrize.register_parametrization(layer, "weight", LowRank(*sizes))
    return layer


class Twice(nn.Module):
    """A layer that is called twice, its weight computed at each call or once for both."""

    def __init__(self, *, cached: bool) -> None:
        super().__init__()
        self.layer = with_low_rank(nn.Linear(20, 20), 20, 20, 4)
        self.cached = cached

    def forward(self, x: Tensor) -> Tensor:
        if self.cached:
            with parametrize.cached():
                return self.layer(self.layer(x).relu())  # type: ignore[no-any-return]
        return self.layer(self.layer(x).relu())  # type: ignore[no-any-return]


class OfItsOwn(nn.Module):
    """A module that computes its own weight."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(20, 20))
        with_low_rank(self, 20, 20, 4)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight)


PARAMETRISED: list[Callable[[], nn.Module]] = [
    lambda: with_low_rank(nn.Linear(20, 30), 30, 20, 4),
    lambda: with_low_rank(with_low_rank(nn.Linear(20, 30), 30, 20, 4), 30, 20, 2),
    lambda: parametrizations.orthogonal(nn.Linear(20, 20)),
    lambda: parametrizations.orthogonal(nn.Linear(20, 20), orthogonal_map="cayley"),
    lambda: parametrizations.weight_norm(nn.Linear(20, 30)),
    lambda: nn.utils.weight_norm(nn.Linear(20, 30)),
    lambda: parametrizations.spectral_norm(nn.Linear(20, 30)),
    lambda: nn.utils.spectral_norm(nn.Linear(20, 30)),
    lambda: Twice(cached=False),
    lambda: Twice(cached=True),
    OfItsOwn,
]


@pytest.mark.parametrize("tracer", ["auto", "recorded"])
@pytest.mark.parametrize("build", PARAMETRISED)
def test_the_work_on_a_weight_is_counted_once(build: Callable[[], nn.Module], tracer: str) -> None:
    assert_counts_agree(nn.Sequential(build()), 1, 20, tracer=tracer)


@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_the_work_on_a_kernel_is_counted_once(tracer: str) -> None:
    conv = with_low_rank(nn.Conv2d(3, 8, 3), 8, 27, 2, 8, 3, 3, 3)
    normed = parametrizations.spectral_norm(nn.Conv2d(8, 8, 3))
    assert_counts_agree(nn.Sequential(conv, normed), 1, 3, 8, 8, tracer=tracer)


@pytest.mark.parametrize("norm", [parametrizations.spectral_norm, nn.utils.spectral_norm])
def test_the_norm_of_a_weight_is_work_of_its_layer(norm: Callable[[nn.Module], nn.Module]) -> None:
    architecture = visualize.trace(nn.Sequential(norm(nn.Linear(20, 30))), (1, 20))
    # The spectral norm is u W v; the layer then multiplies with W.
    assert architecture.macs == 30 * 20 + 30 + 30 * 20


def test_a_parametrised_layer_refuses_integers_as_torch_does() -> None:
    with pytest.raises(visualize.VisualizeError, match="int64"):
        visualize.trace(PARAMETRISED[0](), torch.ones(1, 20, dtype=torch.int64))
