from __future__ import annotations

import base64
import re

import pytest

import visualize
from tests.graphs import resnet
from visualize.export.cell import CELL_FORMATS, cell_data, cell_metadata
from visualize.figure import Figure

FILES = {
    "svg": b"<?xml version='1.0'?>\n<svg id=\"a\">x</svg>\n",
    "pdf": b"%PDF",
    "png": b"\x89PNG",
}


@pytest.fixture(scope="module")
def figure() -> Figure:
    return visualize.draw(resnet())


def test_each_kind_has_its_form() -> None:
    data = cell_data(FILES, CELL_FORMATS, "<words>")
    assert list(data) == list(CELL_FORMATS)
    assert data["image/svg+xml"].encode() == FILES["svg"]
    assert base64.b64decode(data["image/png"]) == FILES["png"]
    assert base64.b64decode(data["application/pdf"]) == FILES["pdf"]
    assert data["text/plain"] == "<words>"
    assert data["text/html"].startswith('<div class="tex2jax_ignore mathjax_ignore"><svg style="')
    assert "?xml" not in data["text/html"]


def test_only_an_image_needs_a_size() -> None:
    image = {"width": 96, "height": 192, "alt": "a b"}
    assert cell_metadata(CELL_FORMATS, (72, 144), "a\nb") == {"image/png": image}
    assert cell_metadata(["text/html"], (72, 144), "a") == {}


def test_a_figure_is_what_its_files_are(figure: Figure) -> None:
    data, about = figure._repr_mimebundle_()
    assert list(data) == list(CELL_FORMATS)
    files = figure.render(["svg", "pdf", "png"])
    assert data["image/svg+xml"].encode() == files["svg"]
    assert base64.b64decode(data["image/png"]) == files["png"]
    assert base64.b64decode(data["application/pdf"]) == files["pdf"]
    assert about["image/png"]["width"] == round(figure.size[0] * 4 / 3)


def test_html_has_names_for_those_who_do_not_see_it(figure: Figure) -> None:
    (html,) = figure._repr_mimebundle_(include=["text/html"])[0].values()
    identities = re.findall(r'\bid="([^"]*)"', html)
    assert len(identities) == len(set(identities))
    title, words = re.findall(r'aria-(?:labelledby|describedby)="([^"]*)"', html)[:2]
    assert f'<title id="{title}">' in html
    assert f'<desc id="{words}">' in html
    assert 'role="graphics-document document"' in html


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (["text/plain"], None, ["text/plain"]),
        (None, {"image/png", "application/pdf", "image/svg+xml"}, ["text/html", "text/plain"]),
        (["image/jpeg"], None, []),
        ([], None, []),
    ],
)
def test_only_what_is_asked_for_is_drawn(
    figure: Figure,
    include: list[str] | None,
    exclude: set[str] | None,
    left: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    render = Figure.render

    def noted(self: Figure, formats: list[str]) -> dict[str, bytes]:
        drawn.extend(formats)
        return render(self, formats)

    monkeypatch.setattr(Figure, "render", noted)
    assert list(figure._repr_mimebundle_(include, exclude)[0]) == left
    assert drawn == sorted({CELL_FORMATS[kind] for kind in left} - {""})
