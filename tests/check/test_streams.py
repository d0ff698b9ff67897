"""Streams of a PDF that unpack to more than any figure holds are not unpacked."""

from __future__ import annotations

import re
import zlib

import pytest

from tests.check.test_plausible import CORPUS
from visualize.check import check_figure
from visualize.check.streams import check_streams, check_widths
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


def test_characters_without_end() -> None:
    table = b"1 beginbfrange\n<0000> <ffffffff> <0041>\nendbfrange"
    with pytest.raises(FigureError, match="more characters"):
        check_streams(stream(zlib.compress(table)), "x.pdf")
    with pytest.raises(ValueError, match="more characters"):
        check_widths([1, [500, 600], 2, 2**31, 500])
    check_widths([1, [500, 600], 2, 65535, 500])


def test_widths_without_end_are_one_line() -> None:
    data = (CORPUS / "pdf" / "blocks.pdf").read_bytes()
    (widths,) = set(re.findall(rb"/W \[[^\[]*\[", data)) or {b""}
    assert widths
    with pytest.raises(FigureError, match="not a readable PDF"):
        check_figure(data.replace(widths, b"/W [1 2147483647 5 9 ["), "pdf", name="x.pdf")
