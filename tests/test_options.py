"""One options type: a field is a keyword, a flag and an entry of a file, and is checked once."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import pytest

import visualize
from visualize.cli.draw import draw as draw_command
from visualize.cli.reports import graph as graph_command
from visualize.cli.reports import skips as skips_command
from visualize.cli.reports import summary as summary_command
from visualize.core.choices import ColorBy, Level
from visualize.core.errors import UnknownOptionError, UsageError
from visualize.core.length import Length
from visualize.core.option import Options, options_of
from visualize.options import FigureOptions, SkipsOptions, SummaryOptions, TraceOptions

FUNCTIONS = [
    (visualize.trace, TraceOptions),
    (visualize.draw, FigureOptions),
    (visualize.summarize, SummaryOptions),
    (visualize.skips, SkipsOptions),
]
COMMANDS = [
    (graph_command, TraceOptions),
    (skips_command, SkipsOptions),
    (draw_command, FigureOptions),
    (summary_command, SummaryOptions),
]
# What has no flag: rules are code, and commands name a model and know when values are needed.
PYTHON_ONLY = {"idioms", "name", "statistics", "memory"}


# One edit


ADDED = '    echo: str = text("Repeat these words.", metavar="WORDS")\n'
EXERCISE = """
import visualize
from click.testing import CliRunner
from visualize.cli import main

figure = visualize.draw("net.py:net", (1, 4), echo="in Python")
assert figure.options.echo == "in Python"
assert "echo: Repeat these words." in visualize.draw.__doc__

arguments = ["draw", "net.py:net", "--input", "1,4", "-o", "a.json", "--echo", "in a flag"]
assert CliRunner().invoke(main, [*arguments, "--save-config", "a.toml"]).exit_code == 0
assert 'echo = "in a flag"' in open("a.toml").read()
assert "--echo WORDS" in CliRunner().invoke(main, ["draw", "--help"]).output

