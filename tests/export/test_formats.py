"""Formats: one function and one registration make a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import visualize
from tests.nets import NETS
from visualize.cli import main
from visualize.core.errors import OutputError, UsageError
from visualize.export import FORMATS, Job, need_layout, register


def write_listing(job: Job) -> bytes:
    """The boxes of a figure as CSV: what they show, and where."""
    rows = (
        f'"{box.box.label[0]}",{box.area.left:.1f},{box.area.top:.1f}' for box in job.picture.boxes
    )
    return "".join(f"{row}\n" for row in rows).encode()


@pytest.fixture
def listing() -> Iterator[None]:
    register("csv", write_listing, needs_layout=True)
    yield
    del FORMATS["csv"]


@pytest.mark.usefixtures("listing")
def test_a_new_format_is_a_function_and_a_registration(tmp_path: Path) -> None:
    net, shapes = NETS["residual"]
    figure = visualize.draw(net(), shapes)
    content = figure.render(["csv"])["csv"]
    assert len(content.splitlines()) == len(figure.scene.boxes)
    assert content.startswith(b'"image 3\xc3\x9716\xc3\x9716",')
    assert figure.save(tmp_path / "boxes.csv").read_bytes() == content


@pytest.mark.usefixtures("listing")
def test_the_command_line_knows_it(tmp_path: Path) -> None:
    target = tmp_path / "boxes.csv"
    result = CliRunner().invoke(main, ["draw", "resnet18", "-o", str(target)])
    assert result.exit_code == 0, result.output
    assert b"7\xc3\x977 conv, 64, /2" in target.read_bytes()


def test_unknown_formats_are_refused_with_those_there_are() -> None:
    net, shapes = NETS["residual"]
    with pytest.raises(UsageError, match=r"'csv'.*\.svg, .*\.mmd, .*\.json"):
        visualize.draw(net(), shapes).render(["csv"])


def test_plain_formats_need_no_layout() -> None:
    assert {name for name in FORMATS if not need_layout([name])} == {"mmd"}


def test_figure_saves_by_suffix_and_refuses_others(tmp_path: Path) -> None:
    make, inputs = NETS["inception"]
    figure = visualize.draw(make(), inputs)
    assert figure.save(tmp_path / "a.SVG").read_bytes().startswith(b"<?xml")
    with pytest.raises(UsageError, match="jpeg"):
        figure.save(tmp_path / "a.jpeg")
    with pytest.raises(UsageError, match="folder"):
        figure.save(_folder(tmp_path / "b.svg"))
    with pytest.raises(OutputError, match="does not exist"):
        figure.save(tmp_path / "nowhere" / "a.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.SVG", "b.svg"]
    assert figure._repr_svg_().startswith("<?xml")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
