"""The page in Chromium: its size, how soon it is there, and what opening a group takes.

    pip install transformers && python -m tests.benchmarks.page [NAME...]

A headless Chromium opens each page. Then groups open until about 2,000 boxes are visible, and each
of some more is opened and closed by a click. The aims: a page of ResNet-50 of at most 250 KB that
is there within 1 s, one of a Llama of 126 layers of at most 1 MB, 100 ms for a group that opens or
closes, and what was clicked moves by 0 px. Times depend on the machine; the rest does not.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import visualize
from tests.page.browser import CHROMIUM, Tab, chromium
from tests.page.looks import OUTLINE

NAMES = ("resnet50", "hf:LlamaConfig?num_hidden_layers=126")
BOXES = 2000
CLICKS = 8
ALL = "document.querySelectorAll('#stage [data-instance]').length"
# The names of closed groups, the first ones first.
CLOSED = "[...document.querySelectorAll('.marker.opens')].map(one => one.dataset.marker)"
# Opens groups until enough boxes are visible, or all are.
FILL = f"""(boxes => {{
  for (let closed = {CLOSED}; closed.length; closed = {CLOSED}) {{
    for (const name of closed) {{
      if ({ALL} >= boxes) return;
      const marker = document.querySelector(`[data-marker='${{name}}'] .target`);
      marker?.dispatchEvent(new MouseEvent("click", {{bubbles: true}}));
    }}
  }}
}})"""
# Of all that opens or closes.
MARKED = "[...document.querySelectorAll('.marker')].map(one => one.dataset.marker)"
# Clicks a marker, and waits until what it changed is laid out and about to be painted.
CLICK = """(async name => {
  const target = document.querySelector(`[data-marker='${name}'] .target`);
  const begin = performance.now();
  target.dispatchEvent(new MouseEvent("click", {bubbles: true}));
  document.body.getBoundingClientRect();
  const handled = performance.now() - begin;
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return [handled, performance.now() - begin];
})"""
# When the figure was there: the page says so once, after the browser began to read it.
READY = """new Promise(done => {
  const seen = () => document.documentElement.dataset.ready
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now()))) : setTimeout(seen, 5);
  seen();
})"""


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def clicks(tab: Tab) -> None:
    """Open and close some groups, or close and open, and print what it takes."""
    visible = tab.run(ALL)
    groups = tab.run(CLOSED) or tab.run(MARKED)
    handled, painted, moved = [], [], []
    for name in groups[:: max(1, len(groups) // CLICKS)][:CLICKS]:
        before = tab.run(f"{OUTLINE}('{name}')")
        for _ in range(2):
            script, whole = tab.run(f"{CLICK}('{name}')")
            handled.append(script)
            painted.append(whole)
            after = tab.run(f"{OUTLINE}('{name}')")
            moved.append(max(abs(one - other) for one, other in zip(after[:2], before[:2])))
    say(f"  {visible:,} boxes visible, where a group opens or closes")
    for what, times in (("handled", handled), ("laid out and painted", painted)):
        least, middle, most = min(times), statistics.median(times), max(times)
        say(f"    {what} in {middle:.0f} ms, {least:.0f} to {most:.0f} ms")
    say(f"    what was clicked moves by {max(moved):.2f} px")


def measure(tab: Tab, name: str, file: Path) -> None:
    """Print what the page of one model takes."""
    begin = time.perf_counter()
    page = visualize.draw(name).render("html")["html"]
    drawn = time.perf_counter() - begin
    file.write_bytes(page)
    tab.open(file.as_uri())  # once before, as what is first reads fonts
    tab.ask("Page.navigate", url="about:blank")
    tab.browser.events.clear()
    tab.ask("Page.navigate", url=file.as_uri())
    tab.wait(f"location.href === '{file.as_uri()}'")
    ready = tab.run(READY)
    say(f"{name}: {len(page) / 1000:,.0f} KB, drawn in {drawn:.1f} s, there in {ready:.0f} ms")
    tab.run(f"{FILL}({BOXES})")
    clicks(tab)
    say(f"  requests: {len(tab.requests())}, errors in the console: {len(tab.errors())}")


def main() -> None:
    """Measure every model."""
    warnings.simplefilter("ignore")
    if not CHROMIUM:
        say("no Chromium")
        return
    with tempfile.TemporaryDirectory() as folder, chromium(Path(folder)) as browser:
        tab = Tab(browser)
        for place, name in enumerate(sys.argv[1:] or NAMES):
            measure(tab, name, Path(folder) / f"{place}.html")
    say("aims: ResNet-50 250 KB and 1 s, the Llama 1 MB, 100 ms for a group, 0 px, 0 and 0")


if __name__ == "__main__":
    main()
