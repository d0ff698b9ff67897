"""Pages in a browser, for all tests that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from torch import nn

import visualize
from tests.page.browser import Browser, Tab, chromium


@dataclass
class Pages:
    """A tab, and the addresses of the pages in it."""

    browser: Browser
    tab: Tab
    folder: Path

    def write(self, name: str, model: nn.Module | str, **options: str) -> str:
        page = visualize.draw(model, (1, 4) if name == "hostile" else None, **options)
        path = self.folder / f"{name}.html"
        path.write_bytes(page.render("html")["html"])
        return path.as_uri()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    with chromium(folder) as browser:
        yield Pages(browser, Tab(browser), folder)


@pytest.fixture(scope="module")
def resnet(pages: Pages) -> str:
    """The address of a page whose closed boxes open twice, with a figure for the night."""
    return pages.write("resnet18", "resnet18", theme="auto", level="block")


@pytest.fixture
def tab(pages: Pages, resnet: str) -> Iterator[Tab]:
    """The page as it opens; whatever is done with it, its console shows no error."""
    pages.tab.size(1280, 800)
    pages.tab.media()
    pages.tab.open(resnet)
    yield pages.tab
    assert pages.tab.errors() == []
    assert pages.tab.requests() == []
