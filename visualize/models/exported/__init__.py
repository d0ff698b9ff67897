"""Exported programs: ``.pt2`` archives of `torch.export.save`, read without running their code.

`torch.export.load` unpickles objects, evaluates expressions and compiles guards that the file
holds, and looks up any function of torch that it names. Here the graph is read from the JSON in
the archive, only operators are looked up, and weights are not read at all where shapes will do.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import IO

from torch import nn

from visualize.core.errors import ConstructionError, SourceError, shorten, shorten_path
from visualize.core.example import Example
from visualize.core.files import check_regular
from visualize.models.exported.archive import EXPORT_AGAIN, Archive, explained
from visualize.models.exported.program import Program
from visualize.models.exported.reader import ProgramReader
from visualize.models.specification import ModelSpec
from visualize.models.weightless import build_weightless

__all__ = ["build", "example_for", "example_of", "read_program"]

_SCHEMA = 8  # the major version of torch.export's format that is read here


def build(spec: ModelSpec) -> nn.Module:
    """Read the program that ``spec`` names as a module that holds its graph.

    Raises:
        SourceError: the file is missing, is not such an archive, or holds pickled code.
        ConstructionError: there are arguments, which a program does not take.
    """
    if spec.arguments:
        raise ConstructionError("an exported program takes no arguments", where=shorten(spec.text))
    path = Path(spec.place)
    module = build_weightless(lambda: read_program(path, shorten_path(str(path))))
    assert isinstance(module, nn.Module)
    return module


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """The inputs that the program was exported with."""
    return example_of(model)


def example_of(model: nn.Module) -> Example | None:
    """The inputs that the program that was read was exported with."""
    assert isinstance(model, Program)
    example: Example | None = model.meta["example"]
    return example


def _opened(content: Path | IO[bytes]) -> zipfile.ZipFile:
    if isinstance(content, Path):
        check_regular(content)
    return zipfile.ZipFile(content)


def read_program(content: Path | IO[bytes], where: str) -> Program:
    """Read a program from its archive.

    Args:
        content: the file, or what it holds.
        where: what to call it in messages.

    Raises:
        SourceError: it is missing, is not such an archive, or holds pickled code.
    """
    with explained(where), _opened(content) as archive:
        files = Archive(archive, where)
        document = json.loads(files.read(f"models/{files.name}.json"))
        version = document["schema_version"]["major"]
        if version != _SCHEMA:
            raise SourceError(
                f"format version {version} is not supported (expected {_SCHEMA})",
                where=where,
                hint=EXPORT_AGAIN,
            )
        return ProgramReader(files, document["graph_module"]).read()
