"""Linear layers with activations between them are one box."""

from __future__ import annotations

import pytest
from torch import Tensor, nn
from torch.nn import functional as F

from tests.sublayers import closed, sublayers, tokens, words


class Layer(nn.Module):
    """A residual branch, before a head."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner, self.head = nn.LayerNorm(32), inner, nn.Linear(32, 8)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.head(x + self.inner(self.norm(x)))
        return result


class Gated(nn.Module):
    """A gate from a layer of its own, or half of what one layer makes."""

    def __init__(self, together: bool) -> None:
        super().__init__()
        self.first = nn.Linear(32, 128 if together else 64)
        self.other = None if together else nn.Linear(32, 64)
        self.last = nn.Linear(64, 32)

    def forward(self, x: Tensor) -> Tensor:
        if self.other is None:
            gate, up = self.first(x).chunk(2, -1)
        else:
            gate, up = self.first(x), self.other(x)
        result: Tensor = self.last(F.silu(gate) * up)
        return result


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("together", [False, True])
def test_a_gated_one(tracer: str, together: bool) -> None:
    diagram = closed(Layer(Gated(together)), tokens(), tracer=tracer)
    assert words(diagram) == [("gated MLP, 32 → 64 → 32", "SiLU")]
    assert sublayers(diagram)[0].path == "inner"


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_two_layers_and_an_activation(tracer: str) -> None:
    inner = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Dropout(), nn.Linear(64, 32))
    diagram = closed(Layer(inner), tokens(), tracer=tracer)
    assert words(diagram) == [("MLP, 32 → 64 → 32", "GELU")]
    assert not any(map(diagram.is_collapsed, diagram.skips))


def test_without_an_activation_they_are_two_layers() -> None:
    inner = nn.Sequential(nn.Linear(32, 8), nn.Linear(8, 32))
    assert not sublayers(closed(Layer(inner), tokens()))


def test_three_layers_are_one_and_more_are_a_network() -> None:
    def chain(number: int) -> nn.Module:
        layers = [one for _ in range(number) for one in (nn.Linear(32, 32), nn.ReLU())]
        return nn.Sequential(nn.Conv1d(6, 6, 1), nn.LayerNorm(32), *layers[:-1])

    assert words(closed(chain(3), tokens())) == [("MLP, 32 → 32 → 32 → 32", "ReLU")]
    assert not sublayers(closed(chain(4), tokens()))


def test_a_network_is_not_one_box() -> None:
    model = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))
    assert not sublayers(closed(model, tokens()))


def test_features_that_are_read_elsewhere() -> None:
    class Tapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two, self.head = (nn.Linear(32, 32) for _ in range(3))

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            hidden = self.one(x).relu()
            return self.two(hidden), self.head(hidden)

    assert not sublayers(closed(Tapped(), tokens()))


def test_a_norm_between_layers_is_part_of_a_residual_branch_alone() -> None:
    parts = (nn.Linear(32, 64), nn.GELU(), nn.Flatten(0, 1), nn.LayerNorm(64), nn.Linear(64, 32))
    inner = nn.Sequential(*parts, nn.Unflatten(0, (1, 6)))
    assert len(sublayers(closed(Layer(inner), tokens()))) == 1
    assert not sublayers(closed(nn.Sequential(nn.Conv1d(6, 6, 1), *parts), tokens()))


def test_pointwise_convolutions_are_linear_layers() -> None:
    parts = (nn.Conv1d(6, 12, 1), nn.GELU(), nn.Conv1d(12, 6, 1))
    model = nn.Sequential(nn.Conv1d(6, 6, 3, padding=1), nn.MaxPool1d(1), *parts)
    assert words(closed(model, tokens())) == [("MLP, 6 → 12 → 6", "GELU")]


def test_a_skip_connection_into_the_middle_keeps_it_open() -> None:
    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(32, 32), nn.Linear(32, 32)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.two((x + self.one(x)).relu())
            return result

    diagram = closed(Layer(Inner()), tokens())
    assert len(diagram.skips) == 2
    assert not any(map(diagram.is_collapsed, diagram.skips))


def test_shares_of_a_whole_are_no_activation() -> None:
    inner = nn.Sequential(nn.Linear(32, 32), nn.Softmax(-1), nn.Linear(32, 32))
    assert not sublayers(closed(Layer(inner), tokens()))
