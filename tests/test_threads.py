"""Other threads train, serve, build, draw and log as if nothing were traced beside them."""

from __future__ import annotations

import contextlib
import logging
import math
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
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
from visualize.core.errors import VisualizeError

STEPS = 0  # what the loop below counts, beside the class of the model
LOSSES: list[float] = []


class Net(nn.Module):
    """A model whose class is also trained in another thread."""

    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(6, 8), nn.Linear(8, 3)
        self.drop = nn.Dropout(0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.b(self.drop(self.a(x).relu()))


class Noisy(nn.Module):
    """Draws from all generators of a process, in ways that torch.fx cannot trace."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(random.randrange(99))
        np.random.seed(7)
        warnings.warn("a remark of the model", stacklevel=1)
        logging.getLogger("served").warning("a remark of the model")
        for _ in range(int(torch.rand(()) * 3 + np.random.rand())):
            x = self.a(x) + torch.randn(6)
        if x.sum() > 1e9:
            return x
        return nn.functional.dropout(x, 0.5, True)


# Jobs of the other threads: each returns all that it computed.


def train(steps: int) -> list[Any]:
    global STEPS
    STEPS, generator = 0, torch.Generator().manual_seed(1)
    LOSSES.clear()
    model, data = Net(), torch.randn(8, 6, generator=generator)
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=generator)
    model.drop.p = 0.0
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(data).square().mean()
        loss.backward()
        optimizer.step()
        STEPS += 1
        LOSSES.append(loss.item())
    return [STEPS, list(LOSSES), [p.detach().clone() for p in model.parameters()]]


def serve(model: nn.Module, steps: int) -> list[Any]:
    x = torch.linspace(-1, 1, 3 * 64 * 64).view(1, 3, 64, 64)
    with torch.no_grad():
        first = model(x)
        same = [torch.equal(model(x), first) for _ in range(steps)]
    return [all(same), first]


def build(steps: int) -> list[Any]:
    torch.manual_seed(3)
    found = []
    for _ in range(steps):
        layer = nn.Sequential(nn.Linear(3, 4), nn.Conv1d(2, 2, 1))
        found.append([p.detach().clone() for p in layer.parameters()])
        found.append((torch.rand(2), torch.randperm(5), nn.functional.dropout(torch.ones(5))))
    return found


def draw_numbers(steps: int) -> list[Any]:
    random.seed(4)
    np.random.seed(5)
    return [
        (random.random(), random.gauss(0, 1), random.sample(range(50), 3), *np.random.rand(2))
        for _ in range(steps)
    ]


def remark(steps: int) -> list[Any]:
    """Logs and warns; both are seen, also while others are silent."""
    log, seen = logging.getLogger("remarks"), []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    log.propagate, log.handlers = False, [Handler()]
    log.setLevel(logging.INFO)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(steps):
            log.info("at %s", number)
            warnings.warn(f"at {number}", stacklevel=1)
    return [seen, [(str(each.message), each.lineno) for each in caught]]


def hook(steps: int) -> list[Any]:
    """Counts the calls of all modules of this thread by a hook for all modules."""
    here, counted, layer = threading.get_ident(), [0, 0], nn.ReLU()

    def count(*_: Any) -> None:
        if threading.get_ident() == here:
            counted[0] += 1
        elif threading.current_thread().name == "tracing":
            counted[1] += 1

    handle = register_module_forward_hook(count)
    try:
        for _ in range(steps):
            layer(torch.zeros(2))
    finally:
        handle.remove()
    return counted


@contextmanager
def switching(interval: float) -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def in_threads(jobs: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    results: dict[str, Any] = {}

    def work(name: str) -> None:
        try:
            results[name] = jobs[name]()
        except BaseException as error:
            results[name] = error

    threads = [threading.Thread(target=work, args=(name,), name=name) for name in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert set(results) == set(jobs), "a thread did not end"
    return results


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def sources(folder: Path) -> list[tuple[Any, Any]]:
    """A model of each kind of source, with its inputs."""
    net = Net().eval()
    torch.export.save(torch.export.export(net, (torch.ones(2, 6),)), folder / "net.pt2")
    torch.jit.save(torch.jit.script(net), folder / "net.pt")
    torch.save(get_model("squeezenet1_1").state_dict(), folder / "weights.pth")
    (folder / "net.py").write_text(
        "import random, torch\nfrom torch import nn\n"
        "def net():\n    torch.manual_seed(9)\n    return nn.Linear(random.randrange(3, 4), 2)\n"
    )
    return [
        (net, (2, 6)), (Noisy(), (2, 6)), (get_model("squeezenet1_1"), (1, 3, 64, 64)),
        ("squeezenet1_1", None), ("timm:resnet18", None),
        ("hf:ViTConfig?num_hidden_layers=1", None),
        (str(folder / "net.pt2"), None), (str(folder / "net.pt"), (2, 6)),
        (f"{folder / 'net.py'}:net", (2, 3)),
    ]  # fmt: skip


def state() -> list[Any]:
    return [
        torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist(),
        list(warnings.filters), type(warnings), logging.root.manager.disable,
        type(torch.random), torch.random.default_generator is torch.default_generator,
        [vars(nn.Module)[name] for name in ("__call__", "__getattr__", "register_parameter")],
        vars(torch.autograd.Function)["apply"], random.random, np.random.rand,
        logging.Logger.callHandlers, torch.is_grad_enabled(),
    ]  # fmt: skip


def beside(jobs: dict[str, Callable[[], Any]], traces: Callable[[], Any]) -> None:
    """Check that ``jobs`` give what they give alone, while ``traces`` runs beside them."""
    alone = {name: job() for name, job in jobs.items()}
    found = in_threads({**jobs, "tracing": traces})
    assert not isinstance(found["tracing"], BaseException), repr(found["tracing"])
    for name, expected in alone.items():
        assert not isinstance(found[name], BaseException), (name, repr(found[name]))
        assert same(found[name], expected), name


@pytest.mark.filterwarnings("ignore")
def test_all_sources_are_traced_beside_threads_that_train_serve_build_draw_and_log(
    tmp_path: Path,
) -> None:
    served = get_model("squeezenet1_1").eval()
    models = sources(tmp_path)
    models.append((served, (1, 3, 64, 64)))  # which another thread serves
    figures: list[str] = []

    def traces() -> None:
        for number in range(50):
            model, inputs = models[number % len(models)]
            figures.append(visualize.draw(model, inputs).render(["json"])["json"])

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
