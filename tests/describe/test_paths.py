"""Paths over residual connections, against networks whose paths are known and against a walk."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import visualize
from tests.graphs import Net, architectures, densenet, unet
from visualize.core.architecture import Architecture
from visualize.describe.depth import depths_of
from visualize.describe.flow import main_flow
from visualize.describe.paths import adds, count_paths, residual_arrivals
from visualize.describe.weighted import weighted_layers

# A network in series: a layer, or a residual block around networks in series, with layers on its
# shortcut.
Block = tuple["list[Block]", int] | None


def paths_of(exact: Architecture) -> dict[int, int]:
    layers, flow = weighted_layers(exact).lengths, main_flow(exact)
    depths = depths_of(flow, layers)
    return count_paths(flow, layers, depths, residual_arrivals(exact, flow, depths), adds(exact))


def test_paths_of_residual_blocks_double() -> None:
    paths = visualize.summarize("resnet18").facts.paths
    assert paths.number == 2**8
    # The stem, the classifier and three projections are passed by all, two layers of each block by
    # those that do not go round it: one for a projection instead.
    assert (paths.shortest, paths.longest) == (5, 18)
    assert paths.quantile(0.0) == 5
    assert paths.quantile(1.0) == 18


BLOCKS: st.SearchStrategy[list[Block]] = st.recursive(
    st.lists(st.none(), min_size=1, max_size=2),
    lambda inner: st.lists(
        st.none() | st.tuples(inner, st.integers(0, 1)), min_size=1, max_size=3
    ),
    max_leaves=8,
)  # fmt: skip


def built(net: Net, x: str, blocks: list[Block]) -> str:
    for block in blocks:
        if block is None:
            x = net.module("ReLU", net.conv(x))
            continue
        body, projections = block
        shortcut = net.conv(x) if projections else x
        # Two layers more, so that a projection bypasses more than it holds.
        work = net.conv(net.module("ReLU", net.conv(built(net, x, body))))
        x = net.module("ReLU", net.add(work, shortcut))
    return x


def expected(blocks: list[Block]) -> Counter[int]:
    """Paths by length, by multiplying polynomials: what is in series times, a choice plus."""
    total = Counter({0: 1})
    for block in blocks:
        here: Counter[int] = Counter({1: 1})
        if block is not None:
            body, projections = block
            here = Counter({length + 2: number for length, number in expected(body).items()})
            here[projections] += 1
        product: Counter[int] = Counter()
        for length, number in total.items():
            for more, times in here.items():
                product[length + more] += number * times
        total = product
    return total


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(BLOCKS)
def test_paths_of_blocks_in_series_and_inside_each_other(blocks: list[Block]) -> None:
    net = Net()
    net.output(built(net, net.input(), blocks))
    assert paths_of(net.build()) == dict(expected(blocks))


def test_connections_that_overlap() -> None:
    """Each sum adds all tensors before it: two ways into each of them more than into the last."""
    net = Net()
    before = [net.input()]
    for _ in range(3):
        work = net.conv(net.module("ReLU", net.conv(before[-1])))
        total = work
        for one in before:
            total = net.add(total, one)
        before.append(total)
    net.output(before[-1])
    # Into the first sum 1 + z², z = two layers; into the n-th all before it, and work on the last.
    ways = [Counter({0: 1})]
    for _ in range(3):
        here: Counter[int] = Counter()
        for one in ways:
            here.update(one)
        here.update({length + 2: number for length, number in ways[-1].items()})
        ways.append(here)
    assert paths_of(net.build()) == dict(ways[-1])


def test_what_is_added_to_a_sum_is_part_of_it() -> None:
    """``x + a(x) + b(x)`` is one residual block, with its deeper branch as the main path."""
    net = Net()
    x = net.input()
    shallow = net.conv(x)
    deep = net.conv(net.module("ReLU", net.conv(net.module("ReLU", net.conv(x)))))
    net.output(net.add(net.add(x, shallow), deep))
    assert paths_of(net.build()) == {0: 1, 3: 1}


def test_the_gate_of_a_highway_is_no_path() -> None:
    net = Net()
    x = net.input()
    gate = net.module("Sigmoid", net.conv(x))
    work = net.module("ReLU", net.conv(x))
    rest = net.function("rsub", gate, other=1)
    x = net.add(net.mul(work, gate), net.mul(x, rest))
    net.output(x)
    exact = net.build()
    assert [skip.kind.value for skip in exact.skips] == ["scaled"]
    assert paths_of(exact) == {0: 1, 1: 1}


@pytest.mark.parametrize("exact", [densenet(), unet()])
def test_concats_are_no_choice_of_paths(exact: Architecture) -> None:
    assert sum(paths_of(exact).values()) == 1


def test_of_several_outputs_the_deepest_counts() -> None:
    net = Net()
    x = net.input()
    early = net.add(net.conv(x), x)
    late = net.add(net.conv(early), early)
    net.output(net.conv(x), late, early)
    assert paths_of(net.build()) == {0: 1, 1: 2, 2: 1}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(architectures())
def test_paths_are_those_that_a_walk_finds(exact: Architecture) -> None:
    """On any network: from the end back, over each connection of a sum or along the main path."""
    layers, flow = weighted_layers(exact).lengths, main_flow(exact)
    depths = depths_of(flow, layers)
    arrivals = residual_arrivals(exact, flow, depths)
    found: Counter[int] = Counter()

    def walk(node: str, length: int) -> None:
        length += layers.get(node, 0)
        over = sorted(arrivals.get(node, ()))
        main = [one for one in flow.pred[node] if one not in over]
        for one in over:
            walk(one, length)
        if main:
            walk(max(main, key=depths.__getitem__), length)
        if not over and not main:
            found[length] += 1

    ends = [node for node in flow if not flow.out_degree(node)]
    if ends:
        walk(max(ends, key=depths.__getitem__), 0)
    assert count_paths(flow, layers, depths, arrivals) == dict(found)
    if found:
        assert max(found) == max(depths.values())


class Attention(nn.Module):
    """Attention in one of several spellings, or a mixer of tokens, of two layers each."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.whole = nn.MultiheadAttention(8, 2, batch_first=True)
        self.qkv = nn.Linear(8, 24)
        self.q, self.k, self.v, self.out = (nn.Linear(8, 8) for _ in range(4))
        self.up, self.down = nn.Linear(5, 10), nn.Linear(10, 5)

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "module":
            return self.whole(x, x, x, need_weights=False)[0]  # type: ignore[no-any-return]
        if self.kind == "mixer":
            mixed: Tensor = self.down(torch.relu(self.up(x.transpose(1, 2))))
            return mixed.transpose(1, 2)
        q, k, v = (
            self.qkv(x).chunk(3, dim=-1)
            if self.kind in ("fused", "function")
            else (self.q(x), self.k(x), self.v(x))
        )
        if self.kind in ("function", "three"):
            return self.out(nn.functional.scaled_dot_product_attention(q, k, v))  # type: ignore[no-any-return]
        weights = (q @ k.transpose(1, 2) * 8**-0.5).softmax(-1)
        return self.out(weights @ v)  # type: ignore[no-any-return]


class Transformer(nn.Module):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self.attention = nn.ModuleList(Attention(kind) for _ in range(3))
        self.feed = nn.ModuleList(
            nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8)) for _ in range(3)
        )
        self.norm = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        for attention, feed in zip(self.attention, self.feed):
            x = x + attention(self.norm(x))
            x = x + feed(self.norm(x))
        return x


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("kind", ["module", "fused", "function", "three", "written", "mixer"])
def test_every_spelling_of_a_block_has_the_same_depth_and_paths(kind: str, tracer: str) -> None:
    """The forks inside an attention are no paths: all have six blocks of two layers."""
    facts = visualize.summarize(Transformer(kind), (1, 5, 8), tracer=tracer).facts
    assert facts.weighted_layers == facts.depth.longest == 12
    assert facts.paths.counts == {0: 1, 2: 6, 4: 15, 6: 20, 8: 15, 10: 6, 12: 1}
