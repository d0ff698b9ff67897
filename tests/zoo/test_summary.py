"""Summaries of models that others made, compared with what torchinfo counts."""

from __future__ import annotations

import csv
import io
import math

import pytest
import torch
from torch import nn
from torchinfo import summary as torchinfo_summary
from torchvision import models

import visualize
from tests.chinese import assert_chinese
from visualize.core.summary import RowKind
from visualize.models import load_model
from visualize.report import write_summary

pytestmark = pytest.mark.zoo

MODELS = (
    "resnet18", "vgg11", "alexnet", "densenet121", "mobilenet_v2", "squeezenet1_1",
    "shufflenet_v2_x1_0", "efficientnet_b0", "regnet_y_400mf", "mnasnet0_5", "convnext_tiny",
)  # fmt: skip
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def too_many(module: nn.Module, shape: list[int]) -> int:
    """What torchinfo counts as multiply-adds of a layer and is none.

    It multiplies all parameters with the places where they are used: a bias too, which is added
    alone, and the scale and offset of a norm, which no paper counts.
    """
    if not isinstance(module, (*CONVOLUTIONS, nn.Linear)):
        return sum(parameter.numel() for parameter in module.parameters(recurse=False))
    if module.bias is None:
        return 0
    places = math.prod(shape[2:]) if isinstance(module, CONVOLUTIONS) else math.prod(shape[1:-1])
    return module.bias.numel() * places


@pytest.mark.parametrize("name", MODELS)
def test_it_agrees_with_torchinfo(name: str) -> None:
    model = models.get_model(name, weights=None).eval()
    paths = {module: path for path, module in model.named_modules()}
    theirs = torchinfo_summary(model, (1, 3, 224, 224), depth=99, verbose=0, device="cpu")
    ours = visualize.summarize(model, (1, 3, 224, 224), depth=99)
    rows = {row.path: row for row in ours.rows if row.kind is RowKind.LAYER}
    assert ours.total.parameters == theirs.total_params
    compared = 0
    for info in theirs.summary_list:
        row = rows.get(paths[info.module])
        if row is None or not info.is_leaf_layer or row.calls > 1:
            continue
        assert row.parameters == info.num_params
        assert list(row.outputs[0].shape) == list(info.output_size)
        if isinstance(info.module, nn.Linear) and len(info.output_size) > 2:
            # Known to be wrong: of a linear layer torchinfo counts one row, whatever it is given.
            assert info.macs == info.num_params
        elif isinstance(info.module, (*CONVOLUTIONS, nn.Linear)):
            assert row.macs == info.macs - too_many(info.module, list(info.output_size))
        compared += 1
    assert compared > 10


def test_torchinfo_knows_no_macs_of_attention() -> None:
    """Where it is known to be wrong: it sees modules alone, and the products are functions."""
    model = models.vit_b_16(weights=None).eval()
    theirs = torchinfo_summary(model, (1, 3, 224, 224), depth=99, verbose=0, device="cpu")
    ours = visualize.summarize(model, (1, 3, 224, 224), depth=99)
    attention = [row for row in ours.rows if row.type == "MultiheadAttention"]
    tokens, width, blocks = 197, 768, 12
    each = 4 * tokens * width**2 + 2 * tokens**2 * width
    assert [row.macs for row in attention] == [each] * blocks
    counted = [one.macs for one in theirs.summary_list if one.class_name == "MultiheadAttention"]
    assert max(counted) < each


def test_torchinfo_counts_tied_weights_twice() -> None:
    """Where it is known to be wrong: one tensor in two modules is one tensor."""
    embed, head = nn.Embedding(50, 8), nn.Linear(8, 50, bias=False)
    head.weight = embed.weight
    model = nn.Sequential(embed, head)
    tokens = torch.zeros(1, 4, dtype=torch.int64)
    theirs = torchinfo_summary(model, input_data=tokens, verbose=0, device="cpu")
    ours = visualize.summarize(model, tokens)
    assert ours.total.parameters == 400
    assert theirs.total_params == 800


@pytest.mark.parametrize("name", models.list_models())
def test_every_model_has_a_summary_without_gaps(name: str) -> None:
    loaded = load_model(name)
    described = visualize.summarize(loaded)
    assert described.total.parameters == sum(p.numel() for p in loaded.model.parameters())
    parts = [row for row in described.rows if row.kind is not RowKind.TOTAL]
    for number in ("parameters", "macs"):
        assert sum(getattr(row, number) for row in parts) == getattr(described.total, number)
    for language in ("en", "zh"):
        cells = list(csv.reader(io.StringIO(write_summary(described, "csv", language=language))))
        head, *lines = cells
        # What has no weight has none to show, constants have no input, and the model has no path.
        # A receptive field may be unknown. Functions of constants read no data; some save it.
        spare = {head[2], head[3], "path", "路径", "receptive field", "感受野"}
        for row, line in zip(described.rows, lines, strict=True):
            empty = {name for name, cell in zip(head, line) if not cell} - spare
            assert not empty or row.kind is RowKind.UNUSED or row.type == "parameter", row.name
            is_work = row.outputs and (row.parameters or row.macs) and row.type != "parameter"
            assert line[3] or not is_work, row.name
        written = write_summary(described, "table", language=language)
        assert "{" not in written
        assert written.count("\n") > len(described.rows) + 5
    assert_chinese(described)
