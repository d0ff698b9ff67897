"""Rows of a summary: they add up, and every operation is in one of them."""

from __future__ import annotations

import csv
import io

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, weight_norm

import visualize
import visualize.report
from tests import nets as models
from tests.nets import Scaled
from visualize.core.architecture import TensorSpec
from visualize.core.summary import Row, RowKind, Summary
from visualize.report import write_summary


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


MODELS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "residual": (models.Residual(), (1, 3, 32, 32)),
    "unet": (models.UNet(), (1, 3, 32, 32)),
    "squeeze_excite": (models.SqueezeExcite(), (1, 3, 16, 16)),
    "inception": (models.Inception(), (1, 3, 8, 8)),
}


@pytest.mark.parametrize("depth", [None, 1, 2, 9])
@pytest.mark.parametrize("name", MODELS)
def test_the_rows_add_up(name: str, depth: int | None) -> None:
    model, shape = MODELS[name]
    summary = visualize.summarize(model, shape, depth=depth)
    parts = [row for row in summary.rows if row.kind is not RowKind.TOTAL]
    for number in ("parameters", "trainable_parameters", "macs", "buffers"):
        assert sum(getattr(row, number) for row in parts) == getattr(summary.total, number)
    assert summary.total.parameters == sum(p.numel() for p in model.parameters())
    assert len({row.name for row in summary.rows}) == len(summary.rows)


def test_stages_of_residual_blocks_are_numbered(resnet18: Summary) -> None:
    numbers = {row.name: row.stage for row in resnet18.rows if row.stage}
    assert numbers == {f"layer{number}_total": number for number in (1, 2, 3, 4)}
    assert not any(row.stage for row in visualize.summarize("vgg11").rows)
    assert not any(row.stage for row in visualize.summarize("densenet121").rows)
    assert not any(row.stage for row in visualize.summarize("resnet18", depth=9).rows)


def test_depth_closes_modules(resnet18: Summary) -> None:
    shallow = visualize.summarize("resnet18", depth=1)
    assert "layer1" in {row.name for row in shallow.rows}
    assert "layer1[0]" not in {row.name for row in shallow.rows}
    deep = visualize.summarize("resnet18", depth=9)
    names = [row.name for row in deep.rows]
    assert names.index("layer1[0].conv1") < names.index("layer1[0]_total")
    assert row(deep, "layer1[0].relu").calls == 2
    assert row(deep, "layer2[0].downsample[0]").parameters == 8192
    assert deep.total == resnet18.total


def shapes(tensors: tuple[TensorSpec, ...]) -> list[tuple[int, ...]]:
    return [tensor.shape for tensor in tensors]


def test_shapes_of_what_enters_and_leaves(resnet18: Summary) -> None:
    block = row(resnet18, "layer2[0]")
    assert shapes(block.inputs) == [(1, 64, 56, 56)]
    assert shapes(block.outputs) == [(1, 128, 28, 28)]
    assert shapes(resnet18.total.inputs) == [(1, 3, 224, 224)]
    assert shapes(resnet18.total.outputs) == [(1, 1000)]


def test_all_results_and_the_weight_of_a_formula_are_listed() -> None:
    summary = visualize.summarize(Scaled(), (1, 4))
    norm = next(row for row in summary.rows if row.name == "norm")
    assert norm.weight == (8,)
    assert shapes(summary.total.outputs) == [(1, 8), (1, 3)]
    table = csv.DictReader(io.StringIO(write_summary(summary, "csv")))
    assert next(row["output"] for row in table if row["layer"] == "TOTAL") == "8 +1"


class Padded(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (1, 1, 1, 1)))


class Transposed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(6))
        self.weight = nn.Parameter(torch.rand(8, 6))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight)


def test_a_row_shows_the_weight_that_is_used_and_what_it_is() -> None:
    net = nn.Sequential(
        weight_norm(nn.Conv2d(1, 4, 3)),
        parametrizations.weight_norm(Padded(4, 8, 3)),
        nn.Flatten(),
        parametrizations.spectral_norm(nn.Linear(8, 8)),
        Transposed(),
    )
    found = [(str(row.words), row.weight) for row in visualize.summarize(net, (1, 1, 3, 3)).rows]
    assert ("3×3 conv, 4", (4, 1, 3, 3)) in found
    assert ("3×3 conv, 8", (8, 4, 3, 3)) in found
    assert ("Linear, 8 → 8", (8, 8)) in found
    assert ("Linear, 8 → 6", (8, 6)) in found


class Buffers(nn.Module):
    """A module with a buffer and a layer; modules with nothing but buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Module()
        self.body.fc = nn.Linear(4, 4)
        self.body.register_buffer("scale", torch.ones(4))
        self.frequencies = Frequencies()
        for name in ("a", "b", "c", "d"):
            self.register_buffer(name, torch.zeros(2))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body.fc(x) * self.body.scale
        return y + self.frequencies()


class Frequencies(nn.Module):
    """A table that is computed from a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("inverse", torch.ones(4))

    def forward(self) -> Tensor:
        return self.inverse.cos()


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("depth", [None, 1, 2, 9])
def test_buffers_have_rows(depth: int | None, tracer: str) -> None:
    summary = visualize.summarize(Buffers(), (1, 4), depth=depth, tracer=tracer)
    parts = [row for row in summary.rows if row.kind is not RowKind.TOTAL]
    assert sum(row.buffers for row in parts) == summary.total.buffers == 4 + 4 + 8
    (table,) = (row for row in parts if row.name.startswith("frequencies"))
    assert table.buffers == 4
    unused = row(summary, "unused")
    assert (unused.buffers, unused.parameters) == (8, 0)
    assert str(unused.words) == "a, b, c, …"


def test_a_buffer_of_an_expanded_module_is_a_row() -> None:
    scale = row(visualize.summarize(Buffers(), (1, 4), depth=9), "body.scale")
    assert (scale.type, str(scale.words), scale.parameters, scale.buffers) == (
        "buffer", "buffer", 0, 4,
    )  # fmt: skip


def test_the_weight_of_a_module_is_its_matrix_and_the_model_has_none() -> None:
    class Product(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 6)

        def forward(self, x: Tensor) -> Tensor:
            return torch.addmm(self.layer.bias, x, self.layer.weight.t(), beta=0.5)

    summary = visualize.summarize(Product(), (3, 4))
    assert row(summary, "layer").weight == (6, 4)
    assert row(summary, "addmm").weight == (4, 6)
    assert summary.total.weight == ()


class Taken(nn.Module):
    """Takes its parameters off before a layer runs, as symbolic tracing sees and a run does not."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, 4, 1)
        self.scale, self.shift = nn.Parameter(torch.ones(4, 1)), nn.Parameter(torch.ones(4, 1))
        self.register_buffer("mean", torch.zeros(4, 1))

    def forward(self, x: Tensor) -> Tensor:
        mean, scale, shift = self.mean, self.scale, self.shift
        return torch.where(self.conv(x) > mean, shift, scale)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_parameters_come_before_what_computes_with_them(tracer: str) -> None:
    exact = visualize.trace(Taken(), (1, 4, 8), tracer=tracer)
    names = [row.name for row in visualize.summarize(exact).rows]
    assert names == ["conv", "mean", "gt", "shift", "scale", "where", "TOTAL"]
