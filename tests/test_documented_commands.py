"""Every command in the documentation runs, with small models; what cannot says why."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from tests.commands import run

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/tutorials/*.md")),
]  # fmt: skip
# Commands that are not run here, by their beginning, and why.
NOT_RUN = {
    "pip install": "changes what is installed; .ci/run installs from the README",
    "pytest -n": "these tests themselves; run by .ci/run",
    "pytest -m zoo": "run by .ci/run",
    "ruff": "run by .ci/run",
    "mypy": "run by .ci/run",
    "bandit": "run by .ci/run",
    "lint-imports": "run by .ci/run",
    "python -m tests.fuzz.run": "takes an hour",
    "python outputs/gallery.py": "run by .ci/run",
    "python -m sphinx": "run by tests/test_site.py",
    "python3 -m venv": "changes what is installed",
    ". venv/bin/activate": "changes what is installed",
    "pdflatex paper.tex": "compiled by test_the_paper_compiles",
    "python tests/benchmarks": "run by .ci/run",
    "visualize diff HEAD~1:": "needs a repository; tests/models/test_revision.py has one",
    "visualize summary resnet18 --weights DEFAULT": "downloads",
    "visualize gallery timm: -o site --jobs 8": "takes an hour; tests/gallery runs jobs",
    "visualize gallery timm: -o site --scheduler": "needs a cluster; tests/gallery has one",
}
# Models that take long, and those that are run in their place.
SMALL = {
    "resnet50 wide_resnet50_2": "resnet18 resnet34",
    "resnet50": "resnet18",
    "vgg16": "alexnet",
    "vit_b_16": "squeezenet1_1",
    "gallery resnet18 'vit_*'": "gallery resnet18 'squeezenet1_*'",
    "timm:convnext_tiny": "timm:test_resnet",
    "'hf:LlamaConfig?num_hidden_layers=4'": "'hf:LlamaConfig?num_hidden_layers=1'",
    "'hf:LlamaConfig'": "'hf:LlamaConfig?num_hidden_layers=1'",
}
# Commands that fail in the documentation, to show how.
FAILING = ("--weights ten.pth", "--weights whole.pt", "--width 3.25in", "# exit status 1")

NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, depth=2):
        super().__init__(nn.Conv2d(3, 4, 3), *(nn.Conv2d(4, 4, 3) for _ in range(depth)))

def build(depth):
    return Net(depth)
"""
BLOCKS = """
from torch import nn

class Block(nn.Module):
    def __init__(self, skips):
        super().__init__()
        self.linear = nn.Linear(16, 16)
        self.skips = skips

    def forward(self, x):
        return x + self.linear(x) if self.skips else self.linear(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*(Block(index != 5) for index in range(12)))

    def forward(self, x):
        return self.blocks(x)
"""
FACTORY = """
from torch import nn

class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(100, 8)

    def forward(self, tokens):
        return self.embed(tokens)

factory = Words
"""
CONFIG = """{"model_type": "gpt2", "architectures": ["GPT2Model"], "n_layer": 1, "n_embd": 8,
"n_head": 2, "vocab_size": 50, "n_positions": 32}"""


@dataclass(frozen=True)
class Documented:
    """A command with what is printed below it, and the heading that it is under."""

    page: Path
    heading: str
    text: str
    output: str

    @property
    def command(self) -> str:
        """Without the comment behind it."""
        return re.sub(r"\s{2,}# .*", "", self.text)


