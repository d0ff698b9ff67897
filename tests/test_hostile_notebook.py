"""Hostile texts in what a notebook shows of each result: nothing runs, nothing breaks out."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from torch import nn

import visualize
from tests.hostile_text import ATTACKS, CELLS, LANGUAGES, MARKUP, RAN, STEERING, hostile_model
from tests.test_hostile_formats import CHROMIUM, browse, ran

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
# What a report is made of, and what a figure is drawn with.
PLAIN = {
    "div", "p", "strong", "em", "ul", "li", "table", "caption", "colgroup", "col", "thead", "tbody",
    "tfoot", "tr", "th", "td", "code", "span", "br",
}  # fmt: skip
DRAWN = {
    "div", "svg", "title", "desc", "metadata", "style", "defs", "g", "path", "rect", "circle",
    "use", "ellipse", "line", "polygon", "polyline", "text", "tspan", "symbol", "marker",
    "clippath", "pattern", "lineargradient", "stop",
}  # fmt: skip
ADDRESSES = ("href", "src", "srcdoc", "action", "formaction", "data", "poster", "background")


class Parsed(HTMLParser):
    """The elements of HTML, which have to be closed in the order that they are opened in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a section: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def check_inert(html: str, known: set[str]) -> None:
    """Check that HTML holds only elements that are known, which do nothing and lead nowhere."""
    for tag, attributes in Parsed(html).found:
        assert tag in known, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), name
            assert name.rpartition(":")[2] not in ADDRESSES or (value or "").startswith("#"), value
            assert name != "style" or not re.search(r"url\(|@import|expression", value or "")
    assert not STEERING & set(html)


class Residual(nn.Module):
    """A model with a skip connection, so that its table is not empty; its class is renamed."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.last = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.last(self.inner(x) + x)


def renamed(attack: str) -> nn.Module:
    """A model whose class has a hostile name, as those in its inside have."""
    name = attack.replace("\x00", "").encode("utf-8", "replace").decode()  # no class has these
    return type(name, (Residual,), {"__doc__": attack})(hostile_model())


def reports(model: nn.Module) -> Iterator[Any]:
    exact = visualize.trace(model, (1, 4))
    yield exact
    for language in ("en", "zh"):
        yield visualize.summarize(exact, language=language, columns="layer,weights,attributes,type")
        yield visualize.skips(exact, language=language)


@pytest.mark.parametrize("attack", [*MARKUP, "\x1b[31mred\x1b[2J", "a\r\nb", "\u202eevil"])
def test_reports_are_inert_in_a_cell_and_a_terminal(attack: str) -> None:
    for report in reports(renamed(attack)):
        check_inert(report._repr_html_(), PLAIN)
        assert not STEERING & set(str(report))
        assert not STEERING & set(repr(report))
        assert "\n" not in repr(report)


@pytest.mark.parametrize("attack", [*MARKUP[:8], LANGUAGES[0], CELLS[0]])
def test_figures_are_inert_in_a_cell(attack: str) -> None:
    figure = visualize.draw(
        renamed(attack), (1, 4), level="layer", title=f"{attack} {' '.join(ATTACKS)}", names=True,
        labels={"inner": attack}, fold=False,
    )  # fmt: skip
    data, about = figure._repr_mimebundle_({"text/html", "text/plain", "image/svg+xml"})
    check_inert(data["text/html"], DRAWN)
    assert not STEERING & set(data["text/plain"])
    assert not STEERING & set(repr(figure))
    assert not STEERING & set(repr(about))
    ((tag, attributes),) = Parsed(figure.explore()._repr_html_()).found
    assert tag == "iframe"
    assert attributes.keys() == {"title", "sandbox", "style", "srcdoc"}
    assert "same-origin" not in (attributes["sandbox"] or "")


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_a_notebook_of_all_results_runs_nothing(tmp_path: Path) -> None:
    model = renamed(MARKUP[2])
    figure = visualize.draw(model, (1, 4), title=" ".join(ATTACKS), names=True, fold=False)
    cells = [
        *(report._repr_html_() for report in reports(model)),
        figure._repr_mimebundle_({"text/html"})[0]["text/html"],
        figure.explore()._repr_html_(),
    ]
    page = "<!doctype html><meta charset=utf-8><body>" + "<hr>".join(cells) + "<i>END</i>"
    shown = browse(tmp_path / "x.html", page.encode("utf-8", "replace").decode())
    assert not ran(shown)
    assert re.search(r"<hr>.*<i>END</i>\s*</body></html>\s*$", shown, re.DOTALL)
    assert not re.search(rf"<body[^>]*{RAN}", shown)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no TeX")
def test_reports_as_latex_read_and_write_nothing(tmp_path: Path) -> None:
    tables = [
        each._repr_latex_() for each in reports(renamed(LANGUAGES[0]))
        if hasattr(each, "_repr_latex_") and each.options.language.value == "en"
    ]  # fmt: skip
    assert len(tables) == 2
    (tmp_path / "x.tex").write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs,longtable,adjustbox,"
        "textcomp,amssymb,array}\\begin{document}"
        + "\n\n".join(tables)
        + "END OF IT\\end{document}",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-shell-escape", "x.tex"],
        cwd=tmp_path, capture_output=True, timeout=120,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert "(/etc/passwd" not in re.sub(r"\s", "", log)
    assert {path.suffix for path in tmp_path.iterdir()} <= {".tex", ".aux", ".log", ".pdf"}
    assert not (tmp_path / RAN).exists()
