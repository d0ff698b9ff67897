from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import visualize
from visualize.core.errors import VisualizeError
from visualize.integrations import drawing
from visualize.integrations.drawing import Wanted, kept_figure
from visualize.options import FigureOptions


@pytest.fixture
def wanted(sources: Path) -> Wanted:
    return Wanted("docs/nets.py:Net", ("1,4,8,8",), FigureOptions(), ("svg", "pdf"))


def test_a_figure_is_drawn(wanted: Wanted, tmp_path: Path) -> None:
    kept = kept_figure(wanted, tmp_path / "kept")
    assert kept.files["svg"].read_bytes().startswith(b"<?xml")
    assert kept.files["pdf"].read_bytes().startswith(b"%PDF")
    assert kept.caption.startswith("Net. 444 parameters")
    assert kept.alternative.startswith("Diagram of Net")
    assert kept.sources == (Path("docs/nets.py"),)


@pytest.mark.parametrize("change", ["", "source", "option", "damaged", "lost"])
def test_only_what_changed_is_drawn_again(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first = kept_figure(wanted, tmp_path)
    drawn = []
    draw = drawing._drawn
    monkeypatch.setattr(drawing, "_drawn", lambda *given: drawn.append(given) or draw(*given))
    if change == "source":
        nets = Path("docs/nets.py")
        nets.write_text(nets.read_text().replace("depth=3", "depth=2"))
    elif change == "option":
        wanted = Wanted(wanted.model, wanted.inputs, FigureOptions(level="op"), wanted.formats)
    elif change == "damaged":
        (tmp_path / f"{wanted.stem}.json").write_text("{")
    elif change == "lost":
        first.files["svg"].unlink()
    again = kept_figure(wanted, tmp_path)
    assert len(drawn) == bool(change)
    assert (again == first) == (change in ("", "damaged", "lost"))


def test_what_is_kept_needs_no_torch(wanted: Wanted, tmp_path: Path) -> None:
    kept_figure(wanted, tmp_path / "kept")
    code = (
        "import sys; from pathlib import Path; from visualize.options import FigureOptions\n"
        "from visualize.integrations.drawing import Wanted, kept_figure\n"
        "wanted = Wanted('docs/nets.py:Net', ('1,4,8,8',), FigureOptions(), ('svg', 'pdf'))\n"
        "kept_figure(wanted, Path('kept')); assert 'torch' not in sys.modules"
    )
    # The package that is tested, not one that is installed: what it draws is another's.
    environment = {**os.environ, "PYTHONPATH": str(Path(visualize.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)


def test_what_cannot_be_drawn_leaves_nothing(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(VisualizeError, match="not defined"):
        kept_figure(Wanted("docs/nets.py:Other", (), FigureOptions()), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
