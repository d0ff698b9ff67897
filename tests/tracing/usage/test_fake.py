"""Fake tensors on the CPU: kernels that are not those of the meta device save what theirs do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention as attention

from tests.measured_memory import assert_measured
from visualize.core.torch_internals import FakeTensor
from visualize.tracing.environment import Values
from visualize.tracing.tensors import FEW
from visualize.tracing.usage.fake import FakeEnvironment

QUERY = torch.rand(2, 4, 10, 8)
MASK = torch.ones(10, 10, dtype=torch.bool)


class Scaled(nn.Module):
    """A function of tensors that gradients flow back through."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.function(*[t * self.scale if t.is_floating_point() else t for t in tensors])


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (lambda q: attention(q, q, q), (QUERY,)),
        (lambda q: attention(q, q, q, is_causal=True), (QUERY,)),
        (lambda q, mask: attention(q, q, q, mask), (QUERY, MASK)),
        (lambda q, bias: attention(q, q, q, bias), (QUERY, torch.rand(1, 4, 10, 10))),
        (lambda q, k: attention(q, k, k, enable_gqa=True), (QUERY, torch.rand(2, 2, 10, 8))),
        (lambda q: attention(q, q, q, dropout_p=0.5), (QUERY,)),
        (lambda q: attention(q, q, q), (QUERY[0].clone(),)),
    ],
    ids=["plain", "causal", "mask", "learned bias", "groups", "dropout", "one sample"],
)
def test_attention(function: Callable[..., Tensor], inputs: tuple[Tensor, ...]) -> None:
    assert_measured(Scaled(function), inputs)


@pytest.mark.parametrize(
    "layer",
    [
        nn.LSTM(16, 8),
        nn.LSTM(16, 8, 2, batch_first=True, bidirectional=True),
        nn.LSTM(16, 40, bias=False),
        nn.LSTM(16, 8, proj_size=4),
        nn.GRU(16, 8, 2),
        nn.RNN(16, 8),
    ],
    ids=["lstm", "both ways", "no bias", "projected", "gru", "rnn"],
)
@pytest.mark.parametrize("train", [False, True])
def test_recurrent_layers(layer: nn.Module, train: bool) -> None:
    assert_measured(layer, (torch.rand(3, 10, 16),), train=train)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("last", [False, True])
def test_bags(mode: str, last: bool) -> None:
    bag = nn.EmbeddingBag(10, 8, mode=mode, include_last_offset=last)
    offsets = torch.tensor([0, 4, 10] if last else [0, 4])
    assert_measured(bag, (torch.arange(10), offsets))


@pytest.mark.parametrize("train", [False, True])
def test_batch_norm_keeps_statistics_in_training_only(train: bool) -> None:
    assert_measured(nn.BatchNorm2d(8), (torch.rand(2, 8, 4, 4),), train=train)


@pytest.mark.parametrize("columns", [8, 6])
def test_experts_in_groups(columns: int) -> None:
    ends = torch.tensor([2, 4, 6], dtype=torch.int32)
    weight = nn.Parameter(torch.rand(3, 8, 8))
    net = Scaled(lambda x: torch._grouped_mm(x, weight[..., :columns], ends))
    assert_measured(net, (torch.rand(6, 8),))


def test_masks_with_values_choose() -> None:
    def function(x: Tensor) -> Tensor:
        mask = torch.arange(10) % 3 == 0
        kept = x[:, mask]
        return kept * kept

    assert_measured(Scaled(function), (torch.rand(2, 10, 4),))


def test_values_that_are_few_decide() -> None:
    def function(x: Tensor) -> Tensor:
        for size in torch.tensor([1, 2, 3]):
            x = x.repeat(int(size), 1).exp()
        return x

    assert_measured(Scaled(function), (torch.rand(2, 4),))


def test_results_are_written_to_a_tensor_that_had_values() -> None:
    def function(x: Tensor) -> Tensor:
        out = torch.zeros(2, 10, 4)
        for place in range(10):
            out[:, place] = x[:, place].exp()
        return out * out

    assert_measured(Scaled(function), (torch.rand(2, 10, 4),))


def test_errors_of_torch_are_raised_and_not_printed(caplog: pytest.LogCaptureFixture) -> None:
    environment = FakeEnvironment(Values.ALL)
    one, other = (environment.fake(torch.empty(2, 3, device="meta")) for _ in range(2))
    with environment.surroundings(), pytest.raises(RuntimeError, match="reduction dim"):
        torch.mm(one, other)
    assert not caplog.records


def test_a_fake_tensor_is_on_the_cpu() -> None:
    made = FakeEnvironment(Values.ALL).fake(torch.empty(2, 3, device="meta"))
    assert made.device == torch.device("cpu")
    assert made.shape == (2, 3)


@pytest.mark.parametrize(("values", "known"), [(Values.ALL, True), (Values.NONE, False)])
def test_what_is_made_of_nothing_has_values_if_they_are_few(values: Values, known: bool) -> None:
    environment = FakeEnvironment(values)
    small = environment.call(torch.zeros, (4,), {}, ())
    large = environment.call(torch.zeros, (FEW + 1,), {}, ())
    assert isinstance(small, FakeTensor) is not known
    assert isinstance(large, FakeTensor)
