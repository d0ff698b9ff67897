"""The summary for programs."""

from __future__ import annotations

import csv
import io
import json

from visualize.core.summary import Summary
from visualize.report import write_summary


def test_csv_and_json_are_exact(resnet18: Summary) -> None:
    cells = list(csv.DictReader(io.StringIO(write_summary(resnet18, "csv"))))
    assert [cell["layer"] for cell in cells] == [row.name for row in resnet18.rows]
    assert [cell["path"] for cell in cells] == [row.path for row in resnet18.rows]
    assert {cell["layer"]: cell["path"] for cell in cells}["layer1[0]"] == "layer1.0"
    assert cells[0]["MACs"] == "118013952"
    assert cells[-1]["activations"] == str(resnet18.total.memory)
    document = json.loads(write_summary(resnet18, "json"))
    assert document["schema"] == 1
    assert document["facts"]["depth"] == 18
    assert sum(document["facts"]["paths"]["lengths"].values()) == 256
    assert document["rows"][0]["weight"] == [64, 3, 7, 7]
    assert document["rows"][-1]["receptive_field"] == [None, None]
