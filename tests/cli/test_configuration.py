"""`--config` and `--save-config`: a figure is drawn again from a file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands import fails, run
from visualize.cli.configuration import write_configuration
from visualize.core.configuration import read_configuration
from visualize.core.errors import UsageError
from visualize.core.kinds import Table, Text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_a_figure_is_drawn_again_from_its_file(tmp_path: Path) -> None:
    figure, file = tmp_path / "net.dot", tmp_path / "net.toml"
    done = run(
        "draw", "squeezenet1_1", "--level", "layer", "--no-fold", "--label", "Fire=fire", "--hide",
        "Dropout", "--title", 'a "title"', "-o", str(figure), "--save-config", str(file),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    drawn = figure.read_bytes()
    figure.unlink()
    assert run("draw", "--config", str(file)).exit_code == 0
    assert figure.read_bytes() == drawn
    other = tmp_path / "other.dot"
    again = run("draw", "--config", str(file), "--title", "another", "-o", str(other))
    assert again.exit_code == 0
    assert "another" in other.read_text()


def test_every_option_survives_the_file(tmp_path: Path) -> None:
    figure, file, again = (tmp_path / name for name in ("net.json", "net.toml", "again.toml"))
    options = [
        "--input", "1,3,64,64", "--lang", "zh", "--caption", "--level", "block", "--no-fold",
        "--expand", "layer1", "--expand", "layer2", "--collapse", "layer3.*", "--hide", "fc",
        "--label", "layer1=first", "--theme", "mono", "--color-by", "macs", "--direction", "LR",
        "--width", "9cm", "--height", "300pt", "--title", "T", "--no-legend", "--names",
        "--tracer", "symbolic", "--leaf", "BatchNorm2d", "--train", "--timeout", "50",
    ]  # fmt: skip
    done = run("draw", "resnet18", "-o", str(figure), *options, "--save-config", str(file))
    assert done.exit_code == 0, done.stderr
    saved = file.read_text(encoding="utf-8")
    assert saved.startswith('model = "resnet18"\n')
    assert tomllib.loads(saved) == {
        "model": "resnet18", "input": ["1,3,64,64"], "output": [str(figure)], "lang": "zh",
        "caption": True, "level": "block", "fold": False, "expand": ["layer1", "layer2"],
        "collapse": ["layer3.*"], "hide": ["fc"], "label": {"layer1": "first"}, "theme": "mono",
        "color-by": "macs", "direction": "LR", "width": "9cm", "height": "300pt", "title": "T",
        "legend": False, "names": True, "tracer": "symbolic", "leaf": ["BatchNorm2d"],
        "train": True, "timeout": 50.0,
    }  # fmt: skip
    drawn = figure.read_bytes()
    assert run("draw", "--config", str(file), "--save-config", str(again)).exit_code == 0
    assert again.read_bytes() == file.read_bytes()
    assert figure.read_bytes() == drawn


@pytest.mark.parametrize("title", ["a\x7fb", "a\x1b[2Jb", 'a\\"\tb\nc', "ünï 图", "\x00\x85\u2028"])
def test_any_title_survives_the_file(tmp_path: Path, title: str) -> None:
    file = tmp_path / "net.toml"
    file.write_bytes(write_configuration({"title": title, "label": {title: title}}))
    read = read_configuration(file, {"title": Text(), "label": Table()})
    assert read == {"title": title, "label": {title: title}}


def test_a_title_with_a_control_character_is_drawn_again(tmp_path: Path) -> None:
    figure, file = str(tmp_path / "net.json"), str(tmp_path / "net.toml")
    saved = run("draw", "alexnet", "--title", "a\x7fb", "-o", figure, "--save-config", file)
    assert saved.exit_code == 0, saved.stderr
    drawn = Path(figure).read_bytes()
    assert run("draw", "--config", file).exit_code == 0
    assert Path(figure).read_bytes() == drawn


def test_text_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--save-config: a text is not valid Unicode"):
        write_configuration({"title": "\udcff"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('level = "huge"', ["net.toml", "no level named 'huge'", "auto, stage"]),
        ('width = "wide"', ["net.toml", "'wide'", "3.25in"]),
        ("timeout = -1", ["net.toml", "timeout must be a number, at least 0"]),
        ("check = true", ["net.toml", "no option named 'check'"]),
    ],
)
def test_mistakes_in_a_file_are_one_line_and_status_2(
    folder: Path, text: str, words: list[str]
) -> None:
    (folder / "net.toml").write_text(text)
    line = fails(2, "draw", "resnet18", "--config", "net.toml")
    for word in words:
        assert word in line
