from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import visualize
from tests.nets import NETS
from visualize.figure import Figure
from visualize.integrations.sphinx_gallery import scraper

EXAMPLE = '''"""
A net
=====

Two figures of a net.
"""

import sys
sys.path.insert(0, "..")
import visualize
from nets import Net

first = visualize.draw(Net(), (1, 4, 8, 8))

# %%
# Another one.
visualize.draw(Net(2), (1, 4, 8, 8), level="op")
'''
CONFIGURATION = """
extensions = ["sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "made",
    "image_scrapers": ("visualize.integrations.sphinx_gallery.scraper",),
    "filename_pattern": ".py",
    "capture_repr": (),
    "reset_modules": (),
}
"""


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    model, shapes = NETS["residual"]
    return [visualize.draw(model(), shapes, level=level) for level in ("layer", "op")]


def paths(folder: Path) -> Iterator[str]:
    return (str(folder / f"image_{number}.png") for number in range(1, 9))


def test_each_figure_appears_once(figures: list[Figure], tmp_path: Path) -> None:
    variables: dict[str, Any] = {"a": figures[0], "same": figures[0], "text": "x"}
    around = {"example_globals": variables, "image_path_iterator": paths(tmp_path)}
    first = scraper(None, around, {"src_dir": str(tmp_path)})
    assert first.count(".. image:: /image_1.*") == 1
    assert ":alt: Diagram of" in first
    assert (tmp_path / "image_1.svg").is_file()
    assert (tmp_path / "image_1.pdf").is_file()
    assert scraper(None, around, {"src_dir": str(tmp_path)}) == ""
    variables["all"] = {"one": figures[0], "two": figures[1]}
    variables["___"] = [figures[1]]
    second = scraper(None, around, {"src_dir": str(tmp_path)})
    assert second.count(".. image::") == 1
    assert "/image_2.*" in second


@pytest.mark.timeout(120)
def test_examples_show_their_figures(sources: Path) -> None:
    pytest.importorskip("sphinx_gallery")
    (sources / "examples").mkdir()
    (sources / "examples" / "README.rst").write_text("Examples\n========\n")
    (sources / "examples" / "plot_net.py").write_text(EXAMPLE)
    (sources / "conf.py").write_text(CONFIGURATION.replace('".py"', '"plot_"'))
    (sources / "index.rst").write_text("Nets\n====\n\n.. toctree::\n\n   made/index\n")
    out = sources.parent / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(sources), str(out)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    page = (out / "made" / "plot_net.html").read_text(encoding="utf-8")
    assert page.count(".svg") == 2
    assert 'alt="Diagram of' in page
    thumbs = list((sources / "made" / "images" / "thumb").glob("*plot_net*"))
    assert [path.suffix for path in thumbs] == [".svg"]
