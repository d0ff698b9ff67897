"""The columns that are shown if they are asked for."""

from __future__ import annotations

import csv
import io
import json

import pytest
from torch import nn

import visualize
from visualize.core.choices import SummaryColumn
from visualize.core.summary import Summary
from visualize.report import write_summary

TEXTS = (
    SummaryColumn.TYPE, SummaryColumn.KERNEL, SummaryColumn.WEIGHTS, SummaryColumn.ATTRIBUTES,
    SummaryColumn.READS,
)  # fmt: skip
NUMBERS = (
    SummaryColumn.TRAINABLE, SummaryColumn.BUFFERS, SummaryColumn.INPUT_BYTES,
    SummaryColumn.OUTPUT_BYTES, SummaryColumn.LAYER_OUTPUTS,
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Summary:
    net = nn.Sequential(nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.MaxPool1d(2))
    for parameter in net[1].parameters():
        parameter.requires_grad_(False)
    return visualize.summarize(net, (5, 2, 10))


def cells(summary: Summary, *chosen: SummaryColumn) -> list[tuple[str, ...]]:
    """The rows of CSV, without its header."""
    text = write_summary(summary, "csv", chosen=chosen)
    return [tuple(row) for row in csv.reader(io.StringIO(text))][1:]


def test_they_are_not_shown_otherwise(small: Summary) -> None:
    heads = write_summary(small, "csv").splitlines()[0].split(",")
    asked = write_summary(small, "csv", chosen=(*TEXTS, *NUMBERS)).splitlines()[0].split(",")
    assert len(asked) == len(TEXTS) + len(NUMBERS)
    assert not set(asked) & set(heads)


def test_texts(small: Summary) -> None:
    convolution, norm, pool, total = cells(small, *TEXTS)
    assert convolution[:3] == ("Conv1d", "3", "weight (4, 2, 3), bias (4,)")
    assert "kernel_size=(3,), stride=(1,), padding=(0,)" in convolution[3]
    assert "padding_mode='zeros'" in convolution[3]
    assert norm[:3] == ("BatchNorm1d", "", "weight (4,), bias (4,)")
    assert pool[:3] == ("MaxPool1d", "2", "")
    assert [row[4] for row in (convolution, norm, pool)] == ["input_1", "[0]", "[1]"]
    assert total == ("Sequential", "", "", "", "")


def test_a_kernel_has_a_size_for_each_axis() -> None:
    net = nn.Sequential(nn.Conv3d(1, 1, (1, 3, 3)), nn.AvgPool3d(2))
    assert cells(visualize.summarize(net, (1, 1, 8, 8, 8)), SummaryColumn.KERNEL) == [
        ("1×3×3",), ("2×2×2",), ("",),
    ]  # fmt: skip


def test_numbers_are_exact_and_for_the_whole_batch(small: Summary) -> None:
    convolution, norm, pool, total = cells(small, *NUMBERS)
    assert convolution == ("28", "0", str(5 * 2 * 10 * 4), str(5 * 4 * 8 * 4), str(5 * 4 * 8))
    assert norm == ("0", "9", "640", "640", "0")
    assert pool == ("0", "0", "640", "320", "0")
    assert total == ("28", "9", "400", "320", "160")
    assert "input size (B, batch 5)" in write_summary(small, "md", chosen=NUMBERS)


def test_json_has_them_all(small: Summary) -> None:
    row = json.loads(write_summary(small, "json"))["rows"][0]
    assert row["weights"] == {"weight": [4, 2, 3], "bias": [4]}
    assert row["attributes"]["kernel_size"] == [3]
    assert row["reads"] == ["input_1"]
    assert (row["input_bytes"], row["output_bytes"], row["layer_outputs"]) == (400, 640, 160)


def test_headings_are_chinese(small: Summary) -> None:
    text = write_summary(small, "md", language="zh", chosen=(*TEXTS, *NUMBERS))
    (heads,) = (line for line in text.splitlines() if "核大小" in line)
    assert "| 类型 |" in heads
    assert not any(word in heads for word in ("type", "kernel", "shape", "reads", "size"))
