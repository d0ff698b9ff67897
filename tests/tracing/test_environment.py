"""Where a recorded run computes: values that decide, devices that are ignored, training."""

from __future__ import annotations

import functools

import pytest
import torch
import torchvision
from torch import nn

import visualize
from tests.tracing.nets import types_of
from tests.tracing.programs import X, linear
from visualize.core.errors import VisualizeError

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


class Choosing(nn.Module):
    def __init__(self, gate: float):
        super().__init__()
        self.gate = nn.Parameter(torch.tensor(gate))
        self.yes, self.no = linear(), nn.Linear(4, 2)

    def forward(self, x):
        return (self.yes if self.gate > 0 else self.no)(x)


@pytest.mark.parametrize(("gate", "path"), [(1.0, "yes"), (-1.0, "no")])
def test_the_branch_of_the_weights_is_taken(gate: float, path: str):
    architecture = visualize.trace(Choosing(gate), (3, 4))
    assert [layer.path for layer in architecture.operations if layer.type == "Linear"] == [path]
    assert "values" in architecture.notes[0]
    assert len(architecture.failures) == 2


@pytest.mark.parametrize(("sign", "operation"), [(1.0, "relu"), (-1.0, "sigmoid")])
def test_the_branch_of_the_example_is_taken(sign: float, operation: str):
    class Signed(nn.Module):
        def forward(self, x):
            return x.relu() if x.sum() > 0 else x.sigmoid()

    architecture = visualize.trace(Signed(), X * sign)
    assert {"relu", "sigmoid"} & set(types_of(architecture)) == {operation}


def test_devices_are_ignored():
    class OnCuda(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = linear()

        def forward(self, x):
            assert not x.is_cuda
            y = self.a(x.to("cuda")) + torch.zeros(4, device="cuda:0")
            z = self.a(x.cuda()).to(x.device) + torch.ones(4, device=x.device)
            with x.device:
                return y + z.to("cuda", torch.float64) + torch.ones(4)

    architecture = record(OnCuda(), (3, 4))
    assert architecture.notes == ()
    assert architecture.operation("output").outputs[0].dtype == "float64"


def test_inference_mode_around_tracing():
    with torch.inference_mode():
        model = nn.Sequential(linear(), nn.ReLU(inplace=True))
        assert record(model, torch.rand(3, 4)).parameters == 20
    assert record(model, (3, 4)).parameters == 20


def test_an_index_out_of_range_is_refused():
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(8, 4)

        def forward(self, x):
            return x + self.embed(torch.arange(x.shape[1]))

    assert record(Positions(), (1, 8, 4)).parameters == 32
    with pytest.raises(VisualizeError):
        record(Positions(), (1, 9, 4))


class Auxiliary(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.drop, self.aux = linear(), nn.Dropout(), nn.Linear(4, 2)

    def forward(self, x):
        x = self.drop(self.a(x))
        return (x, self.aux(x)) if self.training else x


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("train", [True, False])
def test_training_mode_is_that_of_the_option(training: bool, train: bool):
    model = Auxiliary().train(training)
    model.drop.eval()
    architecture = record(model, (3, 4), train=train)
    assert len(architecture.operation("output").outputs) == 1 + train
    assert architecture.unused_parameters == (0 if train else 10)
    assert [part.training for part in model.modules()] == [training, training, False, training]


def test_the_auxiliary_heads_of_googlenet_in_training():
    with torch.device("meta"):
        model = torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=True)
    architecture = record(model, (2, 3, 224, 224), train=True)
    assert [t.shape for t in architecture.operation("output").outputs] == [(2, 1000)] * 3
    assert (architecture.parameters, architecture.unused_parameters) == (13_004_888, 0)
    assert model.training


def test_positions_in_a_buffer_need_no_values():
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(8, 4)
            self.register_buffer("positions", torch.arange(8)[None])

        def forward(self, x):
            return x + self.embed(self.positions[:, : x.shape[1]])

    assert visualize.trace(Positions(), (1, 6, 4), tracer="recorded").notes == ()
