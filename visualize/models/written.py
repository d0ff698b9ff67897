"""Where a model is written: the file and line of each of its modules."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from visualize.core.provenance import is_installed
from visualize.core.torch_internals import named_modules

if TYPE_CHECKING:
    from torch import nn

_PROJECT = (".git", "pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True)
class Place:
    """A line of a file.

    Attributes:
        file: the file.
        line: the line, from 1 on.
    """

    file: Path
    line: int


class Written:
    """Where the modules of a model are written.

    A module of a class of the model's own code is written where that class begins; a layer of torch
    where the class around it assigns it.

    Args:
        model: the model.
    """

    def __init__(self, model: nn.Module) -> None:
        modules = named_modules(model, repeated=True)
        self._classes = {path: type(module) for path, module in modules}
        self._home = _home(type(model))

    def of_module(self, path: str) -> Place | None:
        """The line of the module at ``path``; None if it is in no file of the model's code."""
        own = self._classes.get(path)
        if own is None:
            return None
        if place := self._found(own):
            return place
        around, _, name = path.rpartition(".")
        while name:
            if place := self._assigned(self._classes.get(around), name):
                return place
            around, _, name = around.rpartition(".")
        return None

    def of_function(self, path: str, source: str) -> Place | None:
        """The line of an operation in the ``forward`` of the module at ``path``.

        Args:
            path: the module path.
            source: the line where it is known, as in `Operation.source`.
        """
        for around in (path, *_outwards(path)):
            for kind in _lineage(self._classes.get(around)):
                place = self._found(kind)
                if place is None:
                    continue
                name, _, rest = source.partition(":")
                if name == place.file.name and rest.partition(":")[0].isdigit():
                    return Place(place.file, int(rest.partition(":")[0]))
                if "forward" in vars(kind):
                    return self._method(kind, place)
        return None

    def short(self, file: Path) -> str:
        """A file as links name it: from the folder of the project, or that of the packages."""
        return file.relative_to(self._home).as_posix()

    def _found(self, kind: type) -> Place | None:
        """Where a class begins, if that is in the project of the model."""
        place = _place(kind)
        return place if place and self._is_own(place.file) else None

    def _is_own(self, file: Path) -> bool:
        if not file.is_relative_to(self._home):
            return False
        # The packages are beside each other in one folder; links lead to one project.
        package = file.relative_to(self._home).parts[0]
        return not is_installed(file) or package == self._package != "torch"

    @functools.cached_property
    def _package(self) -> str:
        return self._classes[""].__module__.partition(".")[0]

    def _assigned(self, kind: type | None, name: str) -> Place | None:
        """The line that assigns the attribute ``name`` of a class."""
        for one in _lineage(kind):
            place = self._found(one)
            line = _assignments(one).get(name) if place else None
            if place and line:
                return Place(place.file, place.line + line - 1)
        return None

    def _method(self, kind: type, place: Place) -> Place:
        line = _definitions(kind).get("forward")
        return Place(place.file, place.line + line - 1) if line else place


def _outwards(path: str) -> list[str]:
    """The paths around ``path``, the innermost first, and the model last."""
    steps = path.split(".") if path else []
    return [".".join(steps[:length]) for length in range(len(steps) - 1, -1, -1)]


def _lineage(kind: type | None) -> tuple[type, ...]:
    return kind.__mro__ if kind else ()


def _home(kind: type) -> Path:
    """The folder that the file of a class is named from: its project, or that of the packages."""
    place = _place(kind)
    file = place.file if place else Path.cwd() / "model.py"
    if is_installed(file):
        return file.parents[kind.__module__.count(".") + (file.name == "__init__.py")]
    marked = (one for one in file.parents if any((one / name).exists() for name in _PROJECT))
    return next(marked, file.parent)


@functools.cache
def _place(kind: type) -> Place | None:
    """Where a class begins; None if it has no source file."""
    try:
        file = inspect.getsourcefile(kind)
        _, line = inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return None
    return Place(Path(file).resolve(), line) if file else None


@functools.cache
def _body(kind: type) -> ast.Module:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


@functools.cache
def _assignments(kind: type) -> Mapping[str, int]:
    """The first line of a class, from 1 on, that assigns each attribute of ``self``."""
    lines: dict[str, int] = {}
    for node in ast.walk(_body(kind)):
        if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            lines[node.attr] = min(node.lineno, lines.get(node.attr, node.lineno))
    return lines


@functools.cache
def _definitions(kind: type) -> Mapping[str, int]:
    """The line of each method of a class, from that of the class on."""
    (top, *_) = [*_body(kind).body, None]
    inside = top.body if isinstance(top, ast.ClassDef) else []
    return {one.name: one.lineno for one in inside if isinstance(one, ast.FunctionDef)}
