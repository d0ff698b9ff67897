"""What is counted and connected in a recorded graph, and that both tracers agree."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from torch import nn

import visualize
from tests.nets import NETS
from tests.tracing.programs import PROGRAMS, linear
from tests.tracing.programs.arguments import Block
from visualize.core.architecture import Architecture, ModuleCall
from visualize.tracing.inputs import Inputs

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


class SixTimes(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        for _ in range(6):
            x = self.block(x)
        return x


def test_a_module_called_six_times():
    architecture = record(SixTimes(), (3, 4))
    inner = [layer for layer in architecture.operations if layer.type == "Linear"]
    assert [layer.calls for layer in inner] == [
        (ModuleCall("block", number), ModuleCall("block.inner", number)) for number in range(6)
    ]
    assert [layer.parameters for layer in inner] == [20, 0, 0, 0, 0, 0]
    assert [layer.macs for layer in inner] == [48] * 6
    assert [skip.kind.value for skip in architecture.unrolled_skips] == ["identity"] * 6
    assert [skip.count for skip in architecture.skips] == [6]


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", NETS)
def test_symbolic_and_recorded_agree(name: str, train: bool):
    kind, inputs = NETS[name]
    model = kind()
    one, other = (
        visualize.trace(model, inputs, tracer=tracer, train=train)
        for tracer in ("symbolic", "recorded")
    )
    assert _facts(one) == _facts(other)


def _facts(architecture: Architecture) -> Any:
    size = {"size"}  # sizes are plain numbers in a run
    return (
        [
            (layer.type, layer.path, layer.calls, layer.parameters, layer.macs, layer.outputs)
            for layer in architecture.operations
            if layer.type not in size
        ],
        [
            (skip.kind, skip.long, skip.module, skip.shape, skip.parameters)
            for skip in architecture.skips
        ],
        (architecture.parameters, architecture.buffers, architecture.unused_parameters),
        (architecture.macs, architecture.modules),
    )


def test_tracing_twice_gives_the_same():
    for name in ("routes_by_values", "sets_items_of_zeros", "packs_sequences"):
        entry = PROGRAMS[name]
        model = entry.kind()
        one, other = (record(model, Inputs(entry.args, entry.kwargs)) for _ in range(2))
        assert list(one.operations) == list(other.operations)
        assert list(one.wires) == list(other.wires)


def test_edges_carry_the_states_of_an_lstm():
    entry = PROGRAMS["passes_states_on"]
    architecture = record(entry.kind(), list(entry.args))
    (second,) = [layer for layer in architecture.operations if layer.path == "n"]
    shapes = [wire.tensor.shape for _, _, wire in architecture.inputs(second.id)]
    assert shapes == [(2, 5, 4), (2, 5, 4), (2, 5, 4)]
    assert len({source for source, _, _ in architecture.inputs(second.id)}) == 3


def test_a_layer_made_in_forward_is_counted():
    class Late(nn.Module):
        def forward(self, x):
            if not hasattr(self, "late"):
                self.late = nn.Linear(4, 4)
            return self.late(x)

    model = Late()
    architecture = record(model, (3, 4))
    assert architecture.parameters == 20
    assert not hasattr(model, "late")


def test_a_scripted_submodule_keeps_its_parameters():
    model = nn.Sequential(linear())
    model.append(torch.jit.script(Block()))

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, x):
            return self.inner(x)

    architecture = record(Around(), (3, 4))
    assert (architecture.parameters, architecture.unused_parameters) == (40, 0)
    assert sum(layer.parameters for layer in architecture.operations) == 40
