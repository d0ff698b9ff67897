"""Documents that are built by MkDocs, with warnings as errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.page.browser import CHROMIUM, Tab, chromium

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytest.importorskip("mkdocs")
pytest.importorskip("material")
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
CONFIGURATION = """
site_name: Nets
theme:
  name: material
  font: false
markdown_extensions:
  - admonition
plugins:
  - visualize:
      options: {level: layer}
"""
DOCUMENT = """
# Nets

See [the net](#net).

```visualize
nets.py:Net(depth=4)
input: 1,4,8,8
caption: auto
name: net
link: https://example.org/{file}#L{line}
```

!!! note

    ```{ .visualize .wide level=op }
    nets.py:Net
    input: 1,4,8,8
    title: The title
    no-legend:

    A net with *three* blocks & [a link](https://example.org).
    ```

![Blocks & <more>](visualize:nets.py:Net(depth=2) "Two blocks"){ input="1,4,8,8" align=left .small }

```visualize
nets.py:Net
input: 1,4,8,8
format: html
```

```visualize
nets.py:Net
input: 1,4,8,8
format: mermaid
```

```python
print("code")
```
"""


def build(sources: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build with the plugin as the project declares it, whether or not that is installed."""
    metadata = sources.parent / "path" / "tested-0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tested\nVersion: 0\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["mkdocs.plugins"]
    lines = "\n".join(f"{name} = {value}" for name, value in points.items())
    (metadata / "entry_points.txt").write_text(f"[mkdocs.plugins]\n{lines}\n")
    path = os.pathsep.join([str(metadata.parent), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=sources.parent,
        env={**os.environ, "PYTHONPATH": path, "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.fixture
def documents(sources: Path) -> Path:
    (sources.parent / "mkdocs.yml").write_text(CONFIGURATION)
    (sources / "index.md").write_text(DOCUMENT)
    return sources


def page_of(sources: Path) -> str:
    return (sources.parent / "site" / "index.html").read_text(encoding="utf-8")


def test_fences_and_images(documents: Path) -> None:
    built = build(documents, "--strict")
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    assert "no such anchor" not in built.stderr
    page = page_of(documents)
    assert page.count('<figure class="visualize') == 5
    assert page.count('<a href="https://example.org/nets.py#L') == 2
    assert '<figure class="visualize" id="net"' in page
    assert "592 parameters" in page
    assert '[data-md-color-scheme="slate"]' in page
    assert '<figure class="visualize wide"' in page
    assert "The title" in page
    assert 'A net with <em>three</em> blocks &amp; <a href="https://example.org">' in page
    assert 'aria-label="Blocks &amp; &lt;more&gt;"' in page
    assert "<figcaption><p>Two blocks</p></figcaption>" in page
    assert page.count("<iframe ") == 1
    assert page.count('<pre class="mermaid">') == 1
    assert "visualize:nets.py" not in page
    assert "<p><figure" not in page


def test_what_has_not_changed_is_not_drawn_again(documents: Path) -> None:
    assert build(documents, "--strict").returncode == 0
    kept = documents.parent / ".cache" / "plugin" / "visualize"
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert len(before) == 10
    assert build(documents, "--strict").returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in kept.iterdir()} == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("```visualize\nnets.py:Nett\n```", "index.md: docs/nets.py: 'Nett'"),
        ("```visualize\nnets.py:Net\nlevle: op\n```", "no option named 'levle'"),
        ("```visualize\nnets.py:Net\nformat: png\n```", "use one of svg, html, mermaid"),
        ("```visualize\n```", "no model is named"),
        ('```visualize levle="op"\nnets.py:Net\n```', "no option named 'levle'"),
        ("![](visualize:resnet81)", "did you mean resnet18"),
        ("![](visualize:nets.py:Net){ height=few }", "'few'"),
    ],
)
def test_errors_are_warnings_with_their_page(documents: Path, text: str, words: str) -> None:
    (documents / "index.md").write_text(f"# Nets\n\n{text}\n")
    built = build(documents, "--strict")
    assert built.returncode == 1
    assert words in built.stderr
    assert "index.md" in built.stderr
    assert "Traceback" not in built.stderr
    built = build(documents)
    assert built.returncode == 0
    assert "visualize" not in page_of(documents).partition("</h1>")[2].partition("</article>")[0]


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_figures_have_the_mode_of_the_page(documents: Path, tmp_path: Path) -> None:
    assert build(documents, "--strict").returncode == 0
    look = (
        "getComputedStyle(document.querySelector('figure svg .box path')).fill + "
        "getComputedStyle(document.querySelector('figure iframe')).colorScheme"
    )
    with chromium(tmp_path) as browser:
        tab = Tab(browser)
        tab.ask("Page.navigate", url=(documents.parent / "site" / "index.html").as_uri())
        tab.wait("document.readyState === 'complete' && !!document.querySelector('figure svg')")
        seen = {}
        for scheme in ("default", "slate"):
            tab.run(f"document.body.setAttribute('data-md-color-scheme', '{scheme}')")
            seen[scheme] = tab.run(look)
    assert seen["default"].endswith("light")
    assert seen["slate"].endswith("dark")
    assert len({one.removesuffix("light").removesuffix("dark") for one in seen.values()}) == 2
