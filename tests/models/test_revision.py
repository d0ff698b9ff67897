"""A file as of a revision of git, with what it imports."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from visualize.core.errors import SourceError
from visualize.models import load_model

_NET = """from torch import nn
from sizes import size


def net():
    return nn.Linear(1, size)
"""


def _git(folder: Path, *command: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True)


def test_siblings_are_those_of_the_revision(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "net.py").write_text(_NET)
    for size in (3, 5):
        (tmp_path / "sizes.py").write_text(f"size = {size}\n")
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-q", "-m", "x")
    file = f"{tmp_path}/net.py"
    assert load_model(f"HEAD~1:{file}:net").model.out_features == 3
    assert load_model(f"HEAD:{file}:net").model.out_features == 5
    with pytest.raises(SourceError, match="no revision"):
        load_model(f"nowhere:{file}:net")
    with pytest.raises(SourceError, match="not in revision"):
        load_model(f"HEAD:{tmp_path}/other.py:net")


@pytest.mark.parametrize("package", [("__init__.py", "inner/__init__.py"), ("inner/__init__.py",)])
def test_relative_imports_are_those_of_the_revision(
    tmp_path: Path, package: tuple[str, ...]
) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    folder = tmp_path / "nets" / "inner"
    folder.mkdir(parents=True)
    for file in package:
        (tmp_path / "nets" / file).write_text("")
    (folder / "net.py").write_text(_NET.replace("from sizes", "from .sizes"))
    for size in (3, 5, 7):
        (folder / "sizes.py").write_text(f"size = {size}\n")
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-q", "-m", "x")
        _git(tmp_path, "tag", f"v{size}")
    _git(tmp_path, "branch", "old/name", "v5")
    place = f"{folder}/net.py:net"
    for revision, size in (("v3:", 3), ("old/name:", 5), ("main:", 7), ("", 7)):
        assert load_model(revision + place).model.out_features == size
