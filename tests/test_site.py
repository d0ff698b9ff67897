"""The documentation site is built with warnings as errors, and its made pages leave nothing out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from visualize.core import errors
from visualize.core.option import options_of
from visualize.options import FigureOptions

pytest.importorskip("furo")
pytest.importorskip("myst_parser")

ROOT = Path(__file__).parent.parent
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the site, built from a copy of the project's documents and figures."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("generated", "_build")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=ignored)
    shutil.copytree(ROOT / "outputs", folder / "outputs")
    for page in ROOT.glob("*.md"):
        shutil.copy(page, folder)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", "site"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    built = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stderr) == (0, "")
    return folder / "site"


@pytest.mark.timeout(400)
def test_every_option_and_every_error_has_its_place(site: Path) -> None:
    options = (site / "generated" / "options.html").read_text(encoding="utf-8")
    for option in options_of(FigureOptions):
        for flag in (option.flags or ())[-1:]:
            assert f">{flag}<" in options, flag
    assert options.count("<svg ") > 15
    catalogue = (site / "generated" / "errors.html").read_text(encoding="utf-8")
    kinds = [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    for name in kinds:
        if issubclass(vars(errors)[name], errors.VisualizeError):
            assert f">{name}<" in catalogue, name
    assert "did you mean resnet18" in catalogue
    assert "Traceback" not in catalogue


@pytest.mark.timeout(400)
def test_links_lead_to_pages_of_the_site(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for address in re.findall(r'href="(?![a-z]+:|//)([^"#?]+)', text):
            target = (page.parent / address).resolve()
            assert target.exists(), (page.name, address)
    assert 'src="../_images/resnet50_resnet50d.svg"' in (
        site / "generated" / "compare.html"
    ).read_text(encoding="utf-8")


@pytest.mark.timeout(400)
def test_the_reference_has_the_public_names(site: Path) -> None:
    import visualize

    reference = (site / "api.html").read_text(encoding="utf-8")
    missing = [
        name
        for name in visualize.__all__
        if f'id="visualize.{name}"' not in reference and name not in ("RULES", "models")
    ]
    assert not missing
    assert "color_by" in reference


def test_python_in_tutorials_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    page = ROOT / "docs" / "tutorials" / "notebook.md"
    scope: dict[str, object] = {}
    for block in PYTHON.findall(page.read_text(encoding="utf-8")):
        exec(block, scope)
    total = scope["summary"].total.parameters  # type: ignore[attr-defined]
    assert f"# {total:,} for this model" in page.read_text(encoding="utf-8")
