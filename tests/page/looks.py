"""What a page in a browser shows, and how its controls are reached."""

from __future__ import annotations

import time

from tests.page.browser import Tab

# The outline of a box, in pixels of the window.
OUTLINE = """(name => {
  const drawn = document.querySelector(`[data-instance='${name}']`).querySelector("path, ellipse");
  const {x, y, width, height} = drawn.getBoundingClientRect();
  return [x, y, width, height];
})"""
DISC = """(name => {
  const drawn = document.querySelector(`[data-marker='${name}'] .disc`);
  const {x, y, width, height} = drawn.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""
# Opens or closes a group.
MARK = """(name => {
  const target = document.querySelector(`[data-marker='${name}'] .target`);
  target?.dispatchEvent(new MouseEvent("click", {bubbles: true}));
})"""
# Where boxes, arrows and markers are, from the corner of the figure on, in points.
PLACES = """(() => {
  const figure = document.querySelector("#stage > svg");
  const places = {};
  for (const one of figure.querySelectorAll(".graph [class]:not(.is-lit)")) {
    const {instance, arrow, of, marker} = one.dataset;
    if (!one.getBBox) continue;
    const {x, y, width, height} = one.getBBox();
    const to = figure.getScreenCTM().inverse().multiply(one.getScreenCTM());
    const name = [one.classList[0], instance, arrow, of, marker, one.textContent].join(" ");
    if (one.closest("[data-marker]") === one || !one.closest("[data-marker]"))
      places[name] = [x + to.e, y + to.f, width, height, to.a];
  }
  return places;
})()"""
LIT = "[...document.querySelectorAll('.is-lit[data-instance]')].map(one => one.dataset.instance)"


def address(tab: Tab) -> dict[str, str]:
    """What the address names, once it has followed."""
    time.sleep(0.1)
    fields = tab.run("location.hash").lstrip("#")
    return dict(part.split("=", 1) for part in fields.split("&") if part)


def shown(tab: Tab) -> list[str]:
    """The boxes that are drawn closed."""
    found: list[str] = tab.run(
        "[...document.querySelectorAll('#stage .node.box[data-instance]')]"
        ".map(one => one.dataset.instance).filter(name => !name.startsWith('i'))"
    )
    return found


def opening(tab: Tab) -> list[str]:
    found: list[str] = tab.run(
        "[...document.querySelectorAll('.marker.opens')].map(one => one.dataset.marker)"
    )
    return found


def text(tab: Tab, name: str) -> str:
    found: str = tab.run(f"document.getElementById('{name}').innerText")
    return found


def focused(tab: Tab) -> str:
    found: str = tab.run(
        "(({id, dataset, role}) => id || dataset.deed || dataset.skip || role)"
        "(document.activeElement)"
    )
    return found


def tabbed(tab: Tab, name: str) -> None:
    """Reach a control by the tab key alone."""
    for _ in range(60):
        tab.press("Tab")
        if focused(tab) == name:
            return
    raise AssertionError(f"the tab key does not reach {name}")
