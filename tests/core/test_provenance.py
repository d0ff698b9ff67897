from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from visualize.core.provenance import Provenance, is_installed


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules, one of which uses the other, and one beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "nets_of_mine"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "blocks.py").write_text("import networkx\nclass Block: pass\n")
    (folder / "net.py").write_text("from nets_of_mine.blocks import Block\n")
    (folder / "unrelated.py").write_text("")
    for name in ("net", "unrelated"):
        importlib.import_module(f"nets_of_mine.{name}")
    yield folder
    for name in [name for name in sys.modules if name.startswith("nets_of_mine")]:
        del sys.modules[name]


def test_what_a_module_imports_is_followed(package: Path) -> None:
    found = Provenance.of(["nets_of_mine.net"])
    assert set(found.files) == {
        "nets_of_mine/__init__.py", "nets_of_mine/blocks.py", "nets_of_mine/net.py",
    }  # fmt: skip
    assert {"networkx", "torch-visualize", "python"} == set(found.versions)
    assert found.is_current
    assert Provenance.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("changed", ["blocks.py", "net.py", "data.bin"])
@pytest.mark.parametrize("how", ["written", "removed"])
def test_a_changed_file_shows(package: Path, changed: str, how: str) -> None:
    (package / "data.bin").write_bytes(b"1")
    found = Provenance.of(["nets_of_mine.net"], [package / "data.bin"])
    assert found.is_current
    (package / "unrelated.py").write_text("x = 1")
    assert found.is_current
    if how == "written":
        (package / changed).write_text("y = 1")
    else:
        (package / changed).unlink()
    assert not found.is_current


def test_another_version_shows(package: Path) -> None:
    found = Provenance.of(["nets_of_mine.net"])
    older = Provenance(found.files, {**found.versions, "networkx": "1.0"})
    gone = Provenance(found.files, {**found.versions, "no-such-package": "1.0"})
    assert not older.is_current
    assert not gone.is_current


@pytest.mark.parametrize(
    "plain", [None, [], {}, {"files": {}}, {"files": {"a": 1}, "versions": {}}]
)
def test_what_is_no_provenance(plain: object) -> None:
    with pytest.raises(ValueError, match="no provenance"):
        Provenance.from_dict(plain)


def test_what_is_installed() -> None:
    import networkx

    assert is_installed(Path(networkx.__file__))
    assert is_installed(Path(importlib.__file__))
    assert not is_installed(Path(__file__))


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    made_from = Provenance.from_dict({"files": {str(tmp_path / "pipe"): "0"}, "versions": {}})
    assert not made_from.is_current
