"""Errors: one line, safe to print, with their facts as attributes."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from visualize.core import errors
from visualize.core.errors import (
    ShapeError,
    UnknownModelError,
    UntraceableError,
    UsageError,
    VisualizeError,
    WeightsError,
    list_names,
    printable,
    shorten,
    shorten_path,
)


def test_all_kinds_are_of_one_base() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    kinds = [kind for kind in kinds if kind.__module__ == errors.__name__]
    assert all(issubclass(kind, VisualizeError) for kind in kinds)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UsageError("is a folder"), "is a folder"),
        (UsageError("is a folder", where="here"), "here: is a folder"),
        (UsageError("is a folder", hint="name a file"), "is a folder; name a file"),
        (UsageError("two\nlines\x1b[2J", where="a\nb"), "a b: two lines[2J"),
        (
            ShapeError("fc: Linear", "1×5", "1×4"),
            "layer fc: Linear: got 1×5, expected 1×4; "
            "try another input (--input, or inputs= in Python)",
        ),
        (
            UnknownModelError("resnt", ["resnet18", "resnet34"]),
            "no model named 'resnt'; did you mean resnet18, resnet34?",
        ),
        (
            UnknownModelError("x", [], kind="theme"),
            "no theme named 'x'; see `visualize models`, or give path/to/file.py:Name",
        ),
    ],
)
def test_an_error_is_one_line(error: VisualizeError, text: str) -> None:
    assert str(error) == text


def test_a_notebook_shows_the_line_alone() -> None:
    error = UsageError("two\nlines\x1b[2J", where="a")
    assert error._render_traceback_() == ["UsageError: a: two lines[2J"]
    error.__notes__ = ["while\nx\x1b[2J"]  # type: ignore[attr-defined]
    assert error._render_traceback_() == ["UsageError: a: two lines[2J", "while x[2J"]


def test_plain_python_shows_the_frames() -> None:
    code = "import visualize\ndef inner(): visualize.draw('resnt')\ninner()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.startswith("Traceback (most recent call last):")
    assert "in inner" in ended.stderr
    assert "UnknownModelError: no model named 'resnt'" in ended.stderr


def test_facts_are_attributes() -> None:
    weights = WeightsError("does not fit", missing=["fc.weight"], unexpected=iter("ab"))  # type: ignore[arg-type]
    assert (weights.missing, weights.unexpected) == (("fc.weight",), ("a", "b"))
    shape = ShapeError("fc", "1×5", "1×4")
    assert (shape.layer, shape.got, shape.expected) == ("fc", "1×5", "1×4")
    assert UnknownModelError("x", ["y"]).nearest == ["y"]
    error = UntraceableError("data-dependent", line="net.py:3")
    assert error.line == error.where == "net.py:3"


def test_long_texts_are_cut() -> None:
    assert shorten("a" * 81) == "a" * 79 + "…"
    assert shorten("a" * 80) == "a" * 80
    assert shorten_path("/" + "a" * 80) == "…" + "a" * 79
    assert shorten_path("net.py") == "net.py"


def test_control_characters_are_removed() -> None:
    assert printable("a\x1b[31m\u202eb\n") == "a[31mb"


def test_names_are_counted_when_there_are_many() -> None:
    assert list_names([]) == ""
    assert list_names(["a", "b"]) == "a, b"
    assert list_names(list("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"
    assert list_names(["a", "b"], between=" and ") == "a and b"
