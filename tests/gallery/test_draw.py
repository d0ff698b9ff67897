from __future__ import annotations

from pathlib import Path

from torch import nn

import visualize
from visualize.gallery.draw import draw_model
from visualize.gallery.rows import FIGURE
from visualize.options import FigureOptions


def test_a_model_is_drawn(folder: Path) -> None:
    drawn = draw_model("nets.py:Small", FigureOptions())
    row = drawn.row
    assert (row.class_name, row.parameters, row.macs, row.skips) == ("Small", 20, 16, {})
    assert row.inputs == ("4",)
    assert row.error == ""
    assert drawn.files["figure.svg"].startswith(b"<?xml")
    assert drawn.files["page.html"].startswith(b"<!DOCTYPE html>")
    assert drawn.provenance is not None
    assert set(drawn.provenance.files) == {"nets.py"}
    assert "torch" in drawn.provenance.versions


def test_skips_are_counted_by_kind() -> None:
    row = draw_model("resnet18", FigureOptions()).row
    assert (row.parameters, row.skips) == (11_689_512, {"identity": 5, "projection": 3})


def test_a_model_that_fails_is_a_row(folder: Path) -> None:
    drawn = draw_model("nets.py:Raising", FigureOptions())
    assert drawn.row.error.startswith("building the model raised ValueError: <b>no | licence</b>")
    assert not drawn.files
    assert drawn.provenance is None
    ended = draw_model("nets.py:Leaving", FigureOptions()).row.error
    assert ended == "the model's own code ended the program with SystemExit(4)"
    assert "did you mean" in draw_model("resnet81", FigureOptions()).row.error


def test_a_saved_graph_is_drawn(tmp_path: Path) -> None:
    exact = visualize.trace(nn.Sequential(nn.Linear(4, 2)), (1, 4))
    place = str(exact.save(tmp_path / "net.json"))
    drawn = draw_model(place, FigureOptions())
    assert not drawn.row.error
    assert drawn.row.parameters == 10
    assert drawn.files[FIGURE] == visualize.draw(exact).render(["svg"])["svg"]
