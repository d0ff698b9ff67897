"""Frames that a figure draws open, in Chromium: closed to one box, and open again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

import visualize
from tests.page.browser import CHROMIUM, PATIENCE, Tab
from tests.page.conftest import Pages
from tests.page.looks import MARK, PLACES, address, shown, tabbed, text
from tests.page.pages import SHAPE, Net
from visualize.check import check_figure

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no browser")


@pytest.fixture(scope="module")
def framed(pages: Pages) -> str:
    """The address of a page with a frame of copies that is drawn open."""
    path = pages.folder / "framed.html"
    path.write_bytes(visualize.draw(Net(), SHAPE, level="layer").render("html")["html"])
    return path.as_uri()


@pytest.fixture
def net(pages: Pages, framed: str) -> Iterator[Tab]:
    pages.tab.size(1280, 800)
    pages.tab.media()
    pages.tab.open(framed)
    yield pages.tab
    assert pages.tab.errors() == []
    assert pages.tab.requests() == []


def _selected_within(tab: Tab) -> str:
    """Selects a box in the frame by keys."""
    tabbed(tab, "stage")
    tab.press("ArrowDown", "ArrowDown", "ArrowDown")
    return address(tab)["select"]


def test_a_frame_closes_and_opens_by_keys(net: Tab, framed: str) -> None:
    before, places = shown(net), net.run(PLACES)
    inner = _selected_within(net)
    net.press("x")
    assert address(net) == {"open": "f0-", "select": "f0"}
    closed = shown(net)
    assert "f0" in closed
    assert inner not in closed
    assert "Open" in text(net, "details")
    net.open(framed + "#open=f0-")
    assert shown(net) == closed
    tabbed(net, "stage")
    net.press("c")
    assert address(net) == {}
    assert shown(net) == before
    again = net.run(PLACES)
    assert again.keys() == places.keys()
    assert all(again[name] == pytest.approx(place, abs=0.05) for name, place in places.items())


def test_the_level_below_the_figure_closes_its_frames(net: Tab) -> None:
    tabbed(net, "stage")
    net.press("[")
    assert address(net)["open"] == "f0-"
    assert text(net, "level") == "Level -1"
    net.press("]")
    assert "open" not in address(net)


def test_the_marker_opens_what_is_closed(net: Tab, framed: str) -> None:
    net.open(framed + "#open=f0-&select=f0")
    net.run(f"{MARK}('f0')")
    assert address(net) == {"select": "f0"}
    assert "f0" not in shown(net)


def test_search_opens_a_closed_frame_on_the_way(net: Tab, framed: str) -> None:
    net.open(framed + "#open=f0-")
    tabbed(net, "stage")
    net.press("/")
    net.write("conv1")
    net.press("Enter")
    assert "open" not in address(net)
    assert address(net)["select"] in shown(net)


def test_a_saved_view_has_the_closed_frame(net: Tab, pages: Pages, framed: str) -> None:
    net.open(framed + "#open=f0-")
    path = pages.folder / "Net.svg"
    tabbed(net, "save-svg")
    net.press("Enter")
    end = time.monotonic() + PATIENCE
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < end, sorted(one.name for one in pages.folder.iterdir())
        time.sleep(0.05)
    # That a block is closed without a panel is what the reader asked for.
    assert b'data-shut="true"' in path.read_bytes()
    assert check_figure(path.read_bytes(), "svg") == []
