"""The command line: its contract, its files and its errors."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import pty
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner, Result

from visualize.cli import main

NETS = """
import time
import torch
from torch import nn

class Tiny(nn.Module):
    def __init__(self, depth=1):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.rest = nn.Sequential(*[nn.Conv2d(4, 4, 1) for _ in range(depth - 1)])
    def forward(self, x):
        print("forward is running")
        return self.rest(self.conv(x))

class Branching(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x
        return -x

class Failing(nn.Module):
    def __init__(self):
        super().__init__()
        raise RuntimeError("no licence\\nfor this")

class Raising(nn.Module):
    def forward(self, x):
        raise KeyError("boom")

class Counting(nn.Module):
    def forward(self, x):
        return x * x.sum().item()

class Leaving(nn.Module):
    def forward(self):
        raise SystemExit(0)

class Endless(nn.Module):
    def forward(self, x):
        try:
            while True:
                x = -x
        except Exception:
            return x

class Stubborn(nn.Module):
    def forward(self, x):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

class Slow(Tiny):
    def __init__(self):
        super().__init__()
        time.sleep(1.3)

def build(depth=2):
    return Tiny(depth)

number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(NETS)
    (tmp_path / "broken.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def fails(status: int, *arguments: str) -> str:
    """Run, expect ``status`` and one line on standard error, and return it."""
    result = run(*arguments)
    assert result.exit_code == status, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert not result.stdout
    return lines[0]


def test_draw_writes_every_format_in_one_run(folder: Path) -> None:
    outputs = [
        option
        for suffix in ("svg", "pdf", "png", "json", "dot")
        for option in ("-o", f"a.{suffix}")
    ]
    result = run("draw", "resnet18", *outputs)
    assert result.exit_code == 0, result.output
    last = result.stdout.strip().splitlines()[-1]
    for word in ("a.svg", "a.dot", "26 boxes", "11,689,512 parameters", "1.814 G MACs", "8 skips"):
        assert word in last
    ET.parse(folder / "a.svg")
    assert (folder / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "a.json").read_text())["level"] == "layer"
    assert (folder / "a.dot").read_text().startswith("digraph")


def test_draw_writes_to_outputs_by_default(folder: Path) -> None:
    result = run("draw", "net.py:build(depth=3)", "--input", "1,3,8,8")
    assert result.exit_code == 0, result.output
    assert (folder / "outputs" / "build.svg").exists()


def test_draw_says_where_a_figure_does_not_fit_a_page(folder: Path) -> None:
    result = run("draw", "resnet50", "--level", "op", "-o", "a.json")
    assert "(larger than a page of 6.875 × 9 in)" in result.stdout
    result = run("draw", "resnet50", "--level", "block", "-o", "a.json")
    assert "larger than a page" not in result.stdout


def test_graph_prints_the_contract(folder: Path) -> None:
    result = run("graph", "resnet18")
    document = json.loads(result.stdout)
    model = document["model"]
    assert document["schema"] == 1
    assert (model["name"], model["class"], model["tracer"]) == ("resnet18", "ResNet", "symbolic")
    assert model["parameters"] == model["trainable_parameters"] == 11_689_512
    assert model["macs"] == pytest.approx(1.814e9, rel=0.01)
    assert model["unused_parameters"] == 0
    conv1 = next(node for node in document["nodes"] if node["id"] == "conv1")
    assert (conv1["kind"], conv1["type"], conv1["path"]) == ("module", "Conv2d", "conv1")
    assert conv1["module_class"] == "torch.nn.Conv2d"
    assert conv1["attributes"]["kernel_size"] == [7, 7]
    assert conv1["outputs"] == [{"shape": [1, 64, 112, 112], "dtype": "float32"}]
    kinds = [skip["kind"] for skip in document["skips"]]
    assert kinds == ["identity"] * 2 + ["projection", "identity"] * 3
    for index, skip in enumerate(document["skips"]):
        steps = [skip["fork"], *skip["branch"], skip["merge"]]
        marked = {(e["source"], e["target"]) for e in document["edges"] if e["skip"] == index}
        assert marked == set(itertools.pairwise(steps))


def test_graph_is_a_node_link_document(folder: Path) -> None:
    document = json.loads(run("graph", "net.py:Tiny", "--input", "1,3,8,8").stdout)
    graph = nx.node_link_graph(document, edges="edges")
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.nodes["conv"]["parameters"] == 112


@pytest.mark.parametrize("suffix", ["json", "graphml", "dot"])
def test_graph_writes_files(folder: Path, suffix: str) -> None:
    result = run("graph", "resnet18", "-o", f"g.{suffix}")
    assert result.exit_code == 0, result.output
    assert "71 nodes" in result.stdout
    content = (folder / f"g.{suffix}").read_bytes()
    if suffix == "graphml":
        assert len(nx.read_graphml(io.BytesIO(content))) == 71
    elif suffix == "json":
        assert len(json.loads(content)["nodes"]) == 71
    else:
        assert content.count(b"shape=box") == 71


def test_skips_in_every_format(folder: Path) -> None:
    table = run("skips", "resnet18").stdout
    assert table.count("identity") >= 5
    assert "layer2.0" in table
    rows = list(csv.DictReader(io.StringIO(run("skips", "resnet18", "--format", "csv").stdout)))
    assert [row["kind"] for row in rows].count("projection") == 3
    assert rows[2]["parameters"] == "8448"
    markdown = run("skips", "resnet18", "--format", "md").stdout.splitlines()
    assert len(markdown) == 2 + 8
    skips = json.loads(run("skips", "resnet18", "--format", "json").stdout)
    assert skips[2]["branch"] == ["layer2_0_downsample_0", "layer2_0_downsample_1"]


def test_skips_can_be_chosen_and_say_where_they_are_written(folder: Path) -> None:
    arguments = ("skips", "resnet18", "--format", "json")
    every = json.loads(run(*arguments).stdout)
    assert [skip["kind"] for skip in every].count("identity") == 5
    assert {skip["bypassed_layers"] for skip in every} == {2}
    assert all(skip["source"].endswith(": out += identity") for skip in every)
    recorded = json.loads(run(*arguments, "--tracer", "recorded").stdout)
    assert [skip["source"] for skip in recorded] == [skip["source"] for skip in every]
    projections = json.loads(run(*arguments, "--kind", "projection").stdout)
    assert projections == [skip for skip in every if skip["kind"] == "projection"]
    assert sum(skip["macs"] for skip in projections) == 19267584
    assert json.loads(run(*arguments, "--long").stdout) == []
    assert "No skip connections of resnet18 to list" in run("skips", "resnet18", "--long").stdout
    table = run("skips", "resnet18", "--kind", "projection", "--lang", "zh").stdout
    assert "3 个投影：173,824 个参数，19.27 M 次乘加" in table


def test_summary_in_every_format_and_language(folder: Path) -> None:
    table = run("summary", "resnet18").stdout
    assert table.startswith("resnet18 (ResNet)\nResNet-18 from Deep Residual Learning")
    assert "layer4 holds 71.8 % of the parameters" in table
    assert "71.8 % 的参数在 layer4" in run("summary", "resnet18", "--lang", "zh").stdout
    rows = list(csv.DictReader(io.StringIO(run("summary", "resnet18", "--format", "csv").stdout)))
    assert (rows[0]["layer"], rows[0]["parameters"]) == ("conv1", "9408")
    assert json.loads(run("summary", "resnet18", "--format", "json").stdout)["facts"]["depth"] == 18
    assert "# resnet18 (ResNet)" in run("summary", "resnet18", "--format", "md").stdout
    assert "\\toprule" in run("summary", "resnet18", "--format", "latex").stdout
    shallow = run("summary", "resnet18", "--depth", "1", "--sort", "macs", "--format", "csv").stdout
    assert shallow.splitlines()[1].startswith("layer1,")
    assert run("summary", "resnet18", "--depth", "0").exit_code == 2


def test_models_lists_and_filters() -> None:
    names = run("models").stdout.split()
    assert "resnet18" in names
    assert len(names) > 80
    assert run("models", "vit_*").stdout.split() == [n for n in names if n.startswith("vit_")]


def test_what_a_model_prints_stays_out_of_the_document(folder: Path) -> None:
    result = run("graph", "net.py:Tiny", "--input", "1,3,8,8")
    assert json.loads(result.stdout)["model"]["name"] == "Tiny"
    assert "forward is running" in result.stderr


def test_what_was_assumed_is_said(folder: Path) -> None:
    result = run("skips", "net.py:Tiny")
    assert result.exit_code == 0
    assert "assumed --input 1,3,224,224, as conv (Conv2d) takes 3 channels" in result.stderr
    assert "tracer" not in result.stderr
    assert "assumed" not in run("skips", "net.py:Tiny", "--input", "1,3,8,8").stderr


def test_a_run_on_values_is_said_and_verbose_tells_why(folder: Path) -> None:
    arguments = ["skips", "net.py:Branching", "--input", "1,3"]
    assert "depends on values: it was run on the CPU" in run(*arguments).stderr
    result = run(*arguments, "-v")
    assert "symbolic tracing failed: net.py:17: `if x.sum() > 0:`" in result.stderr
    assert "traced by the recorded tracer" in result.stderr


def test_hiding_what_has_no_box_is_said(folder: Path) -> None:
    arguments = ["draw", "resnet18", "-o", "a.json", "--hide"]
    assert "no box of its own at level layer" in run(*arguments, "BatchNorm2d").stderr
    assert "no box" not in run(*arguments, "maxpool").stderr


def test_progress_on_a_terminal_leaves_the_output_alone(folder: Path) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "visualize", "graph", "net.py:Slow", "--input", "1,3,8,8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # at its end
        while read := os.read(terminal, 4096):
            shown += read
    output, _ = process.communicate()
    os.close(terminal)
    assert json.loads(output)["model"]["name"] == "Slow"
    assert "loading net.py:Slow" in shown.decode()
    assert '"schema"' not in shown.decode()


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
        (1, ["draw", "net.py:Nett"], ["net.py", "Nett", "it has"]),
        (1, ["draw", "broken.py:Net"], ["broken.py:1", "SyntaxError"]),
        (1, ["draw", "no_such_package:Net"], ["no_such_package", "no module named"]),
        (1, ["draw", "net.py:number"], ["number is no model", "int"]),
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
        (2, ["draw", "resnet18", "-o", "a.jpeg"], ["a.jpeg", "jpeg", ".svg"]),
        (2, ["draw", "resnet18", "-o", "noformat"], ["noformat", "suffix", ".svg"]),
        (2, ["draw", "resnet18", "-o", "."], ["is a folder"]),
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
        (1, ["draw", "net.py:Endless", "--input", "1,3", "--timeout", "0.5"],
         ["net.py:", "not done after 0.5 seconds", "--timeout"]),
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


def test_a_model_that_catches_its_end_is_ended(folder: Path) -> None:
    code = "from visualize.cli import loading, main; loading._GRACE = 0.2; main()"
    arguments = ["skips", "net.py:Stubborn", "--input", "1,3", "--timeout", "0.5"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, cwd=folder)
    assert done.returncode == 1
    assert b"not done after 0.5 seconds, and it does not let itself be ended" in done.stderr


def test_usage_errors_of_click_have_status_2() -> None:
    assert run("draw").exit_code == 2
    assert run("draw", "resnet18", "--level", "huge").exit_code == 2
    assert run("paint").exit_code == 2


def test_debug_shows_the_traceback(folder: Path) -> None:
    result = run("draw", "resnet81", "--debug")
    assert result.exit_code == 1
    assert "UnknownModelError" in repr(result.exception)


def test_two_processes_write_the_same_bytes(folder: Path) -> None:
    files = ("a.svg", "a.dot", "a.json", "a.pdf")
    contents = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "visualize", "draw", "squeezenet1_1"]
        for name in files:
            command += ["-o", name]
        subprocess.run(command, check=True, capture_output=True, env={"PYTHONHASHSEED": seed})
        contents.append([(folder / name).read_bytes() for name in files])
    assert contents[0] == contents[1]
