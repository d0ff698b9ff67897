from __future__ import annotations

from pathlib import Path

import pytest

NETS = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x).relu()

class Net(nn.Sequential):
    def __init__(self, depth=3):
        super().__init__(*(Block() for _ in range(depth)))
"""


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of documents with a file of nets."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "nets.py").write_text(NETS)
    return folder
