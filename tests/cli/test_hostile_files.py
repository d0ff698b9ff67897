"""Files that never end, inflate or nest without limit: one line each, and soon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from tests.commands import run

SVG = '<svg xmlns="http://www.w3.org/2000/svg">'
READERS = [
    ("check", "x.svg"),
    ("check", "x.pdf"),
    ("check", "x.tex"),
    ("draw", "x.pt"),
    ("draw", "x.pt2"),
    ("draw", "hf:x.json"),
    ("draw", "x.json"),
    ("draw", "resnet18", "--theme", "x.toml"),
    ("draw", "resnet18", "--config", "x.toml"),
    ("draw", "resnet18", "--weights", "x.pt"),
    ("draw", "resnet18", "--weights", "x.safetensors"),
]


def refusal(*command: str) -> str:
    """The one line on standard error."""
    result = run(*command)
    assert result.exit_code in (1, 2), result.output
    (line,) = result.stderr.strip().splitlines()
    return line


def name_in(command: tuple[str, ...]) -> str:
    return command[-1].removeprefix("hf:")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_not_read(folder: Path, kind: str, command: tuple[str, ...]) -> None:
    if kind == "pipe":
        os.mkfifo(folder / name_in(command))
    else:
        (folder / name_in(command)).symlink_to("/dev/zero")
    line = refusal(*command)
    assert "not a regular file" in line
    assert name_in(command) in line


def archive(path: Path, **parts: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (("draw", "x.pt2"), "once decompressed"),
        (("draw", "resnet18", "--weights", "x.pt"), "compressed"),
    ],
)
def test_archives_that_inflate(folder: Path, command: tuple[str, ...], named: str) -> None:
    nothing = bytes(300 * 2**20)
    archive(folder / "x.pt2", a__archive_format=b"pt2", **{"a__models__model.json": nothing})
    archive(folder / "x.pt", **{"archive__data.pkl": nothing, "archive__data__0": b"1234"})
    assert named in refusal(*command)


@pytest.mark.parametrize(
    ("command", "content"),
    [
        (("draw", "hf:x.json"), "[" * 100_000),
        (("draw", "hf:x.json"), '{"a":' * 100_000),
        (("draw", "x.json"), "[" * 100_000),
        (("draw", "resnet18", "--theme", "x.toml"), "a=" + "[" * 20_000),
        (("draw", "resnet18", "--config", "x.toml"), "a=" + "[" * 20_000),
        (("check", "x.svg"), SVG + "<g>" * 50_000 + "</g>" * 50_000 + "</svg>"),
    ],
)
def test_files_that_nest_deeply(folder: Path, command: tuple[str, ...], content: str) -> None:
    (folder / name_in(command)).write_text(content)
    assert "unexpected" not in refusal(*command)


@pytest.mark.parametrize(
    "fields",
    [
        {"vocab_size": 0},
        {"hidden_size": 10**13},
        {"hidden_size": -3},
        {"num_attention_heads": 0},
        {"intermediate_size": "wide"},
    ],
)
def test_absurd_sizes_of_a_configuration(folder: Path, fields: dict[str, object]) -> None:
    (folder / "x.json").write_text(json.dumps({"model_type": "bert", **fields}))
    assert "unexpected" not in refusal("draw", "hf:x.json")


def test_a_model_without_end_is_not_built(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("visualize.models.weightless._MOST", 300)
    (folder / "x.json").write_text(json.dumps({"model_type": "bert", "num_hidden_layers": 400}))
    assert "more than 300 parameter tensors" in refusal("draw", "hf:x.json")


@pytest.mark.parametrize("shape", ["1,3,2147483648,2147483648", "99999999999,3,224,224"])
def test_inputs_that_are_larger_than_any_tensor(folder: Path, shape: str) -> None:
    assert "larger than any tensor" in refusal("draw", "resnet18", "--input", shape)


def test_torch_does_not_quote_code_of_an_archive_past_python(folder: Path) -> None:
    class Ones(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.ones([2, 5]) + x

    torch.jit.save(torch.jit.script(Ones()), "plain.pt")
    with zipfile.ZipFile("plain.pt") as plain, zipfile.ZipFile("mixed.pt", "w") as mixed:
        for name in plain.namelist():
            mixed.writestr(name, plain.read(name).replace(b"[2, 5]", b"[2, 5.]"))
    code = "import sys; from visualize.cli import run; run()"  # C++ writes to the real descriptor
    command = [sys.executable, "-c", code, "draw", "mixed.pt", "--input", "1,5"]
    done = subprocess.run(command, capture_output=True, text=True)
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("visualize: mixed.pt: cannot be read as TorchScript")
