"""Causal shifts, neighbours of a graph and pooled gates are no change of resolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from visualize.core.summary import Summary

Work = Callable[..., Tensor]


class Blocks(nn.Module):
    """Three blocks, each of which adds what a function makes with two layers of its own."""

    def __init__(self, work: Work, layer: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(work, layer) for _ in range(3))

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, *others)
        return x


class Block(nn.Module):
    """A function of features, with two layers."""

    def __init__(self, work: Work, layer: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.work, self.first, self.second = work, layer(8), layer(8)

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        return x + self.work(x, self.first, self.second, *others)


def convolution(channels: int) -> nn.Module:
    return nn.Conv1d(channels, channels, 3, padding=2)


def valid(channels: int) -> nn.Module:
    return nn.Conv1d(channels, channels, 3)


def linear(channels: int) -> nn.Module:
    return nn.Linear(channels, channels)


def cropped(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
    """Causal convolutions, padded on both sides and cropped on one."""
    inner = torch.relu(first(x)[..., :-2])
    result: Tensor = second(inner)[..., :-2]
    return result


def padded(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
    """Causal convolutions, padded on one side."""
    result: Tensor = second(F.pad(torch.relu(first(F.pad(x, (2, 0)))), (2, 0)))
    return result


def shifted(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
    """Work on all tokens but the last, which becomes that of the next ones."""
    inner = torch.relu(first(x[:, :-1]))
    result: Tensor = second(torch.cat([torch.zeros_like(x[:, :1]), inner], dim=1))
    return result


def differences(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
    """Work on the differences of neighbours in a sequence."""
    result: Tensor = second(F.pad(torch.relu(first(x[:, 1:] - x[:, :-1])), (0, 0, 1, 0)))
    return result


def added(x: Tensor, first: nn.Module, second: nn.Module, edges: Tensor) -> Tensor:
    """Messages along edges, added up at the nodes that they reach."""
    messages = torch.relu(first(x[edges[0]]))
    result: Tensor = second(torch.zeros_like(x).index_add(0, edges[1], messages))
    return result


def scattered(x: Tensor, first: nn.Module, second: nn.Module, edges: Tensor) -> Tensor:
    """The same by gather and scatter."""
    sources, targets = edges[0][:, None].expand(-1, 8), edges[1][:, None].expand(-1, 8)
    messages = torch.relu(first(torch.gather(x, 0, sources)))
    result: Tensor = second(torch.zeros_like(x).scatter_add(0, targets, messages))
    return result


def selected(x: Tensor, first: nn.Module, second: nn.Module, edges: Tensor) -> Tensor:
    """The same with the mean of what arrives."""
    messages = torch.relu(first(torch.index_select(x, 0, edges[0])))
    mean = torch.zeros_like(x).index_reduce(0, edges[1], messages, "mean", include_self=False)
    result: Tensor = second(mean)
    return result


def context(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
    """Features times a gate that is pooled from them."""
    gate = torch.sigmoid(second(torch.relu(first(x.mean(1, keepdim=True)))))
    return x * gate


SEQUENCE, TOKENS, NODES = torch.zeros(1, 8, 16), torch.zeros(2, 6, 8), torch.zeros(10, 8)
FEW = torch.arange(8).reshape(2, 4)
MANY = torch.arange(60).reshape(2, 30) % 10
CASES: dict[str, tuple[Work, Callable[[int], nn.Module], Sequence[Tensor]]] = {
    "cropped": (cropped, convolution, [SEQUENCE]),
    "padded": (padded, valid, [SEQUENCE]),
    "shifted": (shifted, linear, [TOKENS]),
    "differences": (differences, linear, [TOKENS]),
    **{
        f"{work.__name__} along {number} edges": (work, linear, [NODES, edges])
        for work in (added, scattered, selected)
        for number, edges in (("few", FEW), ("many", MANY))
    },
    "context": (context, linear, [TOKENS]),
}


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("name", CASES)
def test_it_is_no_resolution(name: str, tracer: str) -> None:
    work, layer, inputs = CASES[name]
    exact = visualize.trace(Blocks(work, layer).eval(), list(inputs), tracer=tracer)
    assert not any(skip.long for skip in exact.skips)
    identities = [skip for skip in exact.skips if skip.kind.value == "identity"]
    assert [skip.branch for skip in identities] == [(), (), ()]
    summary = visualize.summarize(exact)
    assert [part.blocks for part in summary.facts.parts] == [3]
    assert not _resolutions(summary)


def _resolutions(summary: Summary) -> list[str]:
    return [line for line in str(summary).splitlines() if "resolution" in line]


def test_a_lower_resolution_is_one() -> None:
    """The counterpart, without which the tests above could not fail."""

    def halved(x: Tensor, first: nn.Module, second: nn.Module) -> Tensor:
        inner = torch.relu(first(F.avg_pool1d(x, 2)))
        result: Tensor = second(F.interpolate(inner, scale_factor=2))
        return result

    net = Blocks(halved, lambda channels: nn.Conv1d(channels, channels, 3, padding=1))
    summary = visualize.summarize(net, [SEQUENCE])
    assert summary.facts.long_skips == 3
    assert len(_resolutions(summary)) == 1


class Messages(nn.Module):
    """What edges carry is added to what their nodes have, in each of two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(nn.Linear(8, 8) for _ in range(2))
        self.edges = nn.ModuleList(nn.Linear(4, 8) for _ in range(2))

    def forward(self, x: Tensor, edges: Tensor, features: Tensor) -> Tensor:
        for node, edge in zip(self.nodes, self.edges):
            messages = torch.relu(node(x)[edges[0]] + edge(features))
            x = torch.zeros_like(x).index_add(0, edges[1], messages)
        return x


@pytest.mark.parametrize("edges", [FEW, MANY])
def test_features_of_edges_come_back_to_no_resolution(edges: Tensor) -> None:
    inputs = (NODES, edges, torch.zeros(edges.shape[1], 4))
    assert not any(skip.long for skip in visualize.trace(Messages(), inputs).skips)
