"""The columns of the table, and what they print."""

from __future__ import annotations

import csv
import io
import json

import pytest
import torch
from rich.cells import cell_len
from torch import nn

import visualize
from visualize.core.choices import SummaryColumn
from visualize.core.summary import Summary
from visualize.report import write_summary

# What the script that the project began from printed: row, parameters, shape of the weight.
ORIGINAL = (
    ("conv1", 9408, (64, 3, 7, 7)),
    ("bn1", 128, (64,)),
    ("layer1[0]", 73984, ()),
    ("layer1[1]", 73984, ()),
    ("layer1_total", 147968, ()),
    ("layer2[0]", 230144, ()),
    ("layer2[1]", 295424, ()),
    ("layer2_total", 525568, ()),
    ("layer3[0]", 919040, ()),
    ("layer3[1]", 1180672, ()),
    ("layer3_total", 2099712, ()),
    ("layer4[0]", 3673088, ()),
    ("layer4[1]", 4720640, ()),
    ("layer4_total", 8393728, ()),
    ("fc", 513000, (1000, 512)),
    ("TOTAL", 11689512, ()),
)


def test_it_holds_all_that_the_original_script_printed(resnet18: Summary) -> None:
    rows = {row.name: row for row in resnet18.rows}
    for name, parameters, weight in ORIGINAL:
        assert (rows[name].parameters, rows[name].weight) == (parameters, weight)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_table_has_these_numbers(resnet18: Summary, language: str) -> None:
    lines = write_summary(resnet18, "table", language=language).splitlines()
    for name, parameters, weight in ORIGINAL:
        (line,) = (line for line in lines if line.split()[:1] == [name])
        assert f"{parameters:,}" in line.split()
        assert not weight or str(weight) in line


def test_a_narrow_terminal_gets_fewer_columns(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "table", width=100).splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert "71.8" in "".join(lines)
    assert "receptive field" not in "".join(lines)


def test_a_batch_is_named_where_numbers_are_for_all_of_it() -> None:
    summary = visualize.summarize(nn.Linear(4, 3), (8, 4))
    table = write_summary(summary, "md")
    assert "| MACs (batch 8) |" in table
    assert "| saved for backward (B, batch 8) |" in table
    assert "乘加次数（批大小 8）" in write_summary(summary, "md", language="zh")
    (row, *_) = csv.DictReader(io.StringIO(write_summary(summary, "csv")))
    assert (row["MACs"], row["input"]) == ("96", "4")
    document = json.loads(write_summary(summary, "json"))
    assert (document["batch"], document["rows"][-1]["inputs"]) == (8, [[8, 4]])


def test_memory_is_exact_in_csv_and_peaks_are_shown_when_asked_for() -> None:
    net = nn.Sequential(nn.Linear(4, 250), nn.Sigmoid())
    summary = visualize.summarize(net, (10, 4))
    rows = list(csv.DictReader(io.StringIO(write_summary(summary, "csv"))))
    assert [(row["activations"], row["peak"]) for row in rows] == [
        ("160", "10160"),
        ("10000", "20160"),
        ("10160", "20160"),
    ]
    assert "inference peak (" not in write_summary(summary, "md")
    chosen = summary.to_text(format="md", columns=("layer", "peak"))
    assert "| layer | inference peak (kB, batch 10) |" in chosen
    assert "20.16 |" in chosen


def test_memory_that_was_not_measured_has_no_column() -> None:
    script = visualize.summarize(torch.jit.script(nn.Sequential(nn.Linear(4, 3))), (1, 4))
    heads = write_summary(script, "csv").splitlines()[0].split(",")
    assert {"activations", "peak"}.isdisjoint(heads)
    (*_, total) = json.loads(write_summary(script, "json"))["rows"]
    assert (total["memory"], total["peak"]) == (None, None)
    assert "memory is unknown" in str(script)


def test_a_layer_that_failed_has_no_numbers() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(7, 10))
    with pytest.raises(visualize.VisualizeError) as caught:
        visualize.summarize(net, (1, 3, 16, 16))
    assert caught.value.summary is not None
    for language, what in [("en", "what ran before it failed"), ("zh", "出错前的部分")]:
        *_, failed, total = (
            caught.value.summary.to_text(language=language, width=200).strip().splitlines()
        )
        assert failed.startswith("[2] (Linear)")
        assert not failed.rstrip().endswith("0")
        assert what in total


@pytest.mark.parametrize("share", ["parameters (%)", "MACs (%)"])
def test_there_are_no_shares_of_nothing(share: str) -> None:
    nets = [nn.Sequential(nn.ReLU()), nn.Sequential(nn.Conv2d(3, 3, 1))]
    free, paid = (visualize.summarize(net, (1, 3, 4, 4)).to_text(width=200) for net in nets)
    assert share not in free
    assert share in paid


def test_biases_that_were_never_trained_are_not_sparse() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 4))
    with torch.no_grad():
        for one in net.parameters():
            one.fill_(0) if one.dim() == 1 and one[0] != 1 else one.fill_(1)
        net[2].weight[:2] = 0
    summary = visualize.summarize(net, (1, 4), statistics=True)
    chosen = (SummaryColumn.LAYER, SummaryColumn.ZEROS)
    lines = write_summary(summary, "md", chosen=chosen).splitlines()
    shares = [line.split("|")[2].strip() for line in lines if line.startswith("| ")]
    assert shares[0] == "zeros (%)"
    assert shares[-4:] == ["0.0", "0.0", "50.0", "22.2"]
    exact = csv.DictReader(io.StringIO(write_summary(summary, "csv", chosen=chosen)))
    found = [float(row["zeros %"]) for row in exact]
    assert found == pytest.approx([20, 50, 60, 100 * 20 / 48])
