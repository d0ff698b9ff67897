from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import visualize
from tests.core.test_notebook import pretend
from tests.graphs import resnet
from visualize.results.written import data_frame


class Printer:
    """That of IPython, which collects what objects print."""

    def __init__(self) -> None:
        self.printed = ""

    def text(self, more: str) -> None:
        self.printed += more


@pytest.mark.parametrize("make", [visualize.summarize, visualize.skips, visualize.trace])
def test_ipython_shows_what_is_printed(make: Any) -> None:
    made, printer = make(resnet()), Printer()
    made._repr_pretty_(printer, cycle=False)
    assert printer.printed == str(made)


@pytest.mark.parametrize("make", [visualize.summarize, visualize.skips])
def test_latex_of_a_notebook_is_the_table_on_its_page(make: Any) -> None:
    made = make(resnet())
    first, *table, last, end = made._repr_latex_().split("\n")
    assert first == r"\begin{adjustbox}{max width=\linewidth}"
    assert (last, end) == (r"\end{adjustbox}", "")
    assert "\n".join(table) == made.to_text(format="latex").rstrip("\n")


def test_a_data_frame_has_a_row_each() -> None:
    pytest.importorskip("pandas")
    frame = data_frame([{"name": "a", "macs": 1}, {"name": "b", "macs": 2}])
    assert list(frame.columns) == ["name", "macs"]
    assert frame.macs.sum() == 3


def test_in_a_notebook_it_prints_what_a_cell_has_room_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    pretend(monkeypatch, SimpleNamespace(kernel=object()))
    table = visualize.skips(resnet())
    table.print()
    assert capsys.readouterr().out == table.to_text(width=80) != table.to_text()
    table.print(width=60)
    assert capsys.readouterr().out == table.to_text(width=60)
