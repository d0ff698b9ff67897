"""PDF: every glyph where its font's widths put it, with title, language and alternative text."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

import visualize
from tests.export.test_svg import HOSTILE, scene_of
from tests.graphs import resnet
from tests.nets import NETS
from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.layout import Page
from visualize.export import render
from visualize.layout import lay_out
from visualize.scene.themes import LIGHT, load_theme


def pdf_of(name: str, **options: str) -> tuple[visualize.Figure, bytes]:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, **options)
    return figure, figure.render("pdf")["pdf"]


def opened(pdf: bytes) -> PDFDocument:
    return PDFDocument(PDFParser(io.BytesIO(pdf)))


def glyphs(pdf: bytes) -> Iterator[LTChar]:
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    PDFPageInterpreter(manager, device).process_page(next(PDFPage.create_pages(opened(pdf))))
    yield from (one for one in device.get_result() if isinstance(one, LTChar))


def test_the_font_is_embedded_as_truetype() -> None:
    _, pdf = pdf_of("residual")
    assert b"/Subtype /CIDFontType2" in pdf
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"FiraSans" in pdf


def test_each_line_is_as_wide_as_the_font_has_it() -> None:
    figure, pdf = pdf_of("residual")
    found = list(glyphs(pdf))
    text = "".join(one.get_text() for one in found)
    for box in figure.scene.boxes:
        line = box.label[0]
        first = found[text.index(line) :][: len(line)]
        width = first[-1].x1 - first[0].x0
        size = figure.theme.size
        assert width == pytest.approx(text_width(line, size, figure.theme.font), abs=0.02)


def test_title_subject_language_and_alternative_text() -> None:
    figure, pdf = pdf_of("residual", title="A residual net")
    document = opened(pdf)
    (info,) = document.info
    words = figure.alternative_text()
    assert decode_text(info["Title"]) == "A residual net"
    assert decode_text(info["Subject"]) == words
    assert document.catalog["Lang"] in (b"en", b"en-US")
    assert resolve1(document.catalog["MarkInfo"])["Marked"]
    root = resolve1(resolve1(document.catalog["StructTreeRoot"])["K"])
    (figures,) = [resolve1(one) for one in resolve1(root[0])["K"]]
    assert figures["S"].name == "Figure"
    assert decode_text(figures["Alt"]) == words


def test_the_page_is_as_large_as_the_figure() -> None:
    figure, pdf = pdf_of("residual")
    page = next(PDFPage.create_pages(opened(pdf)))
    assert page.mediabox == pytest.approx([0, 0, *figure.size], abs=0.011)


@pytest.mark.parametrize("theme", ["auto", LIGHT])
def test_the_same_figure_has_the_same_bytes_and_auto_is_paper_on_paper(theme: str) -> None:
    files = [visualize.draw(resnet(), theme=one).render("pdf") for one in (theme, LIGHT)]
    assert files[0] == files[1]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_gives_a_valid_file(text: str) -> None:
    scene, theme = scene_of(text), load_theme("paper")
    layout = lay_out(scene, theme, Direction.TB, Page())
    pdf = render(scene, theme, Direction.TB, ["pdf"], text, layout)["pdf"]
    assert list(glyphs(pdf))
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf
