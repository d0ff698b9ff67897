"""What is read is not replaced, and no file that is written replaces another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands import fails, run

VIT = '{"model_type": "vit", "num_hidden_layers": 1, "hidden_size": 8, "num_attention_heads": 2}'
TINY = ("net.py:Tiny", "--input", "1,3,8,8")


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "command",
    [
        ("draw", "hf:c.json", "-o", "c.json"),
        ("draw", "hf:c.json", "-o", "./sub/../c.json"),
        ("draw", "hf:c.json", "-o", "link.json"),
        ("graph", "hf:c.json", "-o", "c.json"),
        ("draw", *TINY, "-o", "a.svg", "--save-config", "net.py"),
        ("draw", *TINY, "-o", "a.svg", "--config", "o.toml", "--save-config", "o.toml"),
        ("draw", *TINY, "-o", "a.svg", "--theme", "o.toml", "--save-config", "o.toml"),
        ("draw", *TINY, "-o", "a.svg", "--font", "f.ttf", "--save-config", "f.ttf"),
        ("draw", *TINY, "-o", "a.svg", "--weights", "w.pth", "--save-config", "w.pth"),
    ],
    ids=" ".join,
)
def test_what_is_read_is_not_replaced(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "sub").mkdir()
    (folder / "link.json").symlink_to("c.json")
    files = {name: written(folder / name, VIT) for name in ("c.json", "f.ttf", "w.pth")}
    files |= {"o.toml": written(folder / "o.toml", 'level = "layer"\n'), "net.py": Path("net.py")}
    before = {name: path.read_bytes() for name, path in files.items()}
    assert "is read, and would be replaced; name another file" in fails(2, *command)
    assert {name: path.read_bytes() for name, path in files.items()} == before
    assert not (folder / "a.svg").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-o", "a.svg", "--save-config", "a.svg"), "a.svg: is named twice"),
        (("-o", "a.svg", "-o", "link.pdf"), "link.pdf: is the same file as a.svg"),
        (("-o", "a.svg", "--caption", "--save-config", "a.caption.txt"), "is named twice"),
        (("-o", "link.pdf", "--save-config", "a.svg"), "a.svg: is the same file as link.pdf"),
    ],
)
def test_no_file_replaces_another(folder: Path, options: tuple[str, ...], reason: str) -> None:
    (folder / "link.pdf").symlink_to("a.svg")
    assert reason in fails(2, "draw", *TINY, *options)
    assert not (folder / "a.svg").exists()


def test_a_figure_may_be_named_twice_and_formats_share_a_caption(folder: Path) -> None:
    names = ("-o", "a.svg", "-o", "./a.svg", "-o", "a.dot", "--caption")
    assert run("draw", *TINY, *names).exit_code == 0
    found = {path.name for path in folder.iterdir()}
    assert {"a.svg", "a.dot", "a.caption.txt"} <= found


def test_captions_are_checked_before_anything_is_drawn(folder: Path) -> None:
    os.mkfifo(folder / "a.caption.txt")
    line = fails(1, "draw", "net.py:Failing", "-o", "a.svg", "--caption")
    assert "a.caption.txt: not a regular file" in line


@pytest.mark.parametrize("kind", ["file", "link to nothing", "link to a folder", "link to itself"])
def test_what_the_default_folder_may_be(folder: Path, kind: str) -> None:
    outputs = folder / "outputs"
    if kind == "file":
        outputs.write_text("mine")
        assert "its folder is a file" in fails(1, "draw", *TINY)
        assert outputs.read_text() == "mine"
    elif kind == "link to a folder":
        (folder / "real").mkdir()
        outputs.symlink_to("real")
        assert run("draw", *TINY).exit_code == 0
        assert (folder / "real" / "Tiny.svg").is_file()
        assert outputs.is_symlink()
    else:
        outputs.symlink_to("outputs" if kind == "link to itself" else "nothing")
        assert "outputs/Tiny.svg" in fails(1, "draw", *TINY)
        assert outputs.is_symlink()
        assert not (folder / "nothing").exists()


@pytest.mark.parametrize("suffix", ["svg", "pdf", "json"])
def test_standard_output_has_the_bytes_of_the_file_and_nothing_else(
    folder: Path, suffix: str
) -> None:
    wanted = ("draw", *TINY, "-o", "-", "-o", f"a.{suffix}", "--format", suffix, "--check")
    result = run(*wanted)
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes == (folder / f"a.{suffix}").read_bytes()
    assert f"wrote standard output, a.{suffix}: " in result.stderr
    assert "no problems found" in result.stderr
    assert not (folder / "-").exists()


def test_a_file_may_be_called_as_standard_output_is(folder: Path) -> None:
    (folder / "-").mkdir()
    assert run("draw", *TINY, "-o", "./-/a.svg").exit_code == 0
    assert (folder / "-" / "a.svg").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-o", "-"), "-o -: standard output has no suffix; give its format with --format"),
        (("-o", "a.svg", "--format", "pdf"), "--format: is the format of standard output"),
        (("--format", "pdf"), "add -o -, or name a file with -o"),
        (("-o", "-", "--format", "gif"), "--format: cannot write the format 'gif'"),
        (("-o", "-", "--format", "svg", "--caption"), "--caption: is written beside a file"),
        (("-o", "-", "--format", "html", "--watch"), "--watch: draws into files"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_go_to_standard_output(
    folder: Path, options: tuple[str, ...], reason: str
) -> None:
    assert reason in fails(2, "draw", *TINY, *options)
    assert not (folder / "a.svg").exists()
