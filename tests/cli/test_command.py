"""The command: help, exit statuses and errors of one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import fails, run

LONG = "a" * 300


@pytest.mark.parametrize("arguments", [["--help"], ["draw", "--help"], ["models"], ["--version"]])
def test_no_torch_without_need(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom visualize.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit as end: assert not end.code\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_help_has_examples() -> None:
    for command in ("draw", "graph", "summary", "skips", "models"):
        assert f"visualize {command}" in run(command, "--help").output
    for command in ("draw", "graph", "summary", "skips"):
        assert "runs its code" in " ".join(run(command, "--help").output.split())


@pytest.mark.parametrize(
    ("status", "arguments", "words"),
    [
        (1, ["draw", "resnet81"], ["resnet81", "did you mean", "resnet18"]),
        (1, ["draw", "missing.py:Net"], ["missing.py", "no such file"]),
        (1, ["draw", "net.py:Nett"], ["net.py", "'Nett' is not defined", "did you mean"]),
        (1, ["draw", "broken.py:Net"], ["broken.py:1", "SyntaxError"]),
        (1, ["draw", "no_such_package:Net"], ["no_such_package", "no module named"]),
        (1, ["draw", "net.py:number"], ["number is not a model", "int"]),
        (1, ["draw", "net.py:Failing", "--input", "1"], ["RuntimeError", "no licence"]),
        (1, ["draw", "resnet18?nonsense=1"], ["resnet18?nonsense=1", "TypeError"]),
        (1, ["draw", "net.py:Raising"], ["no input is known", "KeyError", "--input"]),
        (1, ["draw", "resnet18", "--input", "1,1,224,224"],
         ["conv1 (Conv2d)", "got 1×1×224×224", "expected 3 channels"]),
        (1, ["draw", "net.py:Tiny", "--input", "1,3,8,8", "--input", "y=1,3"], ["forward", "y"]),
        (1, ["draw", "net.py:Branching", "--input", "1,3", "--tracer", "symbolic"],
         ["net.py:17", "if x.sum() > 0", "depends on the data"]),
        (1, ["draw", "net.py:Counting", "--input", "1,3", "--tracer", "symbolic"],
         ["Counting.forward (item)", "depends on the values"]),
        (1, ["draw", "net.py:Raising", "--input", "1,3"], ["net.py:28", "KeyError", "boom"]),
        (2, ["draw", "resnet18", "--level", "op", "--level", "block"], ["--level: given twice"]),
        (2, ["graph", "resnet18", "-o", "a.json", "-o", "b.json"], ["--output: given twice"]),
        (2, ["skips", "resnet18", "--lang", "en", "--lang", "zh"], ["--lang: given twice"]),
        (2, ["summary", "resnet18", "--depth", "1", "--depth", "2"], ["--depth: given twice"]),
        (2, ["draw", "resnet18", "--label", "fc=A", "--label", "fc=B"], ["'fc' is given twice"]),
        (2, ["draw", "resnet18", "-o", "a.jpeg"], ["a.jpeg", "jpeg", ".svg"]),
        (2, ["draw", "resnet18", "-o", "noformat"], ["noformat", "suffix", ".svg"]),
        (2, ["draw", "resnet18", "-o", "."], ["is a folder"]),
        (1, ["draw", "resnet18", "-o", f"{LONG}.svg"], ["cannot be written: File name too long"]),
        (1, ["draw", "resnet18", "-o", f"{LONG}/a.svg"], ["written: File name too long"]),
        (1, ["diff", "resnet18", "resnet18", "-o", f"{LONG}.svg"], ["File name too long"]),
        (2, ["draw", "resnet18", "--font", f"{LONG}.ttf", "-o", "a.svg"], ["no font named"]),
        (1, ["draw", "resnet18", "-o", "nowhere/a.svg"], ["nowhere", "folder does not exist"]),
        (1, ["draw", "resnet18", "-o", "/proc/a.svg"], ["/proc/a.svg"]),
        (2, ["draw", "resnet18", "--input", "3x224"], ["--input", "3x224"]),
        (2, ["draw", "resnet18", "--theme", "neon"], ["neon", "paper"]),
        (2, ["draw", "net.py"], ["net.py"]),
        (2, ["draw", "net.py:build(depth=3"], ["parenthesis"]),
        (2, ["draw", "resnet18", "--input", "1,3,8,8:float99"], ["float99", "float32"]),
        (2, ["draw", "resnet18", "--input", "99999999999999999999,4"], ["larger"]),
        (1, ["draw", "x" * 300 + ".py:Net"], ["no such file"]),
        (1, ["draw", "resnet18", "--input", "3,224,224"], ["bn1", "4 dimensions"]),
        (1, ["draw", "net.py:Leaving"], ["net.py:Leaving", "SystemExit"]),
        (2, ["draw", ""], ["''"]),
        (2, ["draw", "net.py:build(1)"], ["arguments"]),
        (2, ["graph", "resnet18", "-o", "g.svg"], ["g.svg", ".graphml"]),
        (1, ["models", "zzz"], ["zzz"]),
        (2, ["draw", "resnet18", "--leaf", "Bottleneck"], ["--leaf", "Bottleneck"]),
        (1, ["draw", "net.py:Endless", "--input", "1,3", "--timeout", "12"],
         ["net.py:", "not done after 12 seconds", "--timeout"]),
    ],
)  # fmt: skip
def test_errors_are_one_line_and_write_nothing(
    folder: Path, status: int, arguments: list[str], words: list[str]
) -> None:
    before = sorted(folder.iterdir())
    line = fails(status, *arguments)
    for word in words:
        assert word in line
    left = [path for path in sorted(folder.iterdir()) if path.name != "__pycache__"]
    assert left == before


def test_usage_errors_of_click_have_status_2() -> None:
    assert run("draw").exit_code == 2
    assert run("draw", "resnet18", "--level", "huge").exit_code == 2
    assert run("paint").exit_code == 2


def test_debug_shows_the_traceback(folder: Path) -> None:
    result = run("draw", "resnet81", "--debug")
    assert result.exit_code == 1
    assert "UnknownModelError" in repr(result.exception)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_on_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "visualize", "summary", "alexnet"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == "visualize: output cannot be written: No space left on device"


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors of Unix")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(folder: Path, closed: str) -> None:
    graph = folder / "graph.json"
    assert not run("graph", "net.py:Tiny", "--input", "1,3,8,8", "-o", str(graph)).exit_code
    line = f"exec {sys.executable} -m visualize draw graph.json -o net.svg {closed}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert Path("net.svg").read_text().endswith("</svg>\n")
    assert "wrote" not in Path("net.svg").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder")
@pytest.mark.parametrize("model", ["net.py:Tiny", "hf:config.json", "resnet18"])
def test_a_working_folder_that_is_gone(model: str, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    line = f"cd gone; rmdir ../gone; {sys.executable} -m visualize draw {model}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "visualize: the working folder no longer exists; change to another one\n"
    )
