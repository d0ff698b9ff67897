"""Documents that are built by Sphinx, with warnings as errors."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text

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


FORMS = """
Forms
=====

.. visualize:: nets.py:Net
   :input: 1,4,8,8
   :link: https://example.org/{file}#L{line}
   :align: right

.. visualize:: nets.py:Net
   :input: 1,4,8,8
   :format: html

.. visualize:: nets.py:Net
   :input: 1,4,8,8
   :format: mermaid

.. visualize::
   :config: net.toml
   :title: The title
"""


@pytest.fixture
def forms(documents: Path) -> Path:
    (documents / "index.rst").write_text(FORMS)
    (documents / "net.toml").write_text(
        "model = 'nets.py:Net'\ninput = ['1,4,8,8']\ncaption = true\n"
    )
    return documents


def test_links_pages_and_mermaid(forms: Path) -> None:
    for builder in ("html", "latex"):
        built = build(forms, builder, "-W")
        assert (built.returncode, built.stderr) == (0, "")
    page = (forms.parent / "html" / "index.html").read_text()
    assert page.count('<a href="https://example.org/nets.py#L') == 2
    assert page.count("<iframe ") == 1
    assert page.count('<pre class="mermaid">') == 1
    assert "The title" in page
    assert "444 parameters" in page  # the caption that the file asks for
    assert 'class="visualize align-right"' in page
    text = next((forms.parent / "latex").glob("*.tex")).read_text()
    assert text.count(r"\sphinxincludegraphics") == 4
    assert "wrapfigure" not in text.partition(r"\begin{document}")[2]


def test_a_changed_configuration_changes_the_document(forms: Path) -> None:
    assert build(forms, "html", "-W").returncode == 0
    with (forms / "net.toml").open("a") as file:
        file.write("height = '5in'\n[label]\n0 = 'Begin'\n")
    (forms / "net.toml").write_text((forms / "net.toml").read_text() + "1 = 'Then'\n")
    assert build(forms, "html", "-W").returncode == 0
    assert ">Begin<" in (forms.parent / "html" / "index.html").read_text()


@pytest.mark.skipif(not shutil.which("latexmk"), reason="no latexmk")
def test_latex_compiles(forms: Path) -> None:
    assert build(forms, "latex", "-W").returncode == 0
    folder = forms.parent / "latex"
    if subprocess.run(["kpsewhich", "tgtermes.sty"], capture_output=True, check=False).returncode:
        pytest.skip("no fonts for Sphinx")
    (document,) = folder.glob("*.tex")
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", document.name]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Overfull" not in (document.with_suffix(".log")).read_text(errors="replace")
    words = extract_text(str(document.with_suffix(".pdf")))
    assert words.count("444") >= 1
    assert "The title" in words


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


def test_what_is_kept_needs_nothing_that_draws(documents: Path) -> None:
    (documents / "index.rst").write_text(FORMS.partition("\n.. visualize::\n   :config")[0])
    assert build(documents, "html", "-W").returncode == 0
    code = (
        "import sys; from sphinx.cmd.build import main\n"
        "status = main(['-q', '-E', '-W', '-d', 'trees', 'docs', 'html'])\n"
        "found = {'torch', 'visualize.page', 'visualize.layout', 'visualize.simplify'}\n"
        "assert (status, found & set(sys.modules)) == (0, set())"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=documents.parent)
