"""torch.fx traces a replica as it traces any model, and replaces nothing for other threads."""

from __future__ import annotations

import math
import threading
from math import sqrt
from typing import Any

import torch
from torch import fx, nn

from visualize.tracing.fx_tracing import trace_in_this_thread
from visualize.tracing.replica import replicate

SEEN: list[Any] = []


def look() -> None:
    """Note what another thread sees in the midst of a trace."""

    def see() -> None:
        layer = nn.Linear(2, 2)
        SEEN.append((isinstance(layer.weight, nn.Parameter), layer(torch.ones(2)).shape, marked(4)))
        SEEN.append(vars(nn.Module)["__call__"])

    thread = threading.Thread(target=see)
    thread.start()
    thread.join()


def marked(x: Any) -> Any:
    return x


fx.wrap("marked")


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.look = True
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.look:
            look()
        return marked(self.a(x)) * self.scale / sqrt(x.size(0)) + self.a.weight + math.pi


def names(graph: fx.Graph) -> list[tuple[str, str]]:
    return [(node.op, getattr(node.target, "__name__", str(node.target))) for node in graph.nodes]


def test_the_graph_is_that_of_torch() -> None:
    model = Net()
    model.look = False  # torch would fail the thread
    expected = names(fx.Tracer().trace(model))
    model.look = True
    SEEN.clear()
    before = vars(nn.Module)["__call__"], vars(nn.Module)["__getattr__"], marked, sqrt, math.sqrt
    graph = trace_in_this_thread(fx.Tracer(), replicate(model))
    assert names(graph) == expected
    assert ("call_function", "marked") in expected
    assert [(True, (2,), 4), before[0]] == SEEN
    after = vars(nn.Module)["__call__"], vars(nn.Module)["__getattr__"], marked, sqrt, math.sqrt
    assert after == before
    assert next(node.target for node in graph.nodes if "marked" in node.name) is marked
