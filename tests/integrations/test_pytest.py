"""Projects of their own, whose tests use the plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

import visualize
from tests.integrations.conftest import NETS
from visualize.integrations.pytest import assert_parameters, assert_skips

pytestmark = pytest.mark.timeout(200)

TESTS = """
import pytest
from nets import Net

@pytest.mark.parametrize("depth", [2, 3])
def test_depth(architecture, depth):
    assert architecture(Net(depth), (1, 4, 8, 8)).parameters == depth * 148

class TestBoth:
    def test_two(self, architecture):
        architecture(Net(1), (1, 4, 8, 8))
        architecture(Net(2), (1, 4, 8, 8), name="larger")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "nets.py").write_text(NETS)
    (folder / "test_nets.py").write_text(TESTS)
    return folder


def run(project: Path, *options: str) -> tuple[int, str]:
    plugins = (
        "-p",
        "visualize.integrations.pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:visualize",
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *plugins,
            "-c",
            "/dev/null",
            "--rootdir",
            ".",
            *options,
            ".",
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def files(project: Path) -> dict[str, bytes]:
    folder = project / "architectures"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_a_project(project: Path) -> None:
    status, printed = run(project)
    assert status == 1
    assert "no snapshot" in printed
    assert "pytest --update-architectures" in printed
    assert not (project / "architectures").exists()

    assert run(project, "--update-architectures")[0] == 0
    written = files(project)
    assert sorted(written) == [
        "test_nets/TestBoth.test_two-larger.json", "test_nets/TestBoth.test_two.json",
        "test_nets/test_depth_2.json", "test_nets/test_depth_3.json",
    ]  # fmt: skip

    nets = project / "nets.py"
    nets.write_text(NETS.replace("return x + self", "return self"))
    status, printed = run(project)
    assert status == 1
    assert "the architecture differs from" in printed
    assert "skip" in printed
    assert "nets.py:" in printed
    assert "3 failed" in printed
    assert "Traceback" not in printed
    shown = {name for name in files(project) if name.endswith(".svg")}
    assert "test_nets/test_depth_2.svg" in shown
    assert b"data-status=" in files(project)["test_nets/test_depth_2.svg"]

    nets.write_text(NETS)
    assert run(project, "-n", "2")[0] == 0
    assert files(project) == written  # the figures of what differed are gone


class Block(nn.Module):
    def __init__(self, skips: bool) -> None:
        super().__init__()
        self.skips = skips
        self.layer = nn.Linear(4, 4)

    def forward(self, x):  # type: ignore[no-untyped-def]
        return x + self.layer(x).relu() if self.skips else self.layer(x).relu()


class Net(nn.Module):
    def __init__(self, *skips: bool) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*map(Block, skips))

    def forward(self, x):  # type: ignore[no-untyped-def]
        return self.blocks(x)


def test_skips() -> None:
    whole, broken = Net(True, True, True), Net(True, False, True)
    assert_skips(whole, (1, 4), every="identity", identity=3, projection=0)
    assert_skips(broken, (1, 4), every="identity", inside="blocks.0")
    with pytest.raises(pytest.fail.Exception) as failed:
        assert_skips(broken, (1, 4), every="identity", identity=3)
    assert str(failed.value).splitlines() == [
        "2 identity connections, expected 3",
        "blocks.1 (Block) has no identity connection",
    ]
    with pytest.raises(visualize.VisualizeError, match="no kind named 'residual'"):
        assert_skips(whole, (1, 4), residual=3)


def test_parameters() -> None:
    assert_parameters(nn.Linear(4, 2), 10)
    with pytest.raises(pytest.fail.Exception, match="10 parameters, expected 1,000"):
        assert_parameters(nn.Linear(4, 2), 1000, (1, 4))
