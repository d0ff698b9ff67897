"""Reading PDF: what a figure shows is what its SVG shows."""

from __future__ import annotations

import pytest

import visualize
from tests.graphs import resnet
from visualize.check.drawn import Drawn
from visualize.check.pdf import read_pdf
from visualize.check.svg import read_svg
from visualize.core.errors import FigureError


@pytest.fixture(scope="module")
def both() -> tuple[Drawn, Drawn]:
    files = visualize.draw(resnet()).render(["svg", "pdf"])
    return read_svg(files["svg"], "net.svg"), read_pdf(files["pdf"], "net.pdf")


def test_pages_are_alike(both: tuple[Drawn, Drawn]) -> None:
    svg, pdf = both
    assert pdf.page.width == pytest.approx(svg.page.width, abs=2)
    assert pdf.page.height == pytest.approx(svg.page.height, abs=2)
    assert pdf.background == svg.background


def test_texts_are_alike(both: tuple[Drawn, Drawn]) -> None:
    one, other = (
        sorted((text.text.strip(), text.color, round(text.size, 1)) for text in drawn.texts)
        for drawn in both
    )
    assert one == other


def test_boxes_are_alike(both: tuple[Drawn, Drawn]) -> None:
    svg, pdf = both
    assert len(pdf.boxes) == len(svg.boxes)
    assert sorted(box.fill for box in pdf.boxes) == sorted(box.fill for box in svg.boxes)
    places = [box.area.center for box in pdf.boxes]
    for box in svg.boxes:
        x, y = box.area.center
        assert any(abs(x - a) < 1 and abs(y - b) < 1 for a, b in places)


def test_frames_enclose_others(both: tuple[Drawn, Drawn]) -> None:
    svg, pdf = both
    frames = sum(box.frame for box in pdf.boxes)
    assert frames == sum(box.frame for box in svg.boxes)


def test_arrows_are_alike(both: tuple[Drawn, Drawn]) -> None:
    svg, pdf = both
    headed = sorted(arrow.color for arrow in pdf.arrows if arrow.headed)
    assert headed == sorted(arrow.color for arrow in svg.arrows if arrow.headed)


def test_fonts_are_embedded(both: tuple[Drawn, Drawn]) -> None:
    _, pdf = both
    assert pdf.fonts
    assert all(font.embedded and font.outlines for font in pdf.fonts)


@pytest.mark.parametrize("data", [b"", b"no figure", b"%PDF-1.7\n%%EOF"])
def test_what_is_not_a_pdf_file(data: bytes) -> None:
    with pytest.raises(FigureError, match=r"^net\.pdf: not a readable PDF file"):
        read_pdf(data, "net.pdf")
