"""Objects that are given as models: drawn, or refused in one line that says what they are."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import fx, nn

import visualize
from tests.programs import export_to
from visualize.core.errors import UntraceableError, UsageError, VisualizeError
from visualize.models import load_model

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPE = (1, 3, 8, 8)


def net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()


@pytest.mark.parametrize(
    "wrap",
    [
        torch.compile,
        nn.DataParallel,
        lambda model: torch.compile(nn.DataParallel(model)),
        lambda model: nn.Sequential(torch.compile(model)),
        torch.jit.script,
        lambda model: torch.jit.trace(model, torch.zeros(SHAPE)),
        fx.symbolic_trace,
        lambda model: torch.export.export(model, (torch.zeros(SHAPE),)),
        lambda model: torch.export.export(model, (torch.zeros(SHAPE),)).module(),
    ],
)
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_every_form_of_a_model_is_drawn(wrap: Any, tracer: str) -> None:
    architecture = visualize.trace(wrap(net()), SHAPE, tracer=tracer)
    assert architecture.parameters == 112
    assert architecture.macs == 3 * 4 * 9 * 36


def test_an_exported_program_is_drawn_as_its_file_is(tmp_path: Path) -> None:
    path = export_to(net(), tmp_path / "net.pt2", torch.zeros(SHAPE))
    program = torch.export.export(net(), (torch.zeros(SHAPE),))
    given, read = visualize.trace(program), visualize.trace(load_model(path))
    assert list(given.operations) == list(read.operations)
    assert visualize.trace(program, statistics=True).has_statistics


@pytest.mark.parametrize("wrapped", ["torch.compile(net)", "nn.DataParallel(net)"])
def test_a_wrapped_model_in_a_file(wrapped: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\nfrom torch import nn\n"
        f"net = nn.Sequential(nn.Linear(4, 4), nn.ReLU())\nwrapped = {wrapped}\n"
        f"def build():\n    return wrapped\n"
    )
    for name in ("wrapped", "build"):
        assert visualize.trace(f"{tmp_path}/net.py:{name}", (1, 4)).parameters == 20


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (torch.zeros(2), "a tensor is not a model; give the module that computes it"),
        (nn.Parameter(torch.zeros(2)), "a tensor is not a model"),
        (net().state_dict(), "a state dict holds weights, not a model"),
        ({"0": torch.zeros(2)}, "a state dict holds weights, not a model"),
        ((net(), 1), "a tuple of modules is not a model; give one module"),
        ([net()], "a list of modules is not a model"),
        ({"net": net()}, "cannot read a model of type dict"),
        (torch.optim.SGD(net().parameters()), "cannot read a model of type SGD"),
        (fx.symbolic_trace(net()).graph, "cannot read a model of type Graph"),
        (nn.Linear, "Linear is a class, not a model"),
        (functools, "cannot read a model of type module"),
    ],
)
def test_what_is_not_a_model_is_refused_in_one_line(given: Any, message: str) -> None:
    for function in (visualize.trace, visualize.draw, visualize.summarize):
        with pytest.raises(UsageError, match=message) as caught:
            function(given, SHAPE)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "container", [nn.ModuleList([net()]), nn.ModuleDict({"a": net()}), nn.Module()]
)
@pytest.mark.parametrize("tracer", ["auto", "symbolic", "recorded"])
def test_a_container_without_forward_is_refused(container: nn.Module, tracer: str) -> None:
    with pytest.raises(UntraceableError, match="no forward of its own"):
        visualize.trace(container, SHAPE, tracer=tracer)


def test_a_program_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    program = torch.export.export(net(), (torch.zeros(SHAPE),))

    def fail(*_: Any) -> None:
        raise RuntimeError("cannot write this\nat all")

    monkeypatch.setattr(torch.export, "save", fail)
    with pytest.raises(VisualizeError, match="ExportedProgram: it cannot be read: cannot write"):
        visualize.trace(program)
