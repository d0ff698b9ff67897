"""Readers of a tensor that was changed in place read the result, or the graph is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
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
            self.register_buffer("mean", torch.zeros(()))

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
        pytest.param(
            lambda self, x: (self.mean.add_(x.mean()), x - self.mean), id="a buffer is read later"
        ),
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


def test_a_buffer_that_forward_updates_depends_on_the_input() -> None:
    class Centred(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(8))
            self.linear = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            """Subtract a running mean, which this call moves."""
            self.mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
            return self.linear(x - self.mean)

    architecture = visualize.trace(Centred(), (4, 8))
    named = {one.type: one.id for one in architecture.operations}
    assert nx.has_path(architecture.graph, named["mean"], named["sub"])


class _Halves(nn.Module):
    """A reversible block: each half is changed in place by a function of the other."""

    def __init__(self) -> None:
        super().__init__()
        self.f, self.g = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Change two views of a tensor, which is returned."""
        both = x * 2
        left, right = both.chunk(2, -1)
        left += self.f(right)
        right += self.g(left)
        return both


class _Prefix(nn.Module):
    """What is written to a slice leaves the rest as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Add to the first half alone."""
        y = self.f(x)
        y[:, :4] += self.f(y)[:, 4:]
        return y


class _Older(nn.Module):
    """A view sees what is written to its tensor later."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Read a slice after the whole has changed."""
        y = self.f(x)
        half = y[:, :4]
        y += 1
        return half.exp()


class _SameName(nn.Module):
    """A shortcut that is lost, because it is the very tensor that changes."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Add what is no longer the input of the block."""
        x = x * 2
        identity = x
        x += self.f(x)
        return x + identity


_READ = {
    _Halves: {
        "f": "getitem_1",
        "g": "add_",
        "setitem": "add_ mul",
        "setitem_1": "add__1 setitem",
    },
    _Prefix: {"setitem": "add_ f", "output": "setitem"},
    _Older: {"getitem_1": "add_", "exp": "getitem_1"},
    _SameName: {"add": "f mul", "add_1": "add add"},
}


@pytest.mark.parametrize("kind", _READ)
def test_views_and_other_names_read_what_was_written(kind: type[nn.Module]) -> None:
    architecture = visualize.trace(kind(), (2, 8))
    read = {
        name: " ".join(sorted(s for s, _ in architecture.graph.in_edges(name)))
        for name in architecture.graph
    }
    assert {name: read[name] for name in _READ[kind]} == _READ[kind]


def test_a_write_is_part_of_the_module_that_wrote() -> None:
    class Batched(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            batch = images.new_zeros(2, 3, 8, 8)
            for place, image in zip(batch, images):
                if image.sum() < 0:  # values decide, so that the model is run
                    return images
                place[:, :6].copy_(image)
            return batch

    model = nn.Sequential(Batched(), nn.Conv2d(3, 4, 3))
    traced = visualize.trace(model, torch.ones(2, 3, 6, 8))
    writes = [one for one in traced.operations if "setitem" in one.type]
    assert writes
    assert {one.calls[-1].path for one in writes} == {"0"}
