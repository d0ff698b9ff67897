"""A folder with the small models of `tests.commands`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import NETS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(NETS)
    (tmp_path / "broken.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path
