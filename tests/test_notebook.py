"""A notebook, run and converted: figure, page and tables are in it, and an error is one line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbconvert")
pytest.importorskip("ipykernel")

import nbclient
import nbformat
from nbconvert import HTMLExporter, LatexExporter

ROOT = Path(__file__).parents[1]
CELLS = (
    "import visualize\nfrom tests.nets import Residual\nshape = (1, 3, 16, 16)\n"
    "figure = visualize.draw(Residual(), shape)\nfigure",
    "figure.explore(height=400)",
    "figure.show()",
    "summary = visualize.summarize(Residual(), shape)\nsummary",
    "visualize.skips(Residual(), shape)",
    "visualize.trace(Residual(), shape)",
    "summary.print(notes=False)",
    "visualize.draw(Residual(), (1, 2, 16, 16))",
)


class Elements(HTMLParser):
    """The elements of a converted notebook; those inside of a frame's page are not among them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after it ran."""
    new = nbformat.v4
    made = new.new_notebook(cells=[new.new_code_cell(cell) for cell in CELLS])
    made.cells[-1].metadata["tags"] = ["raises-exception"]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    environment = {
        **os.environ,
        "PYTHONPATH": paths,
        "IPYTHONDIR": str(tmp_path_factory.mktemp("i")),
    }
    nbclient.NotebookClient(made, timeout=240, kernel_name="python3").execute(env=environment)
    return made


def data(notebook: Any, place: int) -> Any:
    (output,) = notebook.cells[place].outputs
    return output["data"]


def test_the_notebook_is_valid_and_holds_each_form(notebook: Any) -> None:
    nbformat.validate(notebook)
    assert set(data(notebook, 0)) == {
        "text/html", "image/svg+xml", "application/pdf", "image/png", "text/plain",
    }  # fmt: skip
    assert data(notebook, 1)["text/html"] == data(notebook, 2)["text/html"].replace(
        "600px", "400px", 1
    )
    for place in (3, 4):
        assert {"text/html", "text/latex", "text/plain"} == set(data(notebook, place))
    assert data(notebook, 5)["text/plain"].startswith("Residual: 11,114 parameters")
    (printed,) = notebook.cells[6].outputs
    assert printed["name"] == "stdout"
    assert "11,114" in printed["text"]


def test_an_error_is_one_line(notebook: Any) -> None:
    (error,) = notebook.cells[-1].outputs
    assert error["output_type"] == "error"
    (line,) = error["traceback"]
    assert line.startswith("ShapeError: layer stem (Conv2d)")
    assert "\n" not in line


def test_html_shows_figure_page_and_tables(notebook: Any) -> None:
    html, _ = HTMLExporter().from_notebook_node(notebook)
    elements = Elements(html)
    (figure,) = elements.all("svg")
    assert figure["role"] == "graphics-document document"
    identities = [one["id"] for _, one in elements.found if "id" in one]
    assert {figure["aria-labelledby"], figure["aria-describedby"]} <= set(identities)
    frames = elements.all("iframe")
    assert len(frames) == 2
    assert all("<!DOCTYPE html>" in (frame["srcdoc"] or "") for frame in frames)
    assert len(elements.all("table")) >= 2


def test_latex_shows_figure_and_tables(notebook: Any, tmp_path: Path) -> None:
    latex, resources = LatexExporter().from_notebook_node(notebook)
    assert len(re.findall(r"\\begin{tabular}", latex)) == 2
    (used,) = re.findall(r"\\adjustimage{[^\n]*}{([^}\n]*)}", latex)
    assert used.endswith(".pdf")
    assert resources["outputs"][used].startswith(b"%PDF")
    assert "Page to explore Residual" in latex
    engine = shutil.which("xelatex")
    if engine is None:
        return
    (tmp_path / used).write_bytes(resources["outputs"][used])
    (tmp_path / "notebook.tex").write_text(latex)
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "notebook.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    missing = re.search(r"File `[^']*\.sty' not found", ended.stdout)
    if missing is None:  # what nbconvert needs is not visualize's to install
        assert ended.returncode == 0, ended.stdout[-2000:]
