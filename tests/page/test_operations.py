"""The table of operations: what each reads, what it was made with, what was measured of it."""

from __future__ import annotations

import json
from typing import Any

import torch

import visualize
from tests.page.pages import SHAPE, Net, document
from visualize.figure import Figure
from visualize.page.operations import operation_columns
from visualize.page.plain import Table


def columns(figure: Figure) -> tuple[dict[str, list[Any]], list[str]]:
    strings = Table()
    return operation_columns(figure.architecture, strings), strings.rows


def test_an_operation_names_what_it_reads() -> None:
    figure = visualize.draw(Net(), SHAPE)
    table, strings = columns(figure)
    rows = figure.architecture.operations
    for one, reads in zip(rows, table["reads"]):
        sources = [rows[place].id for place in reads[::2]]
        assert sources == figure.architecture.data_sources(one.id)
    last = next(place for place, one in enumerate(rows) if one.path == "head")
    assert strings[table["reads"][last][1]] == "4"


def test_attributes_are_those_of_the_class_and_the_shapes_of_weights() -> None:
    figure = visualize.draw(Net(), SHAPE)
    table, strings = columns(figure)
    (stem,) = (at for at, one in enumerate(figure.architecture.operations) if one.path == "stem")
    lines = strings[table["attributes"][stem]].split("\n")
    assert {"kernel_size = (3, 3)", "stride = (1, 1)", "bias = True"} <= set(lines)
    assert {"weight: 4×3×3×3", "bias: 4"} <= set(lines)
    plain = visualize.draw(torch.nn.Sequential(torch.nn.Linear(4, 2, bias=False)), (1, 4))
    table, strings = columns(plain)
    assert any("bias = False" in strings[place].split("\n") for place in table["attributes"])


def test_what_was_not_measured_has_no_column() -> None:
    table, _ = columns(visualize.draw(Net(), SHAPE))
    assert not {"saved", "peak", "statistics"} & table.keys()
    assert "saved" not in document(visualize.draw(Net(), SHAPE))["totals"]


def test_memory_is_that_of_the_model() -> None:
    figure = visualize.draw(Net(), SHAPE, memory=True)
    table, _ = columns(figure)
    memory = figure.architecture.memory
    assert memory
    assert sum(table["saved"]) == memory.saved > 0
    assert max(table["peak"]) == memory.peak > 0
    assert document(figure)["totals"]["saved"] == memory.saved


def test_values_of_weights_are_there_and_are_json_where_they_are_not_finite() -> None:
    model = Net()
    with torch.no_grad():
        model.stem.weight.fill_(torch.inf)
        model.head.bias.zero_()
    figure = visualize.draw(model, SHAPE, statistics=True)
    table, _ = columns(figure)
    json.dumps(table["statistics"], allow_nan=False)
    found = dict(zip((one.path for one in figure.architecture.operations), table["statistics"]))
    assert found["stem"][0] == sum(one.numel() for one in model.stem.parameters())
    assert found["stem"][1:3] == [None, None]
    count, _, _, zeros, idle = found["head"]
    assert (count, zeros, idle) == (10, 2, 2)


def test_equal_blocks_share_what_is_in_them_though_their_memory_differs() -> None:
    page = document(visualize.draw(Net(), SHAPE, memory=True, level="block", fold=False))
    blocks = [box for box in page["views"][0]["boxes"] if box["type"] == "Block"]
    assert len({box["opens"] for box in blocks}) == 1
