from __future__ import annotations

from pathlib import Path

import pytest

import visualize
from visualize.core.errors import UsageError
from visualize.integrations.drawing import Wanted, kept_figure
from visualize.integrations.links import check_template
from visualize.options import FigureOptions

LINK = "https://example.org/{file}#L{line}"


@pytest.mark.parametrize("template", [LINK, "/source/{file}", "../{file}?a={{}}&line={line}"])
def test_a_link_that_can_be_used(template: str) -> None:
    check_template(template)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("https://example.org/{line}", "{file}"),
        ("https://example.org/{file}/{path}", "may hold"),
        ("https://example.org/{file!r}", "may hold"),
        ("https://example.org/{file.name}", "may hold"),
        ("https://example.org/{file", "cannot be read"),
        ("javascript:{file}", "must begin"),
    ],
)
def test_a_link_that_cannot(template: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_template(template)


def test_boxes_lead_to_their_lines(sources: Path, tmp_path: Path) -> None:
    options = FigureOptions(level="layer", fold=False, timeout=600.0)
    wanted = Wanted("docs/nets.py:Net", ("1,4,8,8",), options, link=LINK)
    svg = kept_figure(wanted, tmp_path / "kept").files["svg"].read_text()
    lines = (sources / "nets.py").read_text().splitlines()
    places = ("self.conv =", "return x +")
    numbers = [next(n for n, one in enumerate(lines, 1) if text in one) for text in places]
    for number in numbers:
        assert svg.count(f'<a href="https://example.org/nets.py#L{number}"') == 3
    assert svg.count("<a ") == svg.count("</a>") == 6
    figure = visualize.draw("docs/nets.py:Net", (1, 4, 8, 8), level="layer", fold=False)
    assert figure.check_rendered(svg.encode(), "svg") == []


def test_a_saved_graph_has_no_lines(sources: Path, tmp_path: Path) -> None:
    visualize.trace("docs/nets.py:Net", (1, 4, 8, 8)).save("net.json")
    with pytest.raises(UsageError, match="no source lines"):
        kept_figure(Wanted("net.json", (), FigureOptions(), link=LINK), tmp_path / "kept")


def test_a_model_of_torch_alone_has_no_lines(sources: Path, tmp_path: Path) -> None:
    (sources / "plain.py").write_text("from torch import nn\nnet = nn.Sequential(nn.ReLU())\n")
    wanted = Wanted("docs/plain.py:net", ("1,4",), FigureOptions(), link=LINK)
    with pytest.raises(UsageError, match="no box has a source line"):
        kept_figure(wanted, tmp_path / "kept")