seen = []
from visualize import pipeline
draw = pipeline.draw
pipeline.draw = lambda *a, options, **k: seen.append(options.echo) or draw(*a, options=options, **k)
assert CliRunner().invoke(main, ["draw", "--config", "a.toml"]).exit_code == 0
assert seen == ["in a flag"]
"""


def test_a_new_field_is_one_edit(tmp_path: Path) -> None:
    shutil.copytree(Path(visualize.__file__).parent, tmp_path / "visualize")
    (tmp_path / "net.py").write_text("from torch import nn\nnet = nn.Linear(4, 4)\n")
    file = tmp_path / "visualize" / "options.py"
    before = file.read_text(encoding="utf-8")
    place = before.index("    level: Level = choice(")
    file.write_text(before[:place] + ADDED + before[place:], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", EXERCISE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# What is public, and the types


@pytest.mark.parametrize(("function", "kind"), FUNCTIONS)
def test_a_signature_lists_the_fields(function: Callable[..., Any], kind: type[Options]) -> None:
    parameters = inspect.signature(function).parameters
    assert list(parameters)[:2] == ["model", "inputs"]
    listed = {
        name: parameter.default
        for name, parameter in parameters.items()
        if name not in ("model", "inputs", "kind", "long", "options", "report")
    }
    assert list(listed) == [option.name for option in options_of(kind)]
    assert set(listed) == {field.name for field in fields(kind)}
    made = kind(**listed)
    assert made == kind()


@pytest.mark.parametrize(("function", "kind"), FUNCTIONS)
def test_a_docstring_explains_the_fields(function: Callable[..., Any], kind: type[Options]) -> None:
    words = " ".join((function.__doc__ or "").split())
    for option in options_of(kind):
        assert f"{option.name}: {option.help}" in words
    assert "One of auto, symbolic, recorded." in words


@pytest.mark.parametrize(("command", "kind"), COMMANDS)
def test_a_command_has_a_flag_for_each_field(command: click.Command, kind: type[Options]) -> None:
    flags = {parameter.name: parameter for parameter in command.params}
    for option in options_of(kind):
        assert (option.name in flags) is (option.name not in PYTHON_ONLY)
    helped = " ".join(command.get_help(click.Context(command)).split())
    for option in options_of(kind):
        assert (option.help in helped) is (option.name in flags)


def test_flags_that_scripts_rely_on() -> None:
    flags = {flag for one in draw_command.params for flag in (*one.opts, *one.secondary_opts)}
    assert flags >= {
        "model", "--input", "-o", "--output", "--level", "--fold", "--no-fold", "--expand",
        "--collapse", "--only", "--hide", "--label", "--theme", "--font", "--color-by",
        "--direction", "--width", "--height", "--title", "--legend", "--no-legend", "--names",
        "--weights", "--tracer", "--leaf", "--train", "--timeout", "--config", "--save-config",
        "--caption", "--lang", "--check", "--verbose", "-v", "--debug",
    }  # fmt: skip


def test_help_needs_no_torch() -> None:
    code = "import sys, visualize.options; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Values are read once


def test_values_have_their_types() -> None:
    options = FigureOptions(
        level="block", color_by="type", width="3.25in", height=300, hide="fc", labels=None
    )  # type: ignore[arg-type]
    assert (options.level, options.color_by) == (Level.BLOCK, ColorBy.TYPE)
    assert options.width == Length(234.0, "3.25in")
    assert options.height == Length(300.0, "300pt")
    assert (options.hide, options.labels) == (("fc",), {})
    assert replace(options, level=Level.OP).width == options.width


def test_colours_of_values_need_statistics() -> None:
    assert FigureOptions(color_by=ColorBy.NORM).statistics
    assert not FigureOptions(color_by=ColorBy.MACS).statistics


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        (
            {"level": "huge"},
            "no level named 'huge'; use one of auto, stage, block, sublayer, layer, op",
        ),
        ({"tracer": 3}, "no tracer named '3'; use one of auto, symbolic, recorded"),
        ({"width": "wide"}, "width: 'wide' is"),
        ({"height": True}, "height must be a length such as 3.25in, or a number of points"),
        ({"fold": "no"}, "fold must be true or false"),
        ({"title": 3}, "title must be text"),
        ({"expand": 3}, "expand must be a list of texts"),
        ({"hide": [3]}, "hide must be a list of texts"),
        ({"labels": {"a": 1}}, "labels must be a table of texts"),
        ({"labels": ["a=b"]}, "labels must be a table of texts"),
        ({"timeout": -1}, "timeout must be a number, at least 0"),
        ({"timeout": float("nan")}, "timeout must be a number, at least 0"),
        ({"idioms": 3}, "idioms must be a sequence"),
    ],
)
def test_a_value_of_another_kind_is_refused(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        visualize.draw("resnet18", **keywords)
    assert str(error.value).startswith(message)


def test_depth_is_a_whole_number() -> None:
    for depth in (0, 1.5, True):
        with pytest.raises(UsageError, match="depth must be a whole number, at least 1"):
            visualize.summarize("resnet18", depth=depth)


@pytest.mark.parametrize(("function", "kind"), FUNCTIONS)
def test_an_unknown_keyword_names_the_nearest(
    function: Callable[..., Any], kind: type[Options]
) -> None:
    with pytest.raises(UnknownOptionError, match=r"no option named 'trace'; did you mean tracer\?"):
        function("resnet18", trace="auto")
    with pytest.raises(TypeError, match=r"'xyzzy'; use one of .*weights, tracer, leaves"):
        function("resnet18", xyzzy=1)


def test_keywords_win_over_options() -> None:
    options = FigureOptions(level=Level.BLOCK, title="T")
    both = FigureOptions.of(options, {"level": "op"})
    assert (both.level, both.title) == (Level.OP, "T")
    assert FigureOptions.of(options, {}) is options
    assert TraceOptions.of(options, {}) is options
    with pytest.raises(UsageError, match="options must be FigureOptions, not TraceOptions"):
        FigureOptions.of(TraceOptions(), {})
