"""Operators that take functions, and other ways of running a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import pytest
import torch
from torch import Tensor, nn
from torch._higher_order_ops import while_loop
from torch._higher_order_ops.map import map as map_rows
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

import visualize
from tests.tracing.nets import types_of
from visualize.core.errors import UntraceableError

pytestmark = pytest.mark.filterwarnings("ignore")

COMPILED = torch.compile(flex_attention)


class Attention(nn.Module):
    def __init__(self, attend: Callable[..., Any]) -> None:
        super().__init__()
        self.project = nn.Linear(32, 96)
        self.bias = nn.Parameter(torch.zeros(2))
        self.mask = create_block_mask(causal, None, None, 128, 128, device="cpu")
        self.attend = attend

    def forward(self, x: Tensor) -> Any:
        query, key, value = self.project(x).view(1, 128, 3, 2, 16).permute(2, 0, 3, 1, 4)
        return self.attend(self, query, key, value)


def causal(batch: Any, head: Any, query: Any, key: Any) -> Any:
    return query >= key


def with_bias(net: Any, query: Tensor, key: Tensor, value: Tensor) -> Any:
    def change(score: Any, batch: Any, head: Any, q: Any, k: Any) -> Any:
        return score + net.bias[head] * (q - k)

    return flex_attention(query, key, value, score_mod=change)


def with_a_new_mask(net: Any, query: Tensor, key: Tensor, value: Tensor) -> Any:
    mask = create_block_mask(causal, None, None, 128, 128, device=query.device)
    return flex_attention(query, key, value, block_mask=mask)


@pytest.mark.parametrize(
    ("attend", "unused"),
    [
        pytest.param(lambda net, q, k, v: flex_attention(q, k, v), 2, id="plain"),
        pytest.param(lambda net, q, k, v: COMPILED(q, k, v), 2, id="compiled"),
        pytest.param(
            lambda net, q, k, v: flex_attention(q, k, v, block_mask=net.mask), 2, id="mask"
        ),
        pytest.param(with_a_new_mask, 2, id="new mask"),
        pytest.param(
            lambda net, q, k, v: flex_attention(q, k[:, :1], v[:, :1], enable_gqa=True),
            2, id="grouped",
        ),
        pytest.param(
            lambda net, q, k, v: flex_attention(q, k, v, return_lse=True)[0], 2, id="two results"
        ),
        pytest.param(with_bias, 0, id="bias"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_flex_attention_is_one_operation(attend: Any, unused: int, tracer: str) -> None:
    architecture = visualize.trace(Attention(attend), (1, 128, 32), tracer=tracer)
    assert types_of(architecture).count("flex_attention") == 1
    assert nx.has_path(architecture.graph, "x", "output")
    assert (architecture.parameters, architecture.unused_parameters) == (3170, unused)
    assert architecture.macs == 128 * 32 * 96 + 2 * (2 * 128 * 128 * 16)
    assert architecture.operation("output").outputs[0].shape == (1, 2, 128, 16)
    labels = [box.label[0] for box in visualize.draw(architecture, level="layer").scene.boxes]
    assert any(label.endswith("attention, 2 heads") for label in labels)


class Runs(nn.Module):
    def __init__(self, run: Callable[[nn.Module, Tensor], Any]) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.run = run

    def forward(self, x: Tensor) -> Any:
        return self.run(self.layer, x)


def looped(layer: nn.Module, x: Tensor) -> Any:
    count = torch.tensor(0)
    return while_loop(lambda i, _: i < 3, lambda i, h: (i + 1, layer(h)), (count, x))[1]


def mapped(layer: nn.Module, x: Tensor) -> Any:
    return map_rows(layer.forward, x)


def mapped_to_several(layer: nn.Module, x: Tensor) -> Any:
    one, other = map_rows(lambda row: (layer(row), row + 1), x)
    return one + other


@pytest.mark.parametrize(
    ("run", "kind", "times"),
    [(looped, "Linear", 3), (mapped, "linear", 4), (mapped_to_several, "Linear", 4)],
)
def test_loops_and_maps_are_run(run: Any, kind: str, times: int) -> None:
    architecture = visualize.trace(Runs(run), (4, 8))
    assert types_of(architecture).count(kind) == times
    assert nx.has_path(architecture.graph, "x", "output")
    assert architecture.parameters == 72
    assert architecture.unused_parameters == 0
    assert architecture.operation("output").outputs[0].shape == (4, 8)


class Yields(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Iterator[Tensor]:
        yield self.layer(x)
        yield x + 1


class Waits(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    async def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


def test_what_a_generator_yields_are_outputs() -> None:
    architecture = visualize.trace(Yields(), (4, 8))
    assert types_of(architecture) == ["input", "Linear", "add", "output"]
    assert len(architecture.operation("output").outputs) == 2


def test_an_asynchronous_forward_is_refused() -> None:
    for tracer in ("auto", "recorded"):
        with pytest.raises(UntraceableError, match="forward is asynchronous"):
            visualize.trace(Waits(), (4, 8), tracer=tracer)


class Jagged(nn.Module):
    def __init__(self, layout: Any) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.layout = layout

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.nested.nested_tensor([x[0], x[1][:2]], layout=self.layout)
        return torch.nested.to_padded_tensor(self.layer(rows), 0.0)


@pytest.mark.parametrize("layout", [torch.jagged, torch.strided])
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_nested_tensors_are_refused_in_one_line(layout: Any, tracer: str) -> None:
    given = torch.nested.nested_tensor([torch.rand(3, 8), torch.rand(5, 8)], layout=layout)
    for model, inputs in ((Jagged(layout), (2, 4, 8)), (nn.Sequential(nn.Linear(8, 8)), given)):
        with pytest.raises(UntraceableError, match=r"nested \(jagged\) tensors") as caught:
            visualize.trace(model, inputs, tracer=tracer)
        assert "\n" not in str(caught.value)


class Sparse(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.register_buffer("adjacency", torch.eye(8).to_sparse())

    def forward(self, x: Tensor) -> Tensor:
        return torch.sparse.mm(self.adjacency, self.layer(x)).relu()


def test_sparse_tensors_are_traced() -> None:
    architecture = visualize.trace(Sparse(), (8, 4))
    assert types_of(architecture)[-2:] == ["relu", "output"]
    assert architecture.parameters == 20
