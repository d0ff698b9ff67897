"""Other threads train, serve, build, draw and log as if nothing were traced beside them."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import fx, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from torchvision.models import get_model

import visualize
from tests.threads import (
    Net,
    Noisy,
    beside,
    build,
    draw_numbers,
    hook,
    in_threads,
    remark,
    same,
    serve,
    sources,
    state,
    switching,
    train,
)
from visualize.core.errors import VisualizeError


@pytest.mark.filterwarnings("ignore")
def test_all_sources_are_traced_beside_threads_that_train_serve_build_draw_and_log(
    tmp_path: Path,
) -> None:
    served = get_model("squeezenet1_1").eval()
    models = sources(tmp_path)
    models.append((served, (1, 3, 64, 64), {}))  # which another thread serves
    figures: list[str] = []

    def traces() -> None:
        for number in range(50):
            model, inputs, options = models[number % len(models)]
            figures.append(visualize.draw(model, inputs, **options).render(["json"])["json"])

    jobs: dict[str, Callable[[], Any]] = {
        "training": lambda: train(1500),
        "serving": lambda: serve(served, 60),
        "building": lambda: build(800),
        "drawing": lambda: draw_numbers(3000),
        "logging": lambda: remark(3000),
        "hooking": lambda: hook(3000),
    }
    visualize.draw(served, (1, 3, 64, 64))
    before = state()[3:]
    with switching(1e-4):
        beside(jobs, traces)
    after = state()[3:]
    assert [a == b for a, b in zip(after, before)] == [True] * len(before)
    for number in range(len(models)):
        assert len(set(figures[number :: len(models)])) == 1


# What else other threads do.


class Attentive(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attend = nn.LayerNorm(8), nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(x)
        return self.attend(y, y, y, need_weights=False)[0] + x


def layers() -> nn.Module:
    torch.manual_seed(11)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))


def trace_by_fx(steps: int) -> list[Any]:
    """As torch.fx itself does it; the model is not called, which the other trace would hinder."""
    found = []
    for _ in range(steps):
        graph = fx.symbolic_trace(lambda x: torch.relu(x) * 2 + math.sqrt(4))
        found.append((graph.code, graph(torch.ones(3))))
    return found


def export(steps: int) -> list[Any]:
    programs = [torch.export.export(layers(), (torch.ones(2, 4),)) for _ in range(steps)]
    return [(str(one.graph_module.code), one.module()(torch.ones(2, 4))) for one in programs]


def compile_and_run(steps: int) -> list[Any]:
    kept: list[str] = []

    def backend(graph: fx.GraphModule, _: Any) -> Any:
        kept.append(graph.code)
        return graph.forward

    model = torch.compile(layers(), backend=backend, fullgraph=True)
    return [[model(torch.ones(2, 4)) for _ in range(steps)], kept]


def jit(steps: int) -> list[Any]:
    scripts = [torch.jit.trace(layers(), torch.ones(2, 4)) for _ in range(steps)]
    return [(str(one.graph).partition(" : ")[0], one(torch.ones(2, 4))) for one in scripts]


def load_data(steps: int) -> list[Any]:
    torch.manual_seed(6)
    data = torch.utils.data.TensorDataset(torch.arange(32.0))
    loader = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)
    return [[batch for (batch,) in loader] for _ in range(steps)]


def parametrized(steps: int) -> list[Any]:
    torch.manual_seed(8)
    found = []
    for _ in range(steps):
        layer = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))
        found.append((layer(torch.ones(2, 4)), layer.weight.detach().clone()))
    return found


def transformed(steps: int) -> list[Any]:
    model = layers()
    values = dict(model.named_parameters())

    def loss(held: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(model, held, (x,)).square().sum()

    gradient = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0))
    return [list(gradient(values, torch.ones(3, 4)).values()) for _ in range(steps)]


def settings(steps: int) -> list[Any]:
    """Changes settings of the process; they stay as this thread sets them."""
    found = []
    for number in range(steps):
        torch.use_deterministic_algorithms(number % 2 == 0)
        torch.backends.cudnn.benchmark = number % 3 == 0
        found.append((torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark))
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = False
    return found


SIBLINGS: dict[str, Callable[[], Any]] = {
    "torch.export": lambda: export(4),
    "torch.compile": lambda: compile_and_run(300),
    "torch.jit": lambda: jit(10),
    "data": lambda: load_data(100),
    "parametrized": lambda: parametrized(60),
    "torch.func": lambda: transformed(60),
    "settings": lambda: settings(2000),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SIBLINGS)
def test_what_another_thread_does_beside_traces(name: str) -> None:
    ended = threading.Event()
    job = SIBLINGS[name]
    models = (Net(), Attentive(), Noisy())
    shapes = ((2, 6), (1, 5, 8), (2, 6))

    def traces() -> None:
        while not ended.is_set():
            for model, shape in zip(models, shapes):
                for tracer in ("auto", "recorded"):
                    visualize.trace(model, shape, tracer=tracer, memory=True)

    def work() -> Any:
        try:
            return job()
        finally:
            ended.set()

    before = state()[3:]
    with switching(1e-4):
        alone = job()
        found = in_threads({"tracing": traces, name: work})
    assert not isinstance(found["tracing"], BaseException), repr(found["tracing"])
    assert same(found[name], alone), repr(found[name])[:400]
    assert [a == b for a, b in zip(state()[3:], before)] == [True] * len(before)


@pytest.mark.filterwarnings("ignore")
def test_hooks_for_all_modules_do_not_see_a_model_that_is_built_and_traced() -> None:
    seen: list[Any] = []

    def note(*given: Any) -> None:
        seen.append(given)

    handles = (
        register_module_forward_hook(note),
        register_module_parameter_registration_hook(note),
        register_module_module_registration_hook(note),
    )
    try:
        for tracer in ("auto", "recorded"):
            visualize.trace("squeezenet1_1", tracer=tracer, memory=True)
        visualize.trace("hf:ViTConfig?num_hidden_layers=1")
    finally:
        for handle in handles:
            handle.remove()
    assert seen == []


@pytest.mark.filterwarnings("ignore")
def test_another_thread_traces_by_torch_fx_itself() -> None:
    """torch.fx replaces what all threads call, so that traces beside it may fail; it does not."""
    ended = threading.Event()

    def traces() -> None:
        while not ended.is_set():
            with contextlib.suppress(VisualizeError):
                visualize.trace(Net(), (2, 6))

    def work() -> Any:
        try:
            return trace_by_fx(300)
        finally:
            ended.set()

    before = state()[3:]
    alone = trace_by_fx(300)
    found = in_threads({"tracing": traces, "fx": work})
    assert same(found["fx"], alone), repr(found["fx"])[:400]
    assert [a == b for a, b in zip(state()[3:], before)] == [True] * len(before)


class Fails(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise ValueError("on purpose")


@pytest.mark.filterwarnings("ignore")
def test_traces_overlap_and_fail_in_eight_threads() -> None:
    named = ("timm:test_resnet", "hf:ViTConfig?num_hidden_layers=0")
    models = (Net(), Fails(), Noisy(), *named)

    def traces() -> list[str]:
        found = []
        for model in models:
            try:
                inputs = (2, 6) if isinstance(model, nn.Module) else None
                found.append(visualize.draw(model, inputs).render(["json"])["json"])
            except VisualizeError as error:
                found.append(str(error))
        return found

    expected, before = traces(), state()
    with switching(1e-5):
        found = in_threads({str(number): traces for number in range(8)})
    assert not [each for each in found.values() if isinstance(each, BaseException)]
    assert [same(each, expected) for each in found.values()] == [True] * 8
    assert same(state(), before)


@pytest.mark.filterwarnings("ignore")
def test_a_model_that_shares_its_parameters_with_one_that_is_trained() -> None:
    def trained(model: nn.Module, steps: int) -> list[Any]:
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
        for _ in range(steps):
            optimizer.zero_grad()
            model(torch.ones(2, 6)).square().sum().backward()
            optimizer.step()
        return [parameter.detach().clone() for parameter in model.parameters()]

    def made() -> tuple[nn.Module, nn.Module]:
        torch.manual_seed(2)
        model, other = Net().eval(), Noisy()
        other.a.weight = nn.Parameter(torch.zeros(6, 6))
        model.a = other.a
        model.b = nn.Linear(6, 3)
        return model.eval(), other

    model, _ = made()
    expected = trained(model, 400)
    model, other = made()

    def traces() -> None:
        for _ in range(6):
            visualize.trace(other, (2, 6), memory=True)
            visualize.trace(model, (2, 6), tracer="recorded")

    found = in_threads({"tracing": traces, "training": lambda: trained(model, 400)})
    assert not isinstance(found["tracing"], BaseException), repr(found["tracing"])
    assert same(found["training"], expected)
    assert not any(module.training for module in model.modules())
