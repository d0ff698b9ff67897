"""What a figure was made from, and whether that is still so: found without importing torch."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from visualize.core.files import check_regular

_SELF = "torch-visualize"


@dataclass(frozen=True)
class Provenance:
    """What the figure of a model depends on.

    Attributes:
        files: a digest of each source and data file, by its path from the working folder.
        versions: that of Python, of this package and of each installed one that is imported.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, modules: Iterable[str], data: Iterable[Path] = ()) -> Provenance:
        """What code in ``modules`` depends on: what they import from each other, and packages.

        Args:
            modules: names of modules that are imported.
            data: files that the code reads.
        """
        own, packages = _reached(modules)
        installed = _distributions()
        names = {name for top in packages for name in installed.get(top, ())}
        files = {_short(path): _digest(path) for path in sorted({*own, *data})}
        return cls(files, {name: _version(name) for name in sorted({*names, _SELF, "python"})})

    @property
    def is_current(self) -> bool:
        """Whether every file and every package is still the same."""
        return all(_digest(Path(path)) == known for path, known in self.files.items()) and all(
            _version(name) == known for name, known in self.versions.items()
        )

    def to_dict(self) -> dict[str, dict[str, str]]:
        """As plain data."""
        return {"files": dict(self.files), "versions": dict(self.versions)}

    @classmethod
    def from_dict(cls, plain: Any) -> Provenance:
        """What `to_dict` wrote.

        Raises:
            ValueError: it is something else.
        """
        parts = plain if isinstance(plain, dict) else {}
        files, versions = parts.get("files"), parts.get("versions")
        if not (_is_of_texts(files) and _is_of_texts(versions)):
            raise ValueError("no provenance")
        return cls(files, versions)


def _is_of_texts(plain: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(plain, dict) and all(isinstance(value, str) for value in plain.values())


def _reached(names: Iterable[str]) -> tuple[set[Path], set[str]]:
    """The source files that modules lead to, and the names of packages that are installed."""
    files: set[Path] = set()
    packages: set[str] = set()
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        module = sys.modules.get(name)
        if name in seen or module is None:
            continue
        seen.add(name)
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py"):
            continue
        if is_installed(Path(file)):
            packages.add(name.partition(".")[0])
        else:
            files.add(Path(file).absolute())
            waiting += _named_in(module)
    return files, packages


def _named_in(module: ModuleType) -> Iterator[str]:
    """The modules that a module imported, or imported something from."""
    own = module.__name__
    if parent := own.rpartition(".")[0]:
        yield parent
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else _defined_in(value)
        # Python makes each imported part of a package an attribute of it, whoever imports it.
        is_part = isinstance(value, ModuleType) and value.__name__.startswith(f"{own}.")
        if isinstance(name, str) and not is_part:
            yield name


def _defined_in(value: Any) -> Any:
    """The name of the module that defines ``value``, or its class."""
    return getattr(value if callable(value) else type(value), "__module__", None)


def is_installed(path: Path) -> bool:
    """Whether a file is of Python or of an installed package, which has a version."""
    return any(
        one.is_relative_to(folder)
        for one in (path.absolute(), path.resolve())
        for folder in _installation()
    )


@functools.cache
def _installation() -> tuple[Path, ...]:
    folders = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple({one for each in map(Path, folders) for one in (each, each.resolve())})


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    """The installed packages that hold each importable name."""
    return metadata.packages_distributions()


def _version(name: str) -> str:
    """The version of an installed package, of Python or of this package; empty if it has none."""
    if name == "python":
        return platform.python_version()
    if name == _SELF:
        return _own_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


@functools.cache
def _own_version() -> str:
    """The version of this package, with a digest of its source where that is not installed."""
    version: str = sys.modules[__package__.partition(".")[0]].__version__
    folder = Path(__file__).parent.parent
    if is_installed(folder / "__init__.py"):
        return version
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        # Python writes compiled files there under other names first.
        if "__pycache__" not in path.parts and path.is_file():
            digest.update(path.read_bytes())
    return f"{version}+{digest.hexdigest()[:16]}"


def _short(path: Path) -> str:
    """``path`` from the working folder if it is in it, else as it is."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return os.fspath(path)


def _digest(path: Path) -> str:
    """A digest of what a file holds; empty if it cannot be read."""
    digest = hashlib.sha256()
    try:
        check_regular(path)
        with path.open("rb") as file:
            while part := file.read(2**20):
                digest.update(part)
    except OSError:
        return ""
    return digest.hexdigest()[:32]
