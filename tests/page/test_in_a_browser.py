"""The page in Chromium: it opens by itself, by pointer and by keys alone, and names stay text."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

import visualize
from tests.hostile_text import MARKUP, RAN, hostile_model
from tests.page.browser import AXE, CHROMIUM, PATIENCE, Tab
from tests.page.conftest import Pages
from tests.page.looks import (
    DISC,
    LIT,
    OUTLINE,
    address,
    focused,
    opening,
    shown,
    tabbed,
    text,
)
from tests.page.pages import document_in
from visualize.check import check_figure

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no browser")

STILL = 0.5  # pixels that nobody sees


def test_a_page_opens_alone(tab: Tab) -> None:
    """Without a request and an error, with the boxes of the figure; see the fixture."""
    page = visualize.draw("resnet18", theme="auto", level="block")
    assert len(shown(tab)) == len(page.scene.boxes)
    assert tab.run("document.title") == "resnet18"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_what_is_clicked_stays_where_it_is(tab: Tab, motion: str) -> None:
    tab.media(motion=motion)
    clicked = 0
    for name in opening(tab):
        x, y = tab.run(f"{DISC}('{name}')")
        if not (0 < x < 950 and 60 < y < 780):
            continue
        clicked += 1
        before = tab.run(f"{OUTLINE}('{name}')")
        for count in (1, -1):
            tab.click(*tab.run(f"{DISC}('{name}')"))
            time.sleep(0.25 if motion != "reduce" else 0)
            after = tab.run(f"{OUTLINE}('{name}')")
            assert abs(after[0] - before[0]) <= STILL, name
            assert abs(after[1] - before[1]) <= STILL, name
            assert any(one.startswith(f"{name}/") for one in shown(tab)) == (count > 0)
            assert address(tab)["select"] == name
        assert after == pytest.approx(before, abs=STILL)
        if clicked == 3:
            break
    assert clicked > 1


def test_a_double_click_opens_and_a_drag_moves(tab: Tab) -> None:
    name = opening(tab)[0]
    left, top, width, height = tab.run(f"{OUTLINE}('{name}')")
    tab.click(left + width / 2, top + height / 2, times=2)
    assert address(tab)["open"].rstrip("*") == name
    before = tab.run(f"{OUTLINE}('{name}')")
    for kind, x in (("mousePressed", 100), ("mouseMoved", 130), ("mouseReleased", 130)):
        tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=700, button="left", buttons=1)
    assert tab.run(f"{OUTLINE}('{name}')")[0] - before[0] == pytest.approx(30, abs=STILL)
    tab.ask("Input.dispatchMouseEvent", type="mouseWheel", x=300, y=300, deltaX=0, deltaY=-300)
    tab.wait(f"{OUTLINE}('{name}')[2] > {before[2] * 1.2}")


def test_moving_by_keys(tab: Tab) -> None:
    """Next, previous, into, out of, along a skip, crumbs, levels, size."""
    tabbed(tab, "stage")
    tab.press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp")
    first = address(tab)["select"]
    tab.press("ArrowDown")
    assert address(tab)["select"] != first
    while address(tab)["select"] not in opening(tab):
        tab.press("ArrowDown")
    group = address(tab)["select"]
    tab.press("ArrowRight")
    inner = address(tab)
    assert inner["open"].rstrip("*") == group
    assert inner["select"].startswith(f"{group}/")
    assert len(text(tab, "crumbs").split("\n")) > 1
    tab.press("ArrowLeft", "Enter")
    assert address(tab) == {"select": group}

    closed = len(shown(tab))
    tab.press("]", "]")
    assert text(tab, "level") == "Level 2"
    level = len(shown(tab))
    assert level > 2 * closed
    tab.press("[")
    assert closed < len(shown(tab)) < level
    tab.press("c")
    assert "open" not in address(tab)
    assert len(shown(tab)) == closed

    tab.press("1")
    large = tab.run(f"{OUTLINE}('{group}')")[2]
    tab.press("+")
    assert tab.run(f"{OUTLINE}('{group}')")[2] == pytest.approx(1.4 * large)
    tab.press("-", "f")
    *_, low, high = tab.run(f"{OUTLINE}('{shown(tab)[-1]}')")[1:]
    assert low + high < 800 * 2


def test_copies_unfold_by_keys(tab: Tab) -> None:
    tabbed(tab, "stage")
    data = document_in(Path(tab.run("location.pathname")).read_bytes())
    boxes = data["views"][data["root"]]["boxes"]
    (name, *_) = [str(place) for place, box in enumerate(boxes) if len(box["copies"]) > 1]
    tab.press("ArrowDown")
    while address(tab)["select"] != name:
        tab.press("ArrowDown")
    copies = f"Copies ({len(boxes[int(name)]['copies'])})"
    assert copies in text(tab, "details")
    tab.press("u")
    assert address(tab)["open"].endswith("*")
    tab.press("ArrowRight")
    assert copies not in text(tab, "details")
    (path,) = re.findall(r"Path\t(.*)", text(tab, "details"))
    assert path in boxes[int(name)]["paths"]


def test_search_by_keys(tab: Tab) -> None:
    """Hits are counted and stepped through, and closed groups open on the way."""
    tabbed(tab, "stage")
    tab.press("/")
    assert focused(tab) == "query"
    tab.write("layer2.0.conv2")
    assert text(tab, "hits") == "2"  # the layer with its norm, and alone
    for hit in (1, 2):
        tab.press("Enter")
        found = address(tab)
        assert len(found["open"].split(",")) == hit
        assert found["select"].startswith(found["open"].split(",")[hit - 1])
        assert "layer2.0.conv2" in text(tab, "details")
        assert text(tab, "hits") == f"{hit}/2"
    assert tab.run("document.querySelectorAll('.is-hit').length") == 2
    tab.press("Escape")
    assert focused(tab) == "stage"
    assert tab.run("document.querySelectorAll('.is-hit').length") == 0
    tab.press("/")
    tab.write(">1M")
    count = int(text(tab, "hits"))
    assert count > 1
    tab.press("Enter", "Enter")
    assert text(tab, "hits") == f"2/{count}"
    tab.press("Shift+Enter")
    assert text(tab, "hits") == f"1/{count}"
    tab.press("Escape", "/")
    tab.write("projection")
    assert int(text(tab, "hits")) >= 3


def test_numbers_of_the_selection(tab: Tab) -> None:
    assert "11,689,512" in text(tab, "details")
    tabbed(tab, "stage")
    tab.press("/")
    tab.write("layer4.1.conv2")
    tab.press("Enter")
    assert "2,360,320" in text(tab, "details")  # with its norm
    tab.press("Enter", "Escape", "d")
    details = text(tab, "details")
    assert "2,359,296" in details
    assert "512×7×7" in details
    assert "Conv2d" in details


def test_skips_are_lit_by_keys(tab: Tab) -> None:
    tabbed(tab, "stage")
    tab.press("k")
    tabbed(tab, "0")
    # One with the focus is lit for as long as it has it.
    assert tab.run("document.querySelectorAll('.is-dimmed').length") == 1
    lit = tab.run(LIT)
    assert lit
    tab.press("Tab")
    assert tab.run(LIT) != lit
    tab.press("Enter")
    chosen = address(tab)
    assert chosen["skip"] == "1"
    assert tab.run("document.activeElement.getAttribute('aria-pressed')") == "true"
    ends = tab.run("document.querySelectorAll('.is-lit.is-end[data-instance]').length")
    assert ends == 2
    assert tab.run("document.querySelectorAll('.is-bypassed').length") > 0
    assert tab.run("document.querySelectorAll('.edge.is-lit').length") > 0
    tab.press("Enter")
    assert "skip" not in address(tab)


def test_a_skip_and_the_path_of_a_tensor_by_keys(tab: Tab) -> None:
    tabbed(tab, "stage")
    tab.press("]", "]", "/")
    tab.write("identity")
    tab.press("Enter", "Escape")
    merge = address(tab)["select"]
    tab.press("s")
    assert address(tab)["select"] != merge
    tab.press("p")
    assert address(tab)["flow"] == address(tab)["select"]
    assert len(tab.run(LIT)) > 5
    tab.press("Escape")
    assert "flow" not in address(tab)
    assert tab.run(LIT) == []


def test_colors_and_themes_by_keys(tab: Tab) -> None:
    look = "getComputedStyle(document.getElementById('stage')).backgroundColor"
    day = tab.run(look)
    tabbed(tab, "stage")
    tab.press("t", "t")
    assert text(tab, "theme") == "Theme: dark"
    assert tab.run(look) != day
    tab.press("t")
    assert tab.run(look) == day
    tab.run("document.querySelector('h1').focus(); document.activeElement.blur()")
    tabbed(tab, "overlay")
    tab.press("t")  # the first that begins with it
    assert address(tab)["color"] == "type"
    assert "convolution" in text(tab, "legend")


def test_the_outline_by_keys(tab: Tab) -> None:
    tabbed(tab, "stage")
    tab.press("o")
    tab.wait("document.querySelector('#tree [tabindex=\"0\"]') !== null")
    tabbed(tab, "treeitem")
    tab.press("Home")
    group = opening(tab)[0]
    for _ in range(30):
        if address(tab).get("select") == group:
            break
        tab.press("ArrowDown")
    tab.press("ArrowRight")
    assert address(tab)["open"] == group
    tab.wait("document.activeElement.getAttribute('aria-expanded') === 'true'")
    tab.press("ArrowRight")
    assert address(tab)["select"].startswith(f"{group}/")
    tab.press("ArrowLeft", "ArrowLeft")
    assert "open" not in address(tab)


def test_the_address_is_the_view(tab: Tab, resnet: str) -> None:
    tabbed(tab, "stage")
    tab.press("]", "/")
    tab.write("conv2")
    tab.press("Enter", "Enter", "Escape", "f")
    before = address(tab)
    boxes, selected = shown(tab), text(tab, "details")
    tab.open(resnet + tab.run("location.hash"))
    assert address(tab) == before
    assert sorted(shown(tab)) == sorted(boxes)
    assert text(tab, "details") == selected
    tab.run("document.getElementById('stage').focus()")
    tab.press("c")
    assert "open" not in address(tab)
    tab.run("history.back()")
    tab.wait(f"location.hash.includes({json.dumps(before['open'])})")
    assert sorted(shown(tab)) == sorted(boxes)


def test_a_strange_address_opens_the_page(tab: Tab, resnet: str) -> None:
    strange = "#open=99,x,1/1/1,f7*,%E0%A4%A&select=3/<b>&color=no&skip=999&flow=77"
    tab.open(resnet + strange)
    assert len(shown(tab)) > 5


def saved(pages: Pages, button: str, file: str) -> bytes:
    path = pages.folder / file
    path.unlink(missing_ok=True)
    tabbed(pages.tab, button)
    pages.tab.press("Enter")
    end = time.monotonic() + PATIENCE
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < end, file
        time.sleep(0.05)
    return path.read_bytes()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_saved_view_is_a_good_figure(tab: Tab, pages: Pages, level: int) -> None:
    tabbed(tab, "stage")
    tab.press(*["]"] * level)
    svg = saved(pages, "save-svg", "resnet18.svg")
    assert check_figure(svg, "svg") == []
    groups = ElementTree.fromstring(svg).iterfind(".//{*}g[@id]")
    boxes = [one for one in groups if one.get("class", "").startswith("node box")]
    assert len([one for one in boxes if not one.get("data-detail")]) == len(shown(tab))
    if level == 1:
        assert saved(pages, "save-png", "resnet18.png").startswith(b"\x89PNG")


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_no_findings(tab: Tab, scheme: str, width: int) -> None:
    tab.media(scheme)
    tab.size(width, 800)
    tab.run("document.getElementById('stage').focus()")
    for keys in ("d", "]]kp", "oc", "?"):
        tab.press("ArrowDown", *keys)
        assert tab.findings() == [], keys


def test_hostile_names_are_text(pages: Pages) -> None:
    """Nothing runs, and what is written is what the model calls it."""
    tab = pages.tab
    model = hostile_model()
    tab.open(pages.write("hostile", model, level="layer", theme="auto", title=MARKUP[2]))
    tab.run("document.getElementById('stage').focus()")
    tab.press("]", "]", "o", "k", "/")
    tab.write("script")
    tab.press("Enter", "Enter", "Escape", "d")
    names = [name for name, _ in next(iter(model.children())).named_children()]
    for name in opening(tab)[:3]:
        tab.click(*tab.run(f"{DISC}('{name}')"))
    assert not tab.run(f"document.documentElement.hasAttribute('{RAN}')")
    # What a name could have made of the page.
    assert tab.run("document.querySelectorAll('script').length") == 2
    assert (
        tab.run("document.querySelectorAll('iframe, img, foreignObject, set, a, object').length")
        == 0
    )
    handlers = "[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames())"
    assert not [name for name in tab.run(handlers) if name.startswith("on")]
    assert tab.run("document.title") == MARKUP[2]
    written = tab.run("document.body.innerText + document.body.textContent")
    assert "<script>" in written
    assert any(name in written for name in names if "<img" in name)
    assert tab.errors() == []
    assert tab.requests() == []


def test_a_page_that_is_loaded_again_is_at_the_same_place(tab: Tab) -> None:
    place = "document.querySelector('.figure').style.transform"
    begun = tab.run(place)
    tab.press("+", "+")  # at once, for a reader who asked for no motion
    moved = tab.run(place)
    assert moved != begun
    tab.run("document.documentElement.dataset.ready = 'old'")
    tab.ask("Page.reload")
    tab.wait("document.documentElement?.dataset.ready === 'true'")
    assert tab.run(place) == moved
