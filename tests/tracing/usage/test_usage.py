"""What a trace knows of memory equals what runs on real tensors do."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import visualize
from tests import nets
from tests.measured_memory import assert_measured, saved_by_autograd
from tests.random_nets import Net
from visualize.core.memory import memory_use
from visualize.core.summary import RowKind

IMAGE = torch.rand(2, 3, 16, 16)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize(
    ("net", "inputs"),
    [
        (nets.Residual(), (torch.rand(2, 3, 32, 32),)),
        (nets.UNet(), (torch.rand(2, 3, 32, 32),)),
        (nets.SqueezeExcite(), (torch.rand(2, 3, 8, 8),)),
        (nets.Transformer(), (torch.zeros(2, 8, dtype=torch.int64),)),
    ],
    ids=["residual", "unet", "squeeze", "transformer"],
)
def test_small_nets(net: nn.Module, inputs: tuple[Tensor, ...], train: bool) -> None:
    assert_measured(net, inputs, train=train)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 100_000), train=st.booleans())
def test_random_nets(seed: int, train: bool) -> None:
    torch.manual_seed(seed)
    net = Net(seed)
    assert_measured(net, net.example(), train=train)


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.reentrant = reentrant
        self.first = nn.Linear(8, 8)
        self.inner = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 8))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = checkpoint(self.inner, self.first(x), use_reentrant=self.reentrant)
        return result


@pytest.mark.parametrize("reentrant", [False, True])
def test_of_what_is_checkpointed_only_the_input_is_saved(reentrant: bool) -> None:
    use = memory_use(assert_measured(Checkpointed(reentrant), (torch.rand(2, 8),)).operations)
    assert use is not None
    assert use.saved == 2 * 4 * 2 * 8


class CheckpointedInTraining(Checkpointed):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if self.training else self.inner(self.first(x))


def test_what_is_saved_is_that_of_training_mode() -> None:
    checkpointed = assert_measured(CheckpointedInTraining(False), (torch.rand(2, 8),)).memory
    assert checkpointed is not None
    assert checkpointed.saved == 2 * 4 * 2 * 8
    norm = assert_measured(nn.BatchNorm1d(8), (torch.rand(4, 8),)).memory
    assert norm is not None
    assert norm.saved == 4 * (4 * 8 + 2 * 8)  # and the mean and deviation of each channel
    dropout = assert_measured(nn.Sequential(nn.Linear(8, 8), nn.Dropout()), (torch.rand(4, 8),))
    assert dropout.memory is not None
    assert dropout.memory.saved > 4 * 4 * 8


def test_what_the_model_keeps_in_eval_mode_stays_in_it() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8)).train()
    whole = visualize.trace(net, (4, 8), memory=True).memory
    net[1].eval()
    frozen = visualize.trace(net, (4, 8), memory=True).memory
    assert whole is not None
    assert frozen is not None
    assert whole.saved - frozen.saved == 4 * 2 * 8
    assert frozen.saved == saved_by_autograd(net, (torch.rand(4, 8),))
    assert visualize.trace(net.eval(), (4, 8), memory=True).memory == whole


def test_a_model_that_does_not_run_in_training_mode() -> None:
    """Of one value a channel there is no deviation."""
    net = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU())
    architecture = visualize.trace(net, (1, 8), memory=True)
    assert architecture.memory is not None
    assert architecture.memory.saved == saved_by_autograd(net.eval(), (torch.rand(1, 8),))
    assert [str(note) for note in architecture.notes] == [
        "memory for backward is that of eval mode: the model does not run in training mode"
    ]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64, torch.complex64])
def test_other_types_of_numbers(dtype: torch.dtype) -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8)).to(dtype)
    assert_measured(net, (torch.rand(2, 8).to(dtype),))


def test_the_batch_multiplies() -> None:
    uses = [
        memory_use(visualize.trace(nets.UNet(), (size, 3, 32, 32), memory=True).operations)
        for size in (1, 5)
    ]
    one, five = [use for use in uses if use]
    assert (five.saved, five.peak) == (5 * one.saved, 5 * one.peak)


def test_a_model_that_runs_on_values() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            while x.norm() > 1:
                x = self.layer(x).tanh() / 2
            return x

    architecture = assert_measured(Net(), (torch.full((2, 8), 3.0),))
    assert architecture.tracer == "recorded"


class Packed(nn.Module):
    """Has no kernel for tensors without values."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        pack, unpack = nn.utils.rnn.pack_padded_sequence, nn.utils.rnn.pad_packed_sequence
        result: Tensor = unpack(self.lstm(pack(x, torch.tensor([5, 3]), batch_first=True))[0])[0]
        return result


