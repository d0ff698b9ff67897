"""A command that ends before it is done leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

# Each says that it has begun, and then takes a minute, or for ever.
SLOW = """
import sys, time
from torch import nn

def begin():
    print("begun", file=sys.stderr, flush=True)

class Builds(nn.Module):
    def __init__(self):
        super().__init__()
        begin()
        time.sleep(60)

class Loops(nn.Module):
    def forward(self, x):
        begin()
        while True:
            pass

class Catches(nn.Module):
    def forward(self, x):
        begin()
        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass

class Plain(nn.Linear):
    def __init__(self):
        super().__init__(3, 3)
"""
# A worker that never ends, and a disk on which nothing is ever written.
PATCHES = {
    "": "",
    "Graphviz": "from visualize.export import engine\nengine._WORKER = 'sleep.py'\n",
    "file": "from visualize.core import files\n"
    "import os, sys, time\n"
    "def slow(*_):\n"
    "    print('begun', file=sys.stderr, flush=True)\n"
    "    time.sleep(60)\n"
    "os.replace, files.Path.replace = slow, slow\n",
}


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    (tmp_path / "slow.py").write_text(SLOW)
    marker = tmp_path / "worker"
    (tmp_path / "sleep.py").write_text(
        f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    (tmp_path / "temporary").mkdir()

    def run(arguments: Sequence[str], patch: str = "") -> subprocess.Popen[bytes]:
        code = f"{PATCHES[patch]}\nfrom visualize.cli import run\nrun()"
        places = {"TMPDIR": str(tmp_path / "temporary"), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path, env=os.environ | places, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=_heeds_signals,
        )  # fmt: skip

    return run


def _heeds_signals() -> None:
    """What starts the tests in the background may have signals ignored, also by what they start."""
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)


def _wait_for(path: Path) -> str:
    for _ in range(3000):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError(f"{path} never came")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "model"), [("SIGTERM", "Builds"), ("SIGINT", "Loops"), ("SIGHUP", "Loops")]
)
def test_a_signal_ends_a_models_code(name: str, model: str, start, tmp_path: Path) -> None:
    command = start(["draw", f"slow.py:{model}", "--input", "1,3"])
    assert command.stderr.readline() == b"begun\n"
    command.send_signal(getattr(signal, name))
    written, said = command.communicate(timeout=30)
    assert (command.returncode, written, said) == (128 + getattr(signal, name), b"", b"")
    assert not [*(tmp_path / "temporary").iterdir()]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_graphviz_and_leaves_no_folder(name: str, start, tmp_path: Path) -> None:
    arguments = ["draw", "slow.py:Plain", "--input", "1,3", "-o", "net.png"]
    command = start(arguments, "Graphviz")
    worker = int(_wait_for(tmp_path / "worker"))
    assert [*(tmp_path / "temporary").iterdir()]
    command.send_signal(getattr(signal, name))
    command.communicate(timeout=30)
    assert command.returncode == 128 + getattr(signal, name)
    assert not _is_alive(worker)
    assert not [*(tmp_path / "temporary").iterdir()]


def test_a_signal_while_a_file_is_written_leaves_none(start, tmp_path: Path) -> None:
    before = {*tmp_path.iterdir()}
    arguments = ["draw", "slow.py:Plain", "--input", "1,3", "-o", "net.svg"]
    command = start(arguments, "file")
    assert command.stderr.readline() == b"begun\n"
    command.terminate()
    command.communicate(timeout=30)
    assert command.returncode == 143
    left = {path.name for path in {*tmp_path.iterdir()} - before} - {"__pycache__"}
    assert not [name for name in left if name.startswith((".visualize", "net"))]


def test_a_model_that_catches_all_is_ended_all_the_same(start, monkeypatch) -> None:
    monkeypatch.setitem(PATCHES, "grace", "from visualize.cli import ending; ending._GRACE = 0.2")
    command = start(["draw", "slow.py:Catches", "--input", "1,3"], "grace")
    assert command.stderr.readline() == b"begun\n"
    command.terminate()
    command.communicate(timeout=30)
    assert command.returncode == 143


def test_what_nohup_ignores_stays_ignored(start, monkeypatch) -> None:
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    monkeypatch.setitem(PATCHES, "nohup", ignored)
    command = start(["draw", "slow.py:Builds"], "nohup")
    assert command.stderr.readline() == b"begun\n"
    command.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert command.poll() is None
    command.terminate()
    command.communicate(timeout=30)
    assert command.returncode == 143


def test_a_reader_that_goes_away_is_no_error(start) -> None:
    command = start(["models"])
    command.stdout.readline()
    command.stdout.close()
    assert b"Traceback" not in command.stderr.read()
    command.wait(timeout=30)


@pytest.mark.parametrize(
    ("arguments", "patch"),
    [
        (["draw", "slow.py:Builds", "--input", "1,3"], ""),
        (["skips", "slow.py:Builds", "--input", "1,3"], ""),
        (["draw", "slow.py:Plain", "--input", "1,3", "-o", "net.png"], "Graphviz"),
        (["draw", "slow.py:Plain", "--input", "1,3", "-o", "net.svg"], "file"),
    ],
)
def test_the_time_limit_is_that_of_the_whole_command(arguments, patch, start, tmp_path) -> None:
    seconds = 5 if patch else 2  # until then it has been traced, unless the machine is very busy
    command = start([*arguments, "--timeout", str(seconds)], patch)
    _, said = command.communicate(timeout=60)
    line = said.decode().splitlines()[-1]
    assert command.returncode == 1
    assert re.match(rf"visualize: .*not (done|drawn) after {seconds} seconds; .*timeout", line)
    assert not [*(tmp_path / "temporary").iterdir()]
    assert not (tmp_path / "net.svg").exists()
    worker = tmp_path / "worker"
    assert not worker.exists() or not _is_alive(int(worker.read_text()))


def test_the_mask_of_files_stays_that_of_the_process(tmp_path: Path) -> None:
    import visualize

    before = os.umask(0o027)
    try:
        written = visualize.draw("alexnet").save(tmp_path / "net.svg")
        assert os.umask(0o027) == 0o027
        assert written.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)
