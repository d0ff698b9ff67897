from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.integrations.asked import Around, Form, asked, read_block, read_given


def around(*folders: Path, **defaults: Any) -> Around:
    return Around(folders, defaults, "the settings")


def test_options_of_all_figures_and_of_one() -> None:
    given = read_given({"level": "op", "no-fold": "", "label": "a=First\nb=Second", "dpi": "72"})
    figure = asked(" net.py:Net( depth=4 ) ", given, around(level="block", names=True))
    options = figure.wanted.options
    assert figure.wanted.model == "net.py:Net( depth=4 )"
    assert (options.level, options.fold, options.names) == (Level.OP, False, True)
    assert (options.labels, options.dpi) == ({"a": "First", "b": "Second"}, 72)
    assert (options.theme, options.background.value) == ("auto", "transparent")
    assert (figure.form, figure.align, figure.caption) == (Form.SVG, "center", "")


@pytest.mark.parametrize(
    ("form", "formats"), [("svg", "svg"), ("html", "html"), ("mermaid", "mmd")]
)
def test_the_form_decides_what_is_drawn(form: str, formats: str) -> None:
    assert asked("m", {"format": form}, around()).wanted.formats == (formats,)
    assert asked("m", {}, around(format=form)).wanted.formats == (formats,)
    assert asked("m", {"format": "svg"}, around(format=form)).form is Form.SVG


def test_a_block_of_text() -> None:
    text = "net.py:Net(\n  depth=4)\n:input: 1,4\nname: net\nexpand:\n  a\n  b\n\nBelow.\n\nMore."
    model, given, below = read_block(text)
    assert model == "net.py:Net( depth=4)"
    assert given == {"input": ["1,4"], "name": "net", "expand": ["a", "b"]}
    assert below == "Below.\n\nMore."
    assert read_block("hf:gpt2") == ("hf:gpt2", {}, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("m\nlevel: op\nlevle: op", "levle"),
        ("m\nlevle: op", "levle"),
        ("m\nmore", "more"),
        ("m\nno-fold: yes", "no-fold: no value"),
        ("m\nlabel: a", "label: each line must be NAME=TEXT"),
        ("m\nformat: png", "use one of svg, html, mermaid"),
        ("m\nalign: middle", "use one of left, center, right"),
        ("m\ntitle:", "title: a value is needed"),
        ("m\nlink: javascript:{file}", "link: a link must begin"),
    ],
)
def test_a_block_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_block(text)


@pytest.mark.parametrize(
    ("given", "defaults", "words"),
    [
        ({"level": "every"}, {}, "level"),
        ({}, {"levle": "op"}, "the settings: no option named 'levle'"),
        ({}, {"format": "png"}, "the settings: format"),
        ({}, {"format": 3}, "the settings: format"),
        ({"format": "html", "link": "/{file}"}, {}, "format svg"),
    ],
)
def test_options_that_cannot_be_used(
    given: dict[str, Any], defaults: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        asked("m", given, around(**defaults))


def test_a_file_of_options(tmp_path: Path) -> None:
    file = tmp_path / "net.toml"
    file.write_text(
        'model = "resnet18"\ninput = ["1,3,64,64"]\noutput = ["a.svg"]\ncaption = true\n'
        'lang = "zh"\nlevel = "op"\nfold = false\n[label]\nfc = "Head"\n'
    )
    figure = asked("", {"config": "net.toml", "level": "block"}, around(tmp_path))
    assert (figure.wanted.model, figure.wanted.inputs) == ("resnet18", ("1,3,64,64",))
    assert (figure.caption, figure.wanted.language) == ("auto", "zh")
    options = figure.wanted.options
    assert (options.level, options.fold, options.labels) == (Level.BLOCK, False, {"fc": "Head"})
    assert asked("vgg16", {"config": "net.toml"}, around(tmp_path)).wanted.model == "vgg16"
    file.write_text("levle = 3")
    with pytest.raises(UsageError, match="levle"):
        asked("m", {"config": "net.toml"}, around(tmp_path))
    with pytest.raises(UsageError, match="cannot be read"):
        asked("m", {"config": "other.toml"}, around(tmp_path))


def test_a_figure_needs_a_model() -> None:
    with pytest.raises(UsageError, match="no model is named"):
        asked("  ", {}, around())


def test_a_file_is_found_beside_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "net.py").touch()
    found = asked("net.py:Net", {}, around(tmp_path / "two", tmp_path / "one")).wanted.model
    assert found == str(Path("two") / "net.py:Net")
