"""visualize diff."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from visualize.cli.command import main

_NET = """from torch import nn


class Net(nn.Module):
    def __init__(self, size=4):
        super().__init__()
        self.fc = nn.Linear(8, size)

    def forward(self, x):
        return self.fc(x)
"""


def _diff(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["diff", *words])
    return found.exit_code, found.output


@pytest.fixture
def net(tmp_path: Path) -> Path:
    file = tmp_path / "net.py"
    file.write_text(_NET)
    return file


def test_the_status_says_whether_they_differ() -> None:
    status, text = _diff("resnet18", "resnet18")
    assert (status, "resnet18: same architecture" in text) == (0, True)
    status, text = _diff("resnet18", "resnet34")
    assert status == 1
    assert "layer3[2–5]" in text


def test_other_names_are_a_difference(net: Path) -> None:
    other = net.with_name("other.py")
    other.write_text(_NET.replace("self.fc", "self.head"))
    status, text = _diff(f"{net}:Net", f"{other}:Net", "--input", "1,8")
    assert status == 1
    assert "same architecture, other names" in text
    assert "→ head" in text


def test_arguments_and_revisions(net: Path) -> None:
    status, text = _diff(f"{net}:Net(size=4)", f"{net}:Net(size=6)", "--input", "1,8")
    assert status == 1
    assert "out_features 4 → 6" in text
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"),
        ("tag", "v1"),
    ):
        subprocess.run(["git", "-C", str(net.parent), *words], check=True)
    net.write_text(_NET.replace("size=4", "size=5"))
    status, text = _diff(f"v1:{net}:Net", f"{net}:Net", "--input", "1,8", "--format", "json")
    document = json.loads(text)
    assert (status, document["same"]) == (1, False)
    assert document["changes"][0]["edits"] == [{"out_features": [4, 5]}]
    assert _diff(f"v1:{net}:Net", f"HEAD:{net}:Net", "--input", "1,8")[0] == 0


def test_a_file_is_written(net: Path) -> None:
    target = net.with_name("diff.md")
    status, text = _diff("resnet18", "resnet34", "-o", str(target))
    assert (status, text) == (1, f"wrote {target}\n")
    assert "| added" in target.read_text()


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        (["resnet18"], 2, "Missing argument 'OTHER'"),
        (["resnet18", "resnet18", "--format", "nothing"], 2, "nothing"),
        (["resnet18", "resnet1888"], 1, "resnet1888"),
        (["resnet18", "missing.py:Net"], 1, "no such file"),
        (["nowhere:missing.py:Net", "resnet18"], 1, "missing.py"),
    ],
)
def test_errors_say_what_and_where(words: list[str], status: int, reason: str) -> None:
    found, text = _diff(*words)
    assert (found, reason in text) == (status, True), text


def test_what_is_compared_is_not_replaced(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(net.parent)
    for name in ("a.json", "b.json"):
        assert CliRunner().invoke(main, ["graph", "net.py:Net", "-o", name]).exit_code == 0
    before = Path("b.json").read_bytes()
    for target in ("a.json", "b.json"):
        status, text = _diff("a.json", "b.json", "--format", "json", "-o", target)
        assert status == 2
        assert f"{target}: is read, and would be replaced" in text
    assert Path("b.json").read_bytes() == before


def test_a_figure_and_a_table_at_once(net: Path) -> None:
    words = (f"{net}:Net(size=4)", f"{net}:Net(size=6)", "--input", "1,8")
    figure, table = net.with_name("diff.svg"), net.with_name("diff.md")
    status, text = _diff(*words, "-o", str(figure), "-o", str(table), "--theme", "auto")
    assert (status, text) == (1, f"wrote {figure}, {table}\n")
    assert 'data-status="changed"' in figure.read_text()
    assert "features 4 → 6" in table.read_text()
    beside = net.with_name("both.svg")
    assert _diff(*words, "-o", str(beside), "--side-by-side")[0] == 1


def test_a_suffix_is_refused_before_the_work() -> None:
    for name, problem in (("diff.bmp", "cannot write the format 'bmp'"), ("diff", "no suffix")):
        status, text = _diff("no_such_model", "neither", "-o", name)
        assert status == 2
        assert problem in text
        assert len(text.splitlines()) == 1
    status, text = _diff("no_such_model", "neither", "-o", "diff.svg", "--theme", "none")
    assert (status, "no theme named 'none'" in text) == (2, True)


def test_the_help_says_what_other_is() -> None:
    _, text = _diff("--help")
    assert "OTHER is the model" in text
    assert "  Exits with status 1" in text.splitlines()[4]
