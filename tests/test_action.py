"""The scripts of the action, on two commits of a sample repository, and the hook of pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.integrations.test_pull_request import LAYERS, NET, git

ROOT = Path(__file__).parents[1]
# Writes down how it was called, and answers with the comments that there are.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  *--paginate*) printf '%s' "$OLD" ;;
  *PATCH*|*POST*) exit "$REFUSED" ;;
esac
"""


@pytest.fixture
def commits(tmp_path: Path) -> tuple[Path, str]:
    """A clone of the last of two commits alone, and the name of the first."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    for source in (LAYERS, LAYERS.replace("return x + self", "return self")):
        (origin / "net.py").write_text(NET)
        (origin / "layers.py").write_text(source)
        git(origin, "add", ".")
        git(origin, "commit", "-q", "-m", "x")
    first = git(origin, "rev-parse", "HEAD~1")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{origin}", "clone")
    return tmp_path / "clone", first


def run(script: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **settings}
    command = ["bash", str(ROOT / "action" / script)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("branch", [False, True])
def test_two_commits_are_compared(commits: tuple[Path, str], tmp_path: Path, branch: bool) -> None:
    folder, first = commits
    if branch:
        git(tmp_path / "origin", "branch", "released", first)
    figures, summary = tmp_path / "figures", tmp_path / "summary.md"
    done = run(
        "compare.sh", folder, MODELS="\n  net.py:Net \nnet.py:Same\n", INPUTS=" 1,3,16,16",
        BASE="released" if branch else first, FIGURES=str(figures),
        GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    comment = (figures / "comment.md").read_text()
    assert "2 identity → 0" in comment
    assert summary.read_text() == comment
    assert (figures / "net.py_Net" / "difference.svg").exists()
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("settings", "status", "line"),
    [
        ({"MODELS": " \n"}, 2, "no models"),
        ({"BASE": ""}, 2, "no base"),
        ({"BASE": "--upload-pack=touch hacked"}, 128, ""),
        ({"MODELS": "--help"}, 1, ""),
        ({"MODELS": "net.py:Gone"}, 1, ""),
    ],
)
def test_what_is_wrong_is_said(
    commits: tuple[Path, str], tmp_path: Path, settings: dict[str, str], status: int, line: str
) -> None:
    folder, first = commits
    given = {"MODELS": "net.py:Net", "BASE": first, "FIGURES": str(tmp_path / "f"), **settings}
    done = run("compare.sh", folder, **given)
    assert done.returncode == status, done.stderr
    assert line in done.stdout
    assert not (folder / "hacked").exists()


@pytest.mark.parametrize(
    ("old", "refused", "call"),
    [
        ("", "0", "api --silent --method POST repos/a/b/issues/7/comments --field body=@"),
        ("5\n6", "0", "api --silent --method PATCH repos/a/b/issues/comments/5 --field body=@"),
        ("", "1", "api --silent --method POST repos/a/b/issues/7/comments --field body=@"),
    ],
)
def test_the_comment_is_written_once(tmp_path: Path, old: str, refused: str, call: str) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "comment.md").write_text("<!-- mark -->\ntext\n")
    calls = tmp_path / "calls"
    done = run(
        "comment.sh", tmp_path, FIGURES=str(tmp_path), NUMBER="7", GITHUB_REPOSITORY="a/b",
        CALLS=str(calls), OLD=old, REFUSED=refused,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    asked, written = calls.read_text().splitlines()
    assert "repos/a/b/issues/7/comments" in asked
    assert "<!-- mark -->" in asked
    assert written == f"{call}{tmp_path}/comment.md"
    assert ("::notice::" in done.stdout) == (refused == "1")


def test_nothing_to_say(tmp_path: Path) -> None:
    done = run("comment.sh", tmp_path, FIGURES=str(tmp_path), NUMBER="7", GITHUB_REPOSITORY="a/b")
    assert done.returncode == 0


def test_the_action_calls_its_scripts_and_pastes_no_text_of_users_into_them() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    for name in ("compare.sh", "comment.sh"):
        assert any(f"$GITHUB_ACTION_PATH/action/{name}" in script for script in scripts)
        assert os.access(ROOT / "action" / name, os.X_OK)
    assert not any("${{" in script for script in scripts)


def test_the_hook_stops_a_commit_once(tmp_path: Path) -> None:
    """As pre-commit does: the hook runs, and a file that it changed stops the commit."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "layers.py").write_text(LAYERS)
    entry = [sys.executable, "-m", *hook["entry"].split()]
    arguments = ["net.py:Net", "--input", "1,3,16,16", "-o", "net.svg"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def draw() -> bytes:
        subprocess.run([*entry, *arguments], cwd=tmp_path, env=environment, check=True)
        return (tmp_path / "net.svg").read_bytes()

    first = draw()
    assert draw() == first
    (tmp_path / "layers.py").write_text(LAYERS.replace("return x + self", "return self"))
    changed = draw()
    assert changed != first
    assert draw() == changed
