"""What a page in Chromium has beside opening: pinches, colours, the panel, copies, blocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

import visualize
from tests.page.browser import AXE, CHROMIUM, Tab
from tests.page.conftest import Pages
from tests.page.looks import MARK, OUTLINE, PLACES, address, opening, shown, tabbed, text
from tests.page.pages import SHAPE, Net

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no browser")

_CTRL = 2


@pytest.fixture(scope="module")
def measured(pages: Pages) -> str:
    """The address of a page with memory and values of weights."""
    torch.manual_seed(0)
    figure = visualize.draw(Net(), SHAPE, level="block", memory=True, statistics=True)
    path = pages.folder / "measured.html"
    path.write_bytes(figure.render("html")["html"])
    return path.as_uri()


@pytest.fixture
def net(pages: Pages, measured: str) -> Iterator[Tab]:
    pages.tab.size(1280, 800)
    pages.tab.media()
    pages.tab.open(measured)
    yield pages.tab
    assert pages.tab.errors() == []
    assert pages.tab.requests() == []


def test_what_moved_is_where_it_is_drawn_anew(tab: Tab, resnet: str) -> None:
    """What is kept and moved with its group comes to lie where a new page draws it."""
    tabbed(tab, "stage")
    groups = opening(tab)[:4]
    for name in (*groups, groups[1], *opening(tab)[4:7], groups[0], groups[1], groups[1]):
        tab.run(f"{MARK}('{name}')")
        for inner in [one for one in opening(tab) if one.startswith(f"{name}/")][:2]:
            tab.run(f"{MARK}('{inner}')")
    address(tab)
    kept = tab.run(PLACES)
    assert len([one for one in kept if "/" in one]) > 30
    tab.open(resnet + tab.run("location.hash"))
    made = tab.run(PLACES)
    assert kept.keys() == made.keys()
    for name, place in made.items():
        assert kept[name] == pytest.approx(place, abs=0.05), name


def test_a_box_in_a_panel_leads_to_that_in_the_figure(tab: Tab) -> None:
    inside = (
        "[...document.querySelectorAll('[data-detail].layer')]"
        ".map((one) => one.querySelector('text').textContent)"
    )
    names = tab.run(inside)
    assert len(names) > 3
    for at, name in enumerate(names[:4]):
        tab.press("f")  # so that all of the figure is in the window
        place = tab.run(
            f"(() => {{const one = document.querySelectorAll('[data-detail].layer')[{at}]"
            ".getBoundingClientRect(); return [one.x + one.width / 2, one.y + one.height / 2];})()"
        )
        tab.click(*place)
        chosen = "document.getElementById('chosen')"
        assert tab.run(f"{chosen}.querySelector('text').textContent") == name
        assert not tab.run(f"{chosen}.hasAttribute('data-detail')")
        assert address(tab)["open"]


def test_a_pinch_of_a_touchpad_zooms_at_the_pointer(tab: Tab) -> None:
    name = opening(tab)[0]
    left, top, width, height = tab.run(f"{OUTLINE}('{name}')")
    wheel = {"type": "mouseWheel", "x": left, "y": top, "deltaX": 0, "modifiers": _CTRL}
    tab.ask("Input.dispatchMouseEvent", deltaY=-50, **wheel)
    tab.wait(f"{OUTLINE}('{name}')[2] > {width * 1.3}")
    assert tab.run(f"{OUTLINE}('{name}')")[:2] == pytest.approx([left, top], abs=1)
    tab.ask("Input.dispatchMouseEvent", deltaY=50, **wheel)
    tab.wait(f"{OUTLINE}('{name}')[2] < {width * 1.1}")
    assert tab.run(f"{OUTLINE}('{name}')") == pytest.approx([left, top, width, height], abs=1)


def test_two_fingers_zoom_and_hold_what_is_under_them(tab: Tab) -> None:
    tab.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    name = opening(tab)[0]
    left, top, width, height = tab.run(f"{OUTLINE}('{name}')")

    def touch(kind: str, *fingers: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        tab.ask("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    corners = [(left, top), (left + width, top + height)]
    touch("touchStart", corners[0])
    touch("touchStart", *corners)
    for part in (0.25, 0.5, 0.75, 1):
        moved = (corners[1][0] + part * width, corners[1][1] + part * height)
        touch("touchMove", corners[0], moved)
    touch("touchEnd")
    tab.ask("Emulation.setTouchEmulationEnabled", enabled=False)
    x, y, wide, high = tab.run(f"{OUTLINE}('{name}')")
    assert [wide, high] == pytest.approx([2 * width, 2 * height], rel=0.03)
    assert [x, y] == pytest.approx([left, top], abs=2)
    assert "open" not in address(tab)


@pytest.mark.parametrize(
    ("color", "unit"),
    [("memory", "saved for backward"), ("norm", "L2 norm"), ("sparsity", "% of the weights")],
)
def test_colors_of_what_was_measured_by_keys(net: Tab, color: str, unit: str) -> None:
    before = net.run("document.querySelector('#stage').innerHTML")
    tabbed(net, "overlay")
    net.press(color[0])
    for _ in range(8):
        if address(net).get("color") == color:
            break
        net.press("ArrowDown")
    assert unit in text(net, "legend")
    assert net.run("document.querySelector('#stage').innerHTML") != before
    net.run("location.reload()")
    net.wait("document.documentElement?.dataset.ready === 'true'")
    assert address(net)["color"] == color


def test_colors_of_what_was_not_measured_say_so(tab: Tab, resnet: str) -> None:
    names = "[...document.querySelectorAll('#overlay option:disabled')].map(({label}) => label)"
    assert tab.run(names) == [
        "memory (not measured)", "norm (needs --weights)", "sparsity (needs --weights)",
    ]  # fmt: skip
    tab.open(f"{resnet}#color=norm")
    assert tab.run("document.getElementById('overlay').value") == "stage"


def test_the_panel_has_what_is_known_of_a_layer(net: Tab) -> None:
    net.run("document.getElementById('stage').focus()")
    net.press("/")
    net.write("stem")
    net.press("Enter", "Escape")
    details = text(net, "details").replace("\t", " ")
    for known in (
        "Path stem", "Class Conv2d", "Input 3×8×8", "Output 4×8×8", "Parameters 112",
        "kernel_size (3, 3)", "padding (1, 1)", "bias True", "weight 4×3×3×3",
        "Saved for backward", "Peak in inference", "mean ", "deviation ", "L2 norm ", "zero 0",
    ):  # fmt: skip
        assert known in details, (known, details)


def test_each_copy_is_reached_from_the_panel_by_keys(net: Tab) -> None:
    net.run("document.getElementById('stage').focus()")
    net.press("/")
    net.write("blocks.1")
    net.press("Enter", "Escape")
    group = address(net)["select"]
    net.run("document.querySelector('#details .link.path').focus()")
    net.press("Tab", "Enter")
    assert address(net)["open"] == f"{group}*"
    details = text(net, "details")
    assert details.startswith("[1] · ")
    assert "blocks.1" in details
    titles = net.run(
        "[...document.querySelectorAll('#stage .node.box text')].map(t => t.textContent)"
    )
    assert [one.split(" · ")[0] for one in titles if one.startswith("[")] == ["[0]", "[1]", "[2]"]


def test_each_block_has_its_shortcut_or_none(tab: Tab, pages: Pages) -> None:
    tabbed(tab, "stage")
    tab.press("k")
    for _ in range(5):
        tab.press("Tab")
        if tab.run("document.activeElement.tagName") == "SUMMARY":
            break
    tab.press("Enter", "Tab")
    rows = [one.split("\n") for one in tab.run(ROWS)]
    assert [path for path, *_ in rows][:2] == ["layer1.0", "layer1.1"]
    assert [kind for _, kind, _ in rows] == ["identity", "identity"] + [
        "projection",
        "identity",
    ] * 3
    tab.press("Enter")
    assert address(tab)["skip"] == "0"
    tab.open(pages.write("vgg", "mobilenet_v2"))
    tab.run("document.getElementById('tab-skips').click()")
    rows = [one.split("\n") for one in tab.run(ROWS)]
    assert [kind for _, kind, _ in rows].count("none") == 7
    tab.run("document.querySelector('#skips details').open = true")
    tab.run("document.querySelector('.blocks .none').closest('button').click()")
    assert address(tab)["select"] in shown(tab)


ROWS = """[...document.querySelectorAll('.blocks button')].map(
  one => [...one.children].map(part => part.textContent).join("\\n"))"""


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_has_no_findings_in_any_of_them(
    net: Tab, measured: str, scheme: str, width: int
) -> None:
    net.media(scheme)
    net.size(width, 800)
    net.open(f"{measured}#color=norm")
    net.run("document.getElementById('stage').focus()")
    net.press("ArrowDown", "ArrowDown", "u", "ArrowRight", "d")
    assert net.findings() == []
    net.press("k")
    net.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert net.findings() == []


def test_a_page_whose_window_is_sized_late_shows_its_beginning(tab: Tab, resnet: str) -> None:
    """A frame in a document has no size yet when its page begins."""
    look = "document.querySelector('#stage > svg').style.transform"
    tab.size(40, 30)
    tab.open(resnet)
    small = tab.run(look)
    tab.size(1280, 800)
    tab.wait(f"{look} !== {small!r}")
    fitted = tab.run(look)
    tab.press("f")
    assert tab.run(look) == fitted
    tab.press("+")  # from now on it stays where the reader has it
    moved = tab.run(look)
    tab.size(1000, 700)
    tab.run("new Promise((done) => setTimeout(done, 100))")
    assert tab.run(look) == moved
