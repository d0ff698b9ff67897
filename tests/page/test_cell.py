from __future__ import annotations

import tempfile
import webbrowser
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import visualize
from tests.core.test_notebook import pretend
from tests.graphs import resnet
from tests.hostile_text import CELLS, MARKUP, RAN
from visualize.core.errors import OutputError, UsageError
from visualize.figure import Figure
from visualize.page.cell import Explorer, open_page


class Elements(HTMLParser):
    """The elements of a cell, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def frame(explorer: Explorer) -> dict[str, str | None]:
    """The attributes of the frame, which is all that the cell has."""
    elements = Elements(explorer._repr_html_())
    ((tag, attributes),) = elements.found
    assert tag == "iframe"
    assert not elements.text
    return attributes


@pytest.fixture(scope="module")
def figure() -> Figure:
    return visualize.draw(resnet())


def test_a_cell_holds_the_page_as_it_is(figure: Figure, tmp_path: Path) -> None:
    explorer = figure.explore(height=450)
    attributes = frame(explorer)
    page = figure.render("html")["html"]
    assert (attributes["srcdoc"] or "").encode() == page == explorer.page
    assert "height:450px" in (attributes["style"] or "")
    assert attributes["title"] == f"{figure.architecture.name}, a figure to explore"
    assert explorer.save(tmp_path / "a.html").read_bytes() == page
    assert "KB of HTML" in repr(explorer)
    assert len(repr(explorer)) < 80


def test_the_page_cannot_reach_the_notebook(figure: Figure) -> None:
    allowed = (frame(figure.explore())["sandbox"] or "").split()
    assert sorted(allowed) == ["allow-downloads", "allow-scripts"]


@pytest.mark.parametrize("text", [*MARKUP, *CELLS, '"></iframe><script>', "&quot;&amp;", "é\u202e"])
def test_no_text_leaves_the_frame(text: str) -> None:
    attributes = frame(Explorer(f"<p title='{text}'>{text}".encode(), text, 300))
    assert attributes.keys() == {"title", "sandbox", "style", "srcdoc"}
    assert attributes["srcdoc"] == f"<p title='{text}'>{text}"
    assert "\u202e" not in (attributes["title"] or "")
    assert "\x1b" not in repr(Explorer(b"", "a\x1b[2J", 300))


def test_a_hostile_title_stays_in_the_frame() -> None:
    figure = visualize.draw(resnet(), title=f'"></iframe><script>{RAN}</script>')
    assert frame(figure.explore())


@pytest.mark.parametrize("height", [0, -1, True, "600", 1.5, '1px" onload="x'])
def test_a_height_is_a_number_of_pixels(figure: Figure, height: Any) -> None:
    with pytest.raises(UsageError, match="height"):
        figure.explore(height=height)


def test_a_browser_opens_a_file_that_remains(
    figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened: list[str] = []

    def opens(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", opens)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = figure.show()
    assert path is not None
    assert opened == [path.as_uri()]
    assert path.read_bytes() == figure.render("html")["html"]
    assert path.parent == tmp_path
    assert path.suffix == ".html"
    assert capsys.readouterr() == ("", "")


def test_without_a_browser_the_error_names_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OutputError, match="no browser was found") as caught:
        open_page(b"<p>")
    (path,) = tmp_path.iterdir()
    assert str(path) in str(caught.value)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(OutputError, match="cannot be written"):
        open_page(b"<p>")


def test_a_notebook_shows_the_page_in_the_cell(
    figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    shown = pretend(monkeypatch, SimpleNamespace(kernel=object()))
    assert figure.show() is None
    (explorer,) = shown
    assert explorer == figure.explore()


def test_no_part_of_a_page_is_left_if_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(TypeError):
        open_page("no bytes")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
