from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.hostile_text import ATTACKS
from tests.page.browser import AXE, CHROMIUM, Tab, chromium
from visualize.gallery.index import write_index
from visualize.gallery.rows import Row

ROWS = [
    Row("b", "Net", ("3×8×8",), 1_000_000, 2_000, {"identity": 2}, "layer"),
    Row("c", error="it has <no> licence"),
    Row("a", "Net", ("3×8×8",), 2_000, 5_000_000, {}, "layer"),
]


def test_rows() -> None:
    text = write_index(ROWS).decode()
    assert "3 models, 1 of which could not be drawn" in text
    assert 'href="b/page.html"' in text
    assert "it has &lt;no&gt; licence" in text
    assert "1 model<" in write_index(ROWS[:1]).decode()


class Elements(HTMLParser):
    """Counts elements, and collects attributes that run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.running += [name for name, _ in attributes if name.startswith("on")]


def elements(rows: list[Row]) -> Elements:
    parser = Elements()
    parser.feed(write_index(rows).decode())
    return parser


@pytest.mark.parametrize("text", ATTACKS)
def test_texts_are_inert(text: str) -> None:
    plain = elements([Row("m", "C", ("3",), 1, 1, {"k": 1}), Row("m", error="e")])
    hostile = elements([Row(text, text, (text,), 1, 1, {text: 1}), Row(text, error=text)])
    assert hostile.tags == plain.tags
    assert hostile.running == []


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium")
def test_in_a_browser(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(write_index(ROWS))
    figure = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="7"/>'
    for row in (ROWS[0], ROWS[2]):
        (tmp_path / row.folder).mkdir()
        (tmp_path / row.folder / "figure.svg").write_text(figure)
    shown = (
        "[...document.querySelectorAll('tbody tr:not([hidden]) td.name')]"
        ".map((one) => one.firstChild.textContent).join('')"
    )
    with chromium(tmp_path) as browser:
        tab = Tab(browser)
        tab.size(1200, 800)
        tab.ask("Page.navigate", url=(tmp_path / "index.html").as_uri())
        tab.wait("document.readyState === 'complete' && document.title === 'Models'")
        assert tab.run(shown) == "bca"
        tab.wait("document.querySelector('img').naturalWidth == 9")  # loaded lazily

        def sort(column: int) -> str:
            tab.run(f"document.querySelectorAll('th')[{column}].querySelector('button').click()")
            return str(tab.run(shown))

        assert [sort(1), sort(1)] == ["abc", "cba"]
        assert [sort(4), sort(4)] == ["bac", "abc"]  # what has no number comes last
        assert tab.run("document.querySelectorAll('th')[4].ariaSort") == "ascending"
        tab.run("document.getElementById('filter').focus()")
        tab.write("identity")
        assert tab.run(shown) == "b"
        assert tab.run("document.getElementById('shown').textContent") == "1 of 3"
        assert tab.errors() == []
        if AXE.exists():
            assert tab.findings() == []


def test_assets_are_in_the_package() -> None:
    import visualize.gallery

    assets = Path(visualize.gallery.__file__).parent / "assets"
    assert {one.name for one in assets.iterdir()} == {"index.html", "index.css", "index.js"}
    assert shutil.which("node") is None or (assets / "index.js").stat().st_size
