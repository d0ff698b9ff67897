from __future__ import annotations

from pathlib import Path

import pytest

NETS = """
import os
from torch import nn

class Small(nn.Sequential):
    def __init__(self, width=4):
        super().__init__(nn.Linear(4, width), nn.ReLU())

class Large(Small):
    def __init__(self):
        super().__init__(8)

class Raising(nn.Module):
    def __init__(self):
        raise ValueError("<b>no | licence</b>")

class Leaving(nn.Module):
    def __init__(self):
        print("leaving")
        raise SystemExit(4)

class Ending(nn.Module):
    def __init__(self):
        os._exit(3)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a file of nets."""
    (tmp_path / "nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    return tmp_path
