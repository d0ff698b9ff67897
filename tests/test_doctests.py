"""The examples in docstrings, of every module of the installed package."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import visualize

MODULES = [
    module.name
    for module in pkgutil.walk_packages(visualize.__path__, "visualize.")
    if not module.name.endswith(("__main__", "worker"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in found) > 10
