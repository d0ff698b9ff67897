"""TorchScript is interpreted to the same graph as its model."""

from __future__ import annotations

import collections
from pathlib import Path

import networkx as nx
import pytest
import torch
from torch import nn

import visualize
from tests.programs import (
    MODELS,
    Residual,
    facts_of,
    trace_script,
)
from visualize.core.errors import InputError, UntraceableError
from visualize.models import load_model
from visualize.tracing.inputs import Inputs
from visualize.tracing.scripted import note_on_script, trace_scripted

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("way", ["script", "trace"])
def test_torchscript_is_the_model(name: str, way: str, tmp_path: Path) -> None:
    make, inputs = MODELS[name]
    model = make().eval()
    if way == "script":
        script = torch.jit.script(model)
    else:
        script = torch.jit.trace(model, inputs, check_trace=False)  # type: ignore[no-untyped-call]
    torch.jit.save(script, tmp_path / "net.pt")
    expected = facts_of(visualize.trace(model, inputs))
    loaded = load_model(str(tmp_path / "net.pt"), ("1",)).model
    assert facts_of(trace_script(script, inputs)) == expected
    assert facts_of(trace_script(loaded, inputs)) == expected
    assert not note_on_script(script)


def test_script_runs_its_control_flow() -> None:
    class Loops(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)
            self.scale = nn.Buffer(torch.ones(4))

        def forward(self, x: torch.Tensor, depth: int = 3) -> list[torch.Tensor]:
            found: list[torch.Tensor] = []
            for index in range(depth):
                x = self.layer(x) if x.dim() == 2 else x.flatten(1)
                if index % 2 == 0:
                    found.append(x * self.scale)
            return found

    model = torch.jit.script(Loops())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    architecture = trace_script(model, torch.zeros(2, 4))
    types = collections.Counter(layer.type for layer in architecture.operations)
    assert (types["linear"], types["mul"]) == (3, 2)
    assert (architecture.parameters, architecture.buffers) == (20, 4)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_script_that_depends_on_values_is_run_with_its_own() -> None:
    class Chooses(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if bool(self.layer.weight.sum() < 0):
                return x
            result: torch.Tensor = self.layer(x)
            return result

    model = Chooses()
    nn.init.ones_(model.layer.weight)
    assert trace_script(torch.jit.script(model), torch.zeros(2, 4)).macs == 32
    with pytest.raises(UntraceableError):
        trace_script(torch.jit.script(model.to("meta")), torch.zeros(2, 4))


def test_script_names_the_inputs_it_takes() -> None:
    model = torch.jit.script(nn.Linear(4, 4))
    with pytest.raises(InputError, match="needs the input 'input'"):
        trace_scripted(model, Inputs())
    with pytest.raises(InputError, match="takes input and not 'y'"):
        trace_scripted(model, Inputs(kwargs={"y": torch.zeros(1)}))
    with pytest.raises(InputError, match=r"and not 'inputs'; did you mean input\?"):
        trace_scripted(model, Inputs(kwargs={"inputs": torch.zeros(1)}))


def test_frozen_script_keeps_weights_and_skips() -> None:
    model = Residual().eval()
    frozen = torch.jit.freeze(torch.jit.script(model))
    architecture = trace_script(frozen, MODELS["residual"][1])
    original = visualize.trace(model, MODELS["residual"][1])
    assert architecture.macs == original.macs
    assert len(architecture.skips) == len(original.skips)
    assert "frozen" in note_on_script(frozen)


class Writing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.a(x)
        y[:, 0] = self.b(x)[:, 0]
        return y + 1


def test_what_is_written_to_a_view_is_read_later() -> None:
    architecture = trace_script(torch.jit.script(Writing()), torch.zeros(2, 4))
    reached = {
        architecture.operation(name).path for name in nx.ancestors(architecture.graph, "output")
    }
    assert {"a", "b"} <= {path.partition(".")[0] for path in reached}