def documented(page: Path) -> Iterator[Documented]:
    heading = ""
    blocks = re.compile(r"^#+ ([^\n]*)$|^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for found in blocks.finditer(page.read_text(encoding="utf-8")):
        if found[1]:
            heading = found[1]
            continue
        for part in f"\n{found[2]}".split("\n$ ")[1:]:
            command, _, output = part.partition("\n")
            yield Documented(page, heading, command, output.strip())


def reason(command: str) -> str:
    return next((why for begin, why in NOT_RUN.items() if command.startswith(begin)), "")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that commands name."""
    from torch import nn
    from torchvision.models import resnet18

    folder = tmp_path_factory.mktemp("files")
    for name in ("nets.py", "odd.py"):
        shutil.copy(ROOT / "docs" / name, folder)
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").touch()
    (folder / "package" / "module.py").write_text(FACTORY)
    (folder / "path" / "to").mkdir(parents=True)
    (folder / "path" / "to" / "config.json").write_text(CONFIG)
    (folder / "runs").mkdir()
    (folder / "outputs").mkdir()
    for suffix in ("svg", "pdf"):
        shutil.copy(ROOT / "outputs" / f"resnet18.{suffix}", folder / "outputs")
    small = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    exported = torch.export.export(small, (torch.zeros(1, 3, 8, 8),))
    torch.export.save(exported, folder / "exported.pt2")
    torch.jit.script(small).save(str(folder / "scripted.pt"))
    ten = resnet18(num_classes=10)
    for name in ("runs/best.pt", "ten.pth"):
        torch.save(ten.state_dict(), folder / name)
    torch.save(resnet18(), folder / "whole.pt")
    scope: dict[str, type[nn.Module]] = {}
    exec(NET, scope)
    from safetensors.torch import save_file

    save_file(dict(scope["Net"]().state_dict()), folder / "pruned.safetensors")
    return folder


def test_the_pages_have_commands() -> None:
    commands = [one for page in PAGES for one in documented(page)]
    assert len(commands) > 60
    unused = [begin for begin in NOT_RUN if not any(one.text.startswith(begin) for one in commands)]
    assert not unused


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_run(
    page: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    shutil.copytree(files, folder)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("COLUMNS", "110")
    written = page.read_text(encoding="utf-8")
    tests = re.search(r"```python\n(from visualize.integrations.pytest.*?)```", written, re.DOTALL)
    (folder / "test_net.py").write_text(tests[1] if tests else "")
    (folder / "resnet18.json").unlink(missing_ok=True)
    for one in documented(page):
        (folder / "net.py").write_text(BLOCKS if "2,7,16" in one.command else NET)
        if reason(one.command):
            continue
        if one.command.startswith("visualize check outputs/"):  # others were drawn there since
            shutil.copytree(files / "outputs", "outputs", dirs_exist_ok=True)
        if one.command.startswith("visualize draw resnet18.json"):
            assert run("graph", "resnet18", "-o", "resnet18.json").exit_code == 0
        check(one)


def check(one: Documented) -> None:
    """Run a command, and compare what it prints with what is written."""
    command = one.command
    for model, other in SMALL.items():
        command = command.replace(model, other)
    program, *arguments = shlex.split(command)
    if program == "pytest":
        plugins = ["-p", "visualize.integrations.pytest", "-p", "no:visualize"]
        options = ["-q", "-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider", *plugins]
        words = [sys.executable, "-m", "pytest", *options, *arguments]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (one.text, done.stdout)
        return
    assert program == "visualize", one.text
    result = run(*arguments)
    fails = any(sign in one.text for sign in FAILING) and "draw" not in arguments
    fails |= arguments[0] == "diff"  # as the models differ
    fails |= FAILING[-1] in one.text
    assert result.exit_code == int(fails), (one.text, result.output)
    if one.output and command == one.command:
        lines = [line.rstrip() for line in result.output.strip().splitlines()]
        assert lines == [line.rstrip() for line in one.output.splitlines()], one.text


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_the_paper_compiles(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of the first tutorial are as wide as a column of its article, to the hair."""
    page = ROOT / "docs" / "tutorials" / "first.md"
    shutil.copy(files / "odd.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    for one in documented(page):
        if "--caption" in one.command:
            check(one)
    paper = re.search(r"^```latex\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert paper
    Path("paper.tex").write_text(paper[1], encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    log = Path("paper.log").read_text(encoding="utf-8", errors="replace")
    assert "Overfull" not in log
    assert "Missing character" not in log
    assert "column: 229.5pt" in log
