"""Models that are traced, and what other threads do meanwhile: train, serve, build, draw, log."""

from __future__ import annotations

import logging
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.modules.module import (
    register_module_forward_hook,
)
from torchvision.models import get_model

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
    with torch.device("meta"):  # else it drew from the generator that another job has seeded
        model = Net()
    model.to_empty(device="cpu")
    data = torch.randn(8, 6, generator=generator)
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


def sources(folder: Path) -> list[tuple[Any, Any, dict[str, Any]]]:
    """A model of each kind of source, with its inputs and options."""
    net = Net().eval()
    torch.export.save(torch.export.export(net, (torch.ones(2, 6),)), folder / "net.pt2")
    torch.jit.save(torch.jit.script(net), folder / "net.pt")
    values = get_model("squeezenet1_1").state_dict()
    torch.save(values, folder / "weights.pth")
    save_file(values, folder / "weights.safetensors")
    (folder / "net.py").write_text(
        "import random, torch\nfrom torch import nn\n"
        "def net():\n    torch.manual_seed(9)\n    return nn.Linear(random.randrange(3, 4), 2)\n"
    )
    (folder / "vit.json").write_text(
        '{"model_type": "vit", "num_hidden_layers": 1, "hidden_size": 12, "num_attention_heads": 2}'
    )
    models = [
        (net, (2, 6)), (Noisy(), (2, 6)), (get_model("squeezenet1_1"), (1, 3, 64, 64)),
        ("squeezenet1_1", None), ("timm:resnet18", None),
        ("hf:ViTConfig?num_hidden_layers=1", None), (f"hf:{folder / 'vit.json'}", None),
        (str(folder / "net.pt2"), None), (str(folder / "net.pt"), (2, 6)),
        (f"{folder / 'net.py'}:net", (2, 3)),
    ]  # fmt: skip
    weighted = [
        ("squeezenet1_1", None, {"weights": str(folder / name), "color_by": "norm"})
        for name in ("weights.pth", "weights.safetensors")
    ]
    return [*((model, inputs, {}) for model, inputs in models), *weighted]


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
