"""Modules of a file are forgotten afterwards."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from visualize.models.isolated import own_modules


def test_each_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "own_blocks_of_test.py").write_text(f"value = {name!r}")
        with monkeypatch.context() as patch, own_modules():
            patch.syspath_prepend(str(folder))
            values.append(importlib.import_module("own_blocks_of_test").value)
    assert values == ["one", "two"]
    assert "own_blocks_of_test" not in sys.modules
