"""Skip connections in loops: one connection in several steps, and what only looks like one."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.architecture import Architecture


def counts(architecture: Architecture) -> list[int]:
    return [skip.count for skip in architecture.skips]


def chain(*names: str) -> Architecture:
    """Residual blocks of one convolution each, one after another; equal names are one module."""
    net = Net()
    x = net.input()
    for name in names:
        x = net.add(net.conv(x, name=name), x)
    net.output(x)
    return net.build()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("aaaa", [4]),
        ("aa", [2]),
        ("abc", [1, 1, 1]),
        ("baaac", [1, 3, 1]),
        ("ababab", [3, 3]),
        ("aabaab", [4, 2]),
    ],
)
def test_a_module_that_is_called_on_its_results_has_one_connection(
    names: str, expected: list[int]
) -> None:
    architecture = chain(*names)
    assert counts(architecture) == expected
    assert len(architecture.unrolled_skips) == len(names)
    assert all(skip.count == 1 for skip in architecture.unrolled_skips)


def test_the_first_step_is_listed_and_wires_know_their_own() -> None:
    architecture = chain("a", "b", "b")
    assert architecture.skips[1].fork == architecture.unrolled_skips[0].merge
    assert architecture.skip_numbers == (0, 1, 1)
    marked = {wire.skip for _, _, wire in architecture.wires if wire.skip is not None}
    assert marked == {0, 1, 2}


def test_equal_layers_with_their_own_parameters_are_no_loop() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    model = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
    assert counts(visualize.trace(model, (1, 4, 16))) == [1] * 24


def test_inputs_that_share_an_encoder_are_no_loop() -> None:
    net = Net()
    for name in ("x", "y"):
        x = net.input(name=name)
        net.output(net.add(net.conv(x, name="encoder"), x))
    assert counts(net.build()) == [1, 1]


def test_steps_at_several_resolutions_are_several_connections() -> None:
    net = Net()
    x = net.input()
    for _ in range(3):
        x = net.resize("MaxPool2d", net.add(net.conv(x, name="conv"), x), 0.5, name="pool")
    net.output(x)
    assert counts(net.build()) == [1, 1, 1]


def test_several_connections_around_one_call_are_no_loop() -> None:
    net = Net()
    x = net.input()
    inner = net.cat(net.conv(x), x)
    net.output(inner, net.cat(net.function("relu", inner), x))
    assert counts(net.build()) == [1, 1]


def test_loops_side_by_side_are_two_loops() -> None:
    net = Net()
    ends = [net.input(name=name) for name in ("x", "y")]
    for _ in range(3):
        ends = [net.add(net.conv(x, name="encoder"), x) for x in ends]
    net.output(*ends)
    assert counts(net.build()) == [3, 3]


class _Loop(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.work = nn.Linear(8, 8), nn.Linear(8, 8)
        self.scales = nn.Parameter(torch.ones(4))


class Feedback(_Loop):
    def forward(self, x: Tensor) -> Tensor:
        """Add the input in each of 20 steps."""
        state = x = self.stem(x)
        for _ in range(20):
            state = torch.relu(self.work(state) + x)
        return state


class Recurrent(_Loop):
    def forward(self, x: Tensor) -> Tensor:
        """Add to a state that begins with zeros, which are no shortcut."""
        state = x.new_zeros(x.shape[0], 8)
        for step in range(x.shape[1]):
            state = state + torch.tanh(self.stem(x[:, step]) + self.work(state))
        return state


class OwnWeights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.ParameterList(nn.Parameter(torch.ones(8, 8)) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """Use another weight in each step of a loop over functions."""
        for weight in self.weights:
            x = x + torch.relu(nn.functional.linear(x, weight))
        return x


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (Feedback(), (2, 8), [20]),
        (Recurrent(), (2, 12, 8), [11]),
        (OwnWeights(), (2, 8), [1, 1, 1]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_one_connection(
    model: nn.Module, shape: tuple[int, ...], expected: list[int]
) -> None:
    assert counts(visualize.trace(model, shape)) == expected


def test_a_part_of_a_model_lists_its_loops() -> None:
    net = Net()
    x = net.input()
    with net.call("encoder"):
        for _ in range(5):
            with net.call("layer"):
                x = net.add(net.conv(x, name="conv"), x)
    net.output(x)
    figure = visualize.draw(net.build(), only=("encoder",))
    assert counts(figure.architecture) == [5]
