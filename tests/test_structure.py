"""The house rules that a reader relies on: where tests are, how long things are, which words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "visualize"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)

# Modules without a test file of their own, and why.
WITHOUT_TESTS = {
    "core/boundary.py": "plain data, made by tracers",
    "core/facts.py": "plain data, made where a model is described",
    "core/scene_facts.py": "plain data, made by scene/facts.py",
    "core/detail.py": "plain data, made by simplifying",
    "export/parts.py": "plain data, made by composing",
    "layout/u_shape/shape.py": "plain data, made by finding a U",
}
# Places where a rule does not hold yet; they may pass before they are removed here.
TESTS_ELSEWHERE: tuple[str, ...] = ("export/engine/worker.py",)
TOO_LONG: tuple[str, ...] = ()
OLD_WORDS: tuple[str, ...] = ()
# Public functions list their options as keywords, for help and completion.
MANY_PARAMETERS = {"draw", "trace", "summarize"}
# Lines that may hold a banned word, and why.
WORDS: dict[tuple[str, str], str] = {}

MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 12
MOST_MODULES = 10
BANNED = re.compile(r"\b(told|tells|stands|besides)\b", re.IGNORECASE)
TEXTS = {".py", ".md", ".rst", ".toml", ".po", ".pot", ".txt", ".js", ".mjs", ".css", ".html"}


def name(path: Path) -> str:
    """A path as the tables above have it."""
    return path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else ROOT).as_posix()


def cases(paths: list[Path], pending: tuple[str, ...]) -> list[Any]:
    """The paths as parameters; those that begin with one of ``pending`` may fail."""
    mark = pytest.mark.xfail(strict=False, reason="still to be done")
    return [
        pytest.param(path, id=name(path), marks=[mark] if name(path).startswith(pending) else [])
        for path in paths
    ]


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{name(path)}:{node.lineno} {node.name}", node


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its ``def``, its docstring left out."""
    total = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return total
    return total - ((first.end_lineno or 0) - first.lineno + 1)


def place_of_tests(path: Path) -> Path:
    """Where the tests of a module are: the same place in the tree of tests."""
    place = path.relative_to(PACKAGE)
    return ROOT / "tests" / place.parent / f"test_{place.stem.strip('_')}.py"


def modules_with_tests() -> list[Path]:
    return [path for path in MODULES if not path.name.startswith("__")]


@pytest.mark.parametrize("path", cases(modules_with_tests(), TESTS_ELSEWHERE))
def test_a_module_has_tests_in_the_same_place(path: Path) -> None:
    assert place_of_tests(path).exists() or name(path) in WITHOUT_TESTS


def test_only_modules_without_tests_are_excepted() -> None:
    needed = {name(path) for path in modules_with_tests() if not place_of_tests(path).exists()}
    assert set(WITHOUT_TESTS) <= needed


@pytest.mark.parametrize("path", cases(MODULES, TOO_LONG))
def test_a_file_does_one_thing(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_a_function_fits_a_screen() -> None:
    found = [(where, lines(node)) for path in MODULES for where, node in functions(path)]
    assert [each for each in found if each[1] > MOST_FUNCTION_LINES] == []


def test_a_function_has_few_parameters() -> None:
    found = []
    for path in MODULES:
        for where, node in functions(path):
            given = node.args
            count = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
            if count > MOST_PARAMETERS and node.name not in MANY_PARAMETERS:
                found.append((where, count))
    assert found == []


def test_a_reader_sees_the_pipeline_at_the_top() -> None:
    beside = [path for path in MODULES if path.parent == PACKAGE]
    assert len(beside) <= MOST_MODULES


def texts() -> list[Path]:
    found = [path for path in PACKAGE.rglob("*") if path.suffix in TEXTS]
    return sorted([*found, ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", cases(texts(), OLD_WORDS))
def test_the_words_are_those_of_a_native_engineer(path: Path) -> None:
    found = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BANNED.search(line) and (name(path), line.strip()) not in WORDS
    ]
    assert found == []


def test_what_the_rules_count() -> None:
    source = 'def f(a, *, b):\n    """One\n\n    two."""\n    return a\n'
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert lines(function) == 2
    assert BANNED.search("It Tells")
    assert not BANNED.search("untold_tales")