def test_what_does_not_run_without_values_is_run_on_them_if_it_is_small() -> None:
    use = assert_measured(Packed(), (torch.rand(2, 5, 8),)).memory
    assert use is not None
    assert use.saved > 0
    with torch.device("meta"):
        without = Packed()
    assert visualize.trace(without, (2, 5, 8), memory=True).memory is None


def test_a_model_without_gradients_saves_nothing() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        @torch.no_grad()
        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.layer(x).relu()
            return result

    use = memory_use(assert_measured(Net(), (torch.rand(2, 8),)).operations)
    assert use is not None
    assert use.saved == 0


def test_a_layer_alone() -> None:
    assert_measured(nn.Linear(8, 8), (torch.rand(2, 8),))
    assert_measured(nn.TransformerEncoderLayer(8, 2, 16), (torch.rand(3, 2, 8),), train=True)


def test_keyword_arguments() -> None:
    assert_measured(nets.TwoTowers(), left=torch.rand(2, 6), right=torch.rand(2, 6))


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("depth", [None, 1, 9])
def test_rows_add_up(train: bool, depth: int | None) -> None:
    for net, shape in ((nets.UNet(), (2, 3, 32, 32)), (nets.Residual(), (2, 3, 32, 32))):
        summary = visualize.summarize(net, shape, train=train, depth=depth)
        parts = [row for row in summary.rows if row.kind is not RowKind.TOTAL]
        assert sum(row.memory or 0 for row in parts) == summary.total.memory
        assert max(row.peak or 0 for row in parts) == summary.total.peak


def test_it_is_not_measured_unless_it_is_asked_for() -> None:
    architecture = visualize.trace(nets.UNet(), (1, 3, 32, 32))
    assert memory_use(architecture.operations) is None
    assert visualize.summarize(architecture).total.memory is None


def test_the_model_is_left_as_it_is() -> None:
    net = nets.Residual()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    visualize.trace(net, IMAGE, memory=True)
    assert net.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def tensors_alive() -> int:
    """How many tensors Python knows of."""
    gc.collect()
    return sum(issubclass(type(one), Tensor) for one in gc.get_objects())


@pytest.mark.parametrize(
    ("net", "inputs"),
    [
        (nets.Residual(), (torch.rand(2, 3, 32, 32),)),
        (nets.Transformer(), (torch.zeros(2, 8, dtype=torch.int64),)),
        (Packed(), (torch.rand(2, 5, 8),)),
        (Checkpointed(False), (torch.rand(2, 8),)),
    ],
    ids=["residual", "transformer", "values", "checkpointed"],
)
def test_no_tensor_is_alive_afterwards(net: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    visualize.trace(net, inputs, memory=True)  # what torch keeps of its own for later
    before = tensors_alive()
    visualize.trace(net, inputs, memory=True)
    assert tensors_alive() == before


def test_where_it_cannot_be_measured_a_note_says_so() -> None:
    class Once(nn.Module):
        """Refuses a run that records gradients."""

        def forward(self, x: Tensor) -> Any:
            if torch.is_grad_enabled():
                raise RuntimeError("inference only")
            return x.relu()

    architecture = visualize.trace(Once(), (2, 8), memory=True)
    assert memory_use(architecture.operations) is None
    assert any("memory" in str(note) for note in architecture.notes)
    script = visualize.trace(torch.jit.script(nn.ReLU()), (2, 8), memory=True)
    assert any("memory" in str(note) for note in script.notes)
