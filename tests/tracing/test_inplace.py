"""Readers of a tensor that was changed in place read the result, or the graph is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn

import visualize
from visualize.core.errors import UntraceableError
from visualize.tracing.inplace import follow_in_place


def _followed(forward: Callable[..., Any]) -> dict[str, list[str]]:
    """What each node reads after in-place operations were followed."""

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = nn.ReLU(inplace=True)

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    model = Model()
    graph = fx.Tracer().trace(model)
    follow_in_place(graph, model)
    return {node.name: [source.name for source in node.all_input_nodes] for node in graph.nodes}


def test_later_readers_read_the_result_of_a_method() -> None:
    def forward(self: Any, x: Any) -> Any:
        y = x * 2
        before = y + 1
        y.add_(1)
        return before, y * 3

    read = _followed(forward)
    assert read["add"] == ["mul"]
    assert read["mul_1"] == ["add_"]


def test_views_of_the_result_are_read() -> None:
    def forward(self: Any, x: Any) -> Any:
        y = x * 2
        y.add_(1)
        return y.transpose(0, 1).reshape(-1)

    read = _followed(forward)
    assert read["transpose"] == ["add_"]
    assert read["reshape"] == ["transpose"]


def test_later_readers_read_the_result_of_a_module() -> None:
    def forward(self: Any, x: Any) -> Any:
        y = x * 2
        self.act(y)
        return y + 1

    assert _followed(forward)["add"] == ["act"]


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda _, x: (v := x.view(-1), x.add_(1), v + 1), id="a view is read later"),
        pytest.param(lambda _, x: torch.add(x, 1, out=x), id="out="),
        pytest.param(lambda _, x: torch._foreach_add_([x], 1), id="several at once"),
    ],
)
def test_writes_that_a_symbolic_graph_cannot_follow_are_refused(
    forward: Callable[..., Any],
) -> None:
    with pytest.raises(UntraceableError, match="in-place write to a possibly aliased tensor"):
        _followed(forward)


def test_many_writes_take_linear_time() -> None:
    def forward(self: Any, x: Any) -> Any:
        for _ in range(300):
            x = x * 2
            x.relu_()
        return x

    read = _followed(forward)
    assert read["output"] == ["relu__299"]


def test_a_module_returns_what_it_changed_last() -> None:
    """As the positions of MViT, which are added in place to what is returned."""

    class Added(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            """Add twice in place to a tensor that is made here."""
            made = torch.cat([x, x], 1)
            made.add_(1)
            made.mul_(x.sum())
            return made

    model = nn.Sequential(Added(), nn.Linear(8, 4), nn.Linear(4, 2))
    for tracer in ("symbolic", "recorded"):
        rows = visualize.summarize(model, (2, 4), depth=1, tracer=tracer).rows
        assert [one.shape for one in rows[0].outputs] == [(2, 8)]
