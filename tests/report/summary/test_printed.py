"""The printed table, read back: aligned columns that fit, and numbers that are those of JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.cells import cell_len

import visualize
from visualize.core.choices import TableStyle
from visualize.core.summary import Summary
from visualize.report import write_summary

SIZES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
HEADS = {  # of numbers, in both languages, and the key of the same number in JSON
    "parameters": "parameters", "参数量": "parameters",
    "MACs": "macs", "乘加次数": "macs",
    "activation memory": "memory", "激活内存": "memory",
}  # fmt: skip
NAMES = ["resnet18", "vit_b_16", "efficientnet_b0", "timm:swin_tiny_patch4_window7_224"]


@pytest.fixture(scope="module", params=NAMES)
def summary(request: pytest.FixtureRequest) -> Summary:
    return visualize.summarize(request.param)


def table_of(text: str) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a printed table; lines of a wrapped cell are joined."""
    lines = text.splitlines()
    (rule,) = (number for number, line in enumerate(lines) if line.startswith("──"))
    widths = [len(part) for part in lines[rule].split("  ")]
    first = max(number for number in range(rule) if not lines[number].strip()) + 1
    heads = [" ".join(parts) for parts in zip(*(cut(line, widths) for line in lines[first:rule]))]
    counted = next(n for n, head in enumerate(heads) if HEADS.get(head.strip()) == "parameters")
    rows: list[list[str]] = []
    for line in lines[rule + 1 :]:
        if not line.strip() or line.startswith(("Left out", "此宽度")):
            break
        cells = cut(line, widths)
        if rows and not cells[counted]:  # a wrapped cell goes on
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells)]
        else:
            rows.append(cells)
    return [" ".join(head.split()).replace(" （", "（") for head in heads], rows


def cut(line: str, widths: list[int]) -> list[str]:
    """The cells of a line, by the columns of the terminal that each has."""
    characters = [one for each in line for one in (each, *[""] * (cell_len(each) - 1))]
    cells, place = [], 0
    for width in widths:
        cells.append("".join(characters[place : place + width]).strip())
        assert "".join(characters[place + width : place + width + 2]).strip() == ""
        place += width + 2
    assert "".join(characters[place:]).strip() == ""
    return cells


def check(text: str, unit: str, exact: int) -> None:
    """A printed number is the exact one, to the digits that it shows."""
    size = SIZES.get(unit[:1], 1)
    number = text.lstrip("<").replace(",", "")
    digit = size * 10.0 ** -len(number.partition(".")[2])
    if text.startswith("<"):
        assert 0 < exact < digit
    else:
        assert abs(float(number) * size - exact) <= 0.5001 * (digit if size > 1 else 0)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("style", list(TableStyle))
@pytest.mark.parametrize("width", [None, 200, 100, 80, 50])
def test_every_number_is_that_of_json(
    summary: Summary, width: int | None, style: TableStyle, language: str
) -> None:
    text = write_summary(summary, "table", width=width, style=style, language=language)
    assert width is None or max(map(cell_len, text.splitlines())) <= width
    heads, rows = table_of(text)
    document: list[dict[str, Any]] = json.loads(write_summary(summary, "json"))["rows"]
    assert len(rows) == len(document)
    ordered = document if style is TableStyle.FLAT else by_tree(document)
    seen = set()
    for place, head in enumerate(heads):
        plain, _, unit = re.sub(r"[（）()]", "|", head).replace(" |", "|").partition("|")
        if unit.strip("|") == "%" or plain not in HEADS:
            continue
        seen.add(HEADS[plain])
        for cells, row in zip(rows, ordered, strict=True):
            check(cells[place], unit, row[HEADS[plain]])
    assert seen >= {"parameters", "macs"}


def by_tree(rows: list[dict[str, Any]], module: dict[str, Any] | None = None) -> list[Any]:
    """Rows of JSON as a tree lists them."""
    root = module or rows[-1]
    inside = [row for row in rows[:-1] if row["parent"] == root["path"]]
    below = [by_tree(rows, row) if row["kind"] == "total" else [row] for row in inside]
    return [root, *(row for each in below for row in each)]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_output_parameters_and_macs_stay_at_80_columns(
    summary: Summary, width: int, language: str
) -> None:
    text = write_summary(summary, "table", width=width, language=language)
    heads = " ".join(table_of(text)[0])
    for head in {"en": ["output", "parameters", "MACs"], "zh": ["输出", "参数量", "乘加次数"]}[
        language
    ]:
        assert head in heads
    assert "--columns" in text
    assert "receptive_field" in text or "vit" in summary.name or "swin" in summary.name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_at_50_columns_no_heading_is_cut(summary: Summary, language: str) -> None:
    wide = {
        head.replace(" ", "")
        for head in table_of(write_summary(summary, "table", language=language))[0]
    }
    narrow = table_of(write_summary(summary, "table", width=50, language=language))[0]
    assert {head.replace(" ", "") for head in narrow} <= wide
    assert len(narrow) >= 3
