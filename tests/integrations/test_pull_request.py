from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from visualize.integrations.pull_request import (
    COMMENT,
    MARK,
    MOST_CHARACTERS,
    Compared,
    compare,
    main,
    write_comment,
)

NET = """
from torch import nn
from layers import Block

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3), Block(8), Block(8))

class Same(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3), nn.ReLU())
"""
LAYERS = """
from torch import nn

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)
"""
ADDED = """
class Added(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3))
"""


def git(folder: Path, *command: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *command], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A commit, and a change in the working folder that loses the shortcuts of a block."""
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "layers.py").write_text(LAYERS)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    (tmp_path / "net.py").write_text(NET + ADDED)
    (tmp_path / "layers.py").write_text(LAYERS.replace("return x + self", "return self"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["--base", "main", "--input", "1,3,16,16", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_what_a_change_does(repository: Path) -> None:
    models = ["net.py:Net", "net.py:Same", "net.py:Added"]
    assert run("-o", "figures", *models) == "wrote figures/comment.md\n"
    comment = (repository / "figures" / COMMENT).read_text()
    assert comment.startswith(f"{MARK}\n## Architecture\n")
    net, _, added = comment.partition("### `net.py:Added`")
    assert "skip connections: 2 identity → 0" in net
    assert "| skip lost |" in net
    assert net.count("```mermaid\n") == 1
    assert "Not compared: before, `" in added
    assert comment.endswith("Unchanged: `net.py:Same`\n")
    written = {path.relative_to(repository / "figures").as_posix() for path in
               (repository / "figures").rglob("*.svg")}  # fmt: skip
    figures = {f"net.py_Net/{name}.svg" for name in ("before", "after", "difference")}
    assert written == {*figures, "net.py_Added/after.svg"}


def test_a_model_that_cannot_be_drawn(repository: Path) -> None:
    (repository / "layers.py").write_text("import layers_that_are_gone\n")
    run("-o", "figures", "net.py:Net", status=1)
    comment = (repository / "figures" / COMMENT).read_text()
    assert "Cannot be drawn: `" in comment
    assert "layers_that_are_gone" in comment


def test_errors_are_one_line(repository: Path) -> None:
    (repository / "taken").write_text("")
    assert "is a file" in run("-o", "taken", "net.py:Net", status=1)
    assert (repository / "taken").read_text() == ""


def test_there_is_no_such_revision(repository: Path) -> None:
    assert "no revision" in compare("net.py:Net", "no-such", ["1,3,16,16"]).missing


def test_names_are_text() -> None:
    hostile = "net.py:`<img src=x onerror=a()>`\n## b"
    comment = write_comment([Compared(hostile, error="`a`\n```\n<script>")])
    assert "`` net.py:`<img src=x onerror=a()>` ## b ``" in comment
    assert "```` `a` ``` <script> ````" in comment


def test_a_comment_has_room_for_so_much(repository: Path) -> None:
    real = compare("net.py:Net", "main", ["1,3,16,16"])
    long = Compared(real.model, real.difference, {}, "x" * 40_000)
    both = write_comment([long, long])
    assert len(both) <= MOST_CHARACTERS
    assert both.count("```mermaid") == 1
    wide = Compared("net.py:Wide", error="e" * MOST_CHARACTERS)
    assert "No room here for `net.py:Wide`" in write_comment([wide, long])
