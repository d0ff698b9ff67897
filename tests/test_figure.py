"""A figure: what it holds, and how it is drawn again for another room."""

from __future__ import annotations

from pathlib import Path

import pytest

import visualize
from tests.graphs import resnet
from visualize.core.errors import UsageError
from visualize.figure import Figure
from visualize.options import FigureOptions


@pytest.fixture(scope="module")
def figure() -> Figure:
    return visualize.draw(resnet(), title="T", labels={"fc": "classifier"})


def test_a_figure_holds_what_it_was_drawn_from(figure: Figure) -> None:
    assert figure.architecture.name == resnet().name
    assert figure.options.labels == {"fc": "classifier"}
    assert figure.scene is figure.drawing.scene
    assert figure.scene.title == "T"
    assert (figure.page.width, figure.page.height) == (495.0, 648.0)
    assert repr(figure).startswith(f"<Figure of {figure.architecture.name}: ")


def test_saving_at_another_width_is_drawing_at_it(figure: Figure, tmp_path: Path) -> None:
    saved = figure.save(tmp_path / "a.svg", width="3.25in", height=600).read_bytes()
    options = {"title": "T", "labels": {"fc": "classifier"}}
    drawn = visualize.draw(resnet(), width="3.25in", height=600, **options)
    assert saved == drawn.render(["svg"])["svg"]
    assert figure.save(tmp_path / "b.svg").read_bytes() == figure.render(["svg"])["svg"]
    assert b'width="234' in saved


def test_what_is_not_given_stays(tmp_path: Path) -> None:
    tall = visualize.draw(resnet(), width="4in", height="5in")
    other = tall._resized("3in", None)
    assert (other.page.width, other.page.height, other.page.exact) == (216.0, 360.0, True)
    assert other.options.height == tall.options.height


def test_a_part_stays_a_part_at_another_width(tmp_path: Path) -> None:
    part = visualize.draw(resnet(), only="layer1", level="layer")
    narrow = part._resized("3in", None)
    assert narrow.architecture is part.architecture
    assert [box.id for box in narrow.scene.boxes] == [box.id for box in part.scene.boxes]


def test_mistakes(figure: Figure, tmp_path: Path) -> None:
    for mistake in ({"width": "wide"}, {"height": -3}):
        with pytest.raises(UsageError, match=next(iter(mistake))):
            figure.save(tmp_path / "a.svg", **mistake)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="jpeg"):
        figure.save(tmp_path / "a.jpeg")
    with pytest.raises(UsageError, match="width"):
        figure.check(width="wide")
    assert not list(tmp_path.iterdir())


def test_a_figure_of_an_architecture() -> None:
    figure = Figure.of(resnet(), FigureOptions())
    assert figure.render(["json"]) == visualize.draw(resnet()).render(["json"])


def test_one_format_alone_need_not_be_in_a_list(figure: Figure) -> None:
    assert figure.render("svg") == figure.render(["svg"])
