"""Models from Python files and modules. Reading them runs their code, as Python does."""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import importlib
import importlib.machinery
import importlib.util
import os.path
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from torch import nn

from visualize.core.errors import ConstructionError, SourceError, shorten, shorten_path
from visualize.core.example import Example
from visualize.models.isolated import own_modules
from visualize.models.revision import file_of_revision, split_revision
from visualize.models.specification import ModelSpec
from visualize.models.weightless import build_weightless, explain_construction

_NO_PARENT = "no known parent package"


def build(spec: ModelSpec) -> nn.Module:
    """Build the model that ``spec`` names in a file or module.

    Raises:
        SourceError: the file or module is missing or broken, or has no such name.
        ConstructionError: the constructor raises, or does not return an ``nn.Module``.
    """
    revision, file = split_revision(spec.place) if spec.source == "file" else ("", "")
    if revision:
        found = file_of_revision(revision, file)
        with own_modules(found.repository):
            return _built(_import_file(found.path), spec)
    return _built(_import_file(Path(file)) if file else _import(spec.place), spec)


def _built(module: ModuleType, spec: ModelSpec) -> nn.Module:
    if not hasattr(module, spec.name):
        raise _missing_name(module, spec)
    found = getattr(module, spec.name)
    if isinstance(found, nn.Module):
        return found
    if not callable(found):
        raise SourceError(
            f"{spec.name} is not a model (type {type(found).__name__})",
            where=shorten_path(spec.place),
        )
    try:
        model = build_weightless(functools.partial(found, **spec.arguments))
    except Exception as error:
        raise explain_construction(error, spec.text) from error
    if not isinstance(model, nn.Module):
        raise ConstructionError(
            f"it returned an object of type {type(model).__name__}, not an nn.Module",
            where=shorten(spec.text),
        )
    return model


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """None: a Python file does not describe the inputs of its models."""
    return None


def _missing_name(module: ModuleType, spec: ModelSpec) -> SourceError:
    models = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (
            isinstance(value, nn.Module)
            or (isinstance(value, type) and issubclass(value, nn.Module))
        )
        and getattr(value, "__module__", module.__name__) == module.__name__
    ]
    nearest = difflib.get_close_matches(spec.name, models, n=3) or models[:5]
    hint = f"did you mean {', '.join(nearest)}?" if nearest else "it defines no nn.Module"
    return SourceError(
        f"{shorten(spec.name)!r} is not defined", where=shorten_path(spec.place), hint=hint
    )


def _import_file(path: Path) -> ModuleType:
    if not os.path.isfile(path):  # noqa: PTH113 (Path.is_file raises for names too long)
        raise SourceError("no such file", where=shorten_path(str(path)), hint="check the path")
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    name = f"{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SourceError("cannot be imported", where=shorten_path(str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _beside(path.parent):
            try:
                spec.loader.exec_module(module)
            except ImportError as error:
                if _NO_PARENT not in str(error) or sys.modules.pop(name) is not module:
                    raise
                return _import_in_package(path.resolve(), digest)
    except Exception as error:
        sys.modules.pop(name, None)
        raise _broken(error, str(path)) from error
    return module


def _import_in_package(path: Path, digest: str) -> ModuleType:
    """Import a file that imports from its package, under a name that no other package has."""
    top = path.parent
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    name = f"{top.name}_{digest}"
    if (top / "__init__.py").is_file():
        spec = importlib.util.spec_from_file_location(
            name, top / "__init__.py", submodule_search_locations=[str(top)]
        )
    else:
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(top)]
    if spec is None:
        raise SourceError("cannot be imported", where=shorten_path(str(path)))
    package = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with _beside(top.parent):
            if spec.loader is not None:
                spec.loader.exec_module(package)
            return importlib.import_module(
                ".".join((name, *path.relative_to(top).with_suffix("").parts))
            )
    except Exception:
        for each in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            del sys.modules[each]
        raise


def _import(name: str) -> ModuleType:
    try:
        with _beside(Path.cwd()):
            return importlib.import_module(name)
    except Exception as error:
        raise _broken(error, name) from error


def _broken(error: Exception, place: str) -> SourceError:
    if isinstance(error, ModuleNotFoundError) and error.name == place.partition(".")[0]:
        return SourceError(f"no module named {place!r} is installed", where=shorten_path(place))
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame.lineno for frame in frames if Path(frame.filename) == Path(place)]
    line = error.lineno if isinstance(error, SyntaxError) else (inside or [None])[-1]
    reason = shorten(str(error).partition("\n")[0], 160)
    return SourceError(
        f"importing it raised {type(error).__name__}: {reason}",
        where=shorten_path(place) + (f":{line}" if line else ""),
    )


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Let imports find modules next to a file, as they do when Python runs it."""
    entry = str(folder.resolve())
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # what was imported removed it
            sys.path.remove(entry)
