"""The figure of a difference."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import visualize
from tests.compared import EDITED, SAME, difference, drawn, net
from visualize.check import check_file
from visualize.comparison.figure import short
from visualize.core.errors import UsageError

SCHEMA = Path(visualize.__file__).parents[1] / "docs" / "scene.schema.json"


@pytest.mark.parametrize("theme", ["paper", "dark", "mono", "slides", "auto"])
@pytest.mark.parametrize("beside", [False, True])
def test_it_passes_the_check_also_in_grey(theme: str, beside: bool, tmp_path: Path) -> None:
    figure = drawn(difference([SAME] * 6, EDITED), theme=theme, side_by_side=beside)
    assert figure.fits_page
    assert figure.check() == []
    file = figure.save(tmp_path / "diff.svg")
    assert check_file(file, grey=True) == []


def test_the_title_has_names_and_totals() -> None:
    found = visualize.diff(
        visualize.trace("resnet18"), visualize.trace("resnet18?num_classes=10")
    ).exact
    assert drawn(found).scene.title.startswith("resnet18 · 11.7 M → 11.2 M parameters · 1.814 G")
    assert drawn(found, title="mine").scene.title == "mine"


def test_a_long_name_is_shortened_and_totals_are_in_the_legend() -> None:
    found = visualize.diff(
        visualize.trace(net(SAME), name="n" * 70), visualize.trace(net(SAME, SAME), name="m" * 70)
    ).exact
    figure = drawn(found)
    assert figure.fits_page
    assert short("a/b/net.py:Net(path='c/d')") == "net.py:Net(path='c/d')"


def test_all_formats(tmp_path: Path) -> None:
    figure = drawn(difference([SAME] * 6, EDITED))
    drawn_ = figure.render(["svg", "pdf", "dot", "tex", "mmd", "graphml", "json", "html"])
    document = json.loads(drawn_["json"])
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert {box.get("status") for box in document["boxes"]} >= {None, "changed", "removed"}
    assert b"stroke-dasharray" in drawn_["svg"]
    assert figure.render("svg")["svg"] == drawn_["svg"]
    assert b"data-status" in drawn_["html"]


def test_words_and_sizes(tmp_path: Path) -> None:
    figure = drawn(difference([SAME] * 6, EDITED))
    assert "kernel 3×3 → 5×5" in figure.alternative_text()
    assert "参数量" in figure.caption("zh")
    assert "Figure of the difference of net and net" in repr(figure)
    figure.save(tmp_path / "narrow.pdf", width="3.25in")
    with pytest.raises(UsageError):
        drawn(difference([SAME], [SAME]), theme="none")
