"""Streams of a PDF that unpack to more than any figure holds are not unpacked."""

from __future__ import annotations

import zlib

import pytest

from tests.check.test_plausible import CORPUS
from visualize.check import check_figure
from visualize.check.streams import check_streams
from visualize.core.errors import FigureError


def stream(content: bytes) -> bytes:
    return b"1 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + content + b"\nendstream\nendobj\n"


@pytest.mark.parametrize("times", [1, 2])
def test_streams_that_inflate(times: int) -> None:
    content = bytes(32 << 20)
    for _ in range(times):
        content = zlib.compress(content)
    with pytest.raises(FigureError, match="unpack to more than"):
        check_streams(b"%PDF-1.7\n" + stream(content), "x.pdf")


def test_many_small_streams_count_together() -> None:
    with pytest.raises(FigureError, match="unpack to more than"):
        check_streams(stream(zlib.compress(bytes(1 << 20))) * 20, "x.pdf")


def test_old_ways_to_pack_are_not_read() -> None:
    with pytest.raises(FigureError, match="old way"):
        check_streams(stream(b"").replace(b"Flate", b"RunLength"), "x.pdf")


def test_figures_are_read() -> None:
    for path in sorted((CORPUS / "pdf").iterdir()):
        data = path.read_bytes()
        check_streams(data, "x.pdf")
        assert check_figure(data, "pdf") is not None


def test_what_pdfminer_cannot_read_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    data = (CORPUS / "pdf" / "blocks.pdf").read_bytes()
    for before, after in ((b"/FontDescriptor", b"/FontDescriptox"), (b"/Font ", b"/Fonx ")):
        assert before in data
        try:
            check_figure(data.replace(before, after), "pdf", name="x.pdf")
        except FigureError as error:
            assert str(error) == "x.pdf: not a readable PDF file"  # noqa: PT017
    assert capfd.readouterr().err == ""
