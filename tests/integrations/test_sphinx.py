"""Documents that are built by Sphinx, with warnings as errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
pytestmark = pytest.mark.timeout(120)

CONFIGURATION = "extensions = ['visualize.integrations.sphinx']\nnumfig = True\n"
DOCUMENT = """
Nets
====

See :numref:`net`.

.. visualize:: nets.py:Net(depth=4)
   :input: 1,4,8,8
   :caption: auto
   :name: net
   :class: wide
   :align: left

.. visualize:: nets.py:Net
   :input: 1,4,8,8
   :level: op
   :no-fold:
   :no-legend:
   :width: 3.25in
   :alt: Three blocks.
   :label: 0=First
           1=Second

   A net with *three* blocks.
"""


def build(sources: Path, builder: str, *options: str) -> subprocess.CompletedProcess[str]:
    out = sources.parent / builder
    command = ["-m", "sphinx", "-q", "-b", builder, "-d", str(sources.parent / "trees"), *options]
    return subprocess.run(
        [sys.executable, *command, str(sources), str(out)],
        capture_output=True,
        text=True,
        check=False,
        cwd=sources.parent,
    )


@pytest.fixture
def documents(sources: Path) -> Path:
    (sources / "conf.py").write_text(CONFIGURATION)
    (sources / "index.rst").write_text(DOCUMENT)
    return sources


def test_documents_in_three_formats(documents: Path) -> None:
    for builder in ("html", "latex", "text"):
        built = build(documents, builder, "-W")
        assert (built.returncode, built.stderr) == (0, "")
    out = documents.parent
    page = (out / "html" / "index.html").read_text()
    assert page.count("<svg ") == 2
    assert 'class="visualize wide align-left" id="net"' in page
    assert "[data-theme=" in page  # in the light or dark mode of the page
    assert "592 parameters" in page
    assert "A net with <em>three</em> blocks." in page
    assert ">First<" in page
    assert "Fig. 1" in page
    text = next((out / "latex").glob("*.tex")).read_text()
    assert text.count(r"\sphinxincludegraphics") == 2
    assert len(list((out / "latex").glob("*.pdf"))) == 2
    assert "Three blocks." in (out / "text" / "index.txt").read_text()


def test_a_changed_source_changes_the_document(documents: Path) -> None:
    assert build(documents, "html", "-W").returncode == 0
    nets = documents / "nets.py"
    nets.write_text(nets.read_text().replace("depth=3", "depth=5"))
    assert build(documents, "html", "-W").returncode == 0
    assert ">740<" not in (documents.parent / "html" / "index.html").read_text()
    assert 'data-parameters="740"' in (documents.parent / "html" / "index.html").read_text()


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        ("nets.py:Nett", ["index.rst:2", "'Nett' is not defined"]),
        ("resnet81", ["index.rst:2", "did you mean resnet18"]),
        ("resnet18\n   :theme: neon", ["index.rst:2", "neon", "paper"]),
        ("resnet18\n   :label: fc", ["index.rst:2", "each line must be NAME=TEXT"]),
        ("resnet18\n   :levle: op", ["index.rst:2", 'unknown option: "levle"']),
    ],
)
def test_errors_are_warnings_with_their_place(
    documents: Path, directive: str, words: list[str]
) -> None:
    (documents / "index.rst").write_text(f"\n.. visualize:: {directive}\n")
    built = build(documents, "html")
    assert built.returncode == 0
    for word in words:
        assert word in built.stderr
    assert "Traceback" not in built.stderr


def test_defaults_in_the_configuration(documents: Path) -> None:
    (documents / "index.rst").write_text("\n.. visualize:: nets.py:Net\n   :input: 1,4,8,8\n")
    with (documents / "conf.py").open("a") as file:
        file.write("visualize_options = {'title': 'From the defaults'}\nlanguage = 'zh_CN'\n")
    assert build(documents, "html", "-W").returncode == 0
    assert "From the defaults" in (documents.parent / "html" / "index.html").read_text()
    with (documents / "conf.py").open("a") as file:
        file.write("visualize_options = {'levle': 'op'}\n")
    assert (
        "visualize_options in conf.py: no option named 'levle'" in build(documents, "html").stderr
    )
