"""Models that are given as Python objects: modules, exported programs and functions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import torch
from torch import fx, nn

from visualize.core.errors import SourceError, UsageError, shorten
from visualize.core.modules import is_module, unwrapped
from visualize.core.torch_internals import named_parameters
from visualize.models import LoadedModel
from visualize.models.documentation import class_documentation
from visualize.models.exported import example_of, read_program
from visualize.models.function import Function, name_of
from visualize.models.weightless import build_weightless


def model_of(given: Any, *, values: bool) -> LoadedModel:
    """The model that an object is.

    Args:
        given: a module, an exported program, or a function that takes and returns tensors.
        values: whether its parameters' values are wanted, where it has some.

    Raises:
        UsageError: it is none of these.
        SourceError: an exported program cannot be read.
    """
    if isinstance(given, torch.export.ExportedProgram):
        return _exported(given, values=values)
    if not is_module(given):
        model: nn.Module = Function(given) if _computes(given) else _refuse(given)
        return LoadedModel(name_of(given), model, None, values=_values(model) if values else None)
    inner = unwrapped(given)
    scripted = isinstance(inner, torch.jit.ScriptModule)
    name = str(inner.original_name) if scripted else type(inner).__name__
    return LoadedModel(
        name,
        given,
        None,
        documentation=class_documentation(inner),
        values=_values(inner) if values else None,
    )


def _values(model: nn.Module) -> Mapping[str, torch.Tensor] | None:
    parameters = dict(named_parameters(model, repeated=True))
    return None if any(each.is_meta for each in parameters.values()) else parameters


def _exported(program: torch.export.ExportedProgram, *, values: bool) -> LoadedModel:
    """The program as if it came from its file, which keeps the modules around its operations."""
    archive = io.BytesIO()
    where = type(program).__name__
    try:
        torch.export.save(program, archive)
    except Exception as error:  # whatever cannot be written
        reason = shorten(" ".join(str(error).split()), 120)
        raise SourceError(
            f"it cannot be read: {reason}", where=where, hint="export it again with torch.export"
        ) from error
    model = build_weightless(lambda: read_program(archive, where))
    assert isinstance(model, fx.GraphModule)
    held = _values(read_program(archive, where)) if values else None
    return LoadedModel(type(model).__name__, model, example_of(model), values=held)


def _computes(given: Any) -> bool:
    """Whether an object is a function of tensors, as far as can be seen."""
    return callable(given) and not isinstance(given, (type, torch.Tensor, Mapping, str))


def _refuse(given: Any) -> nn.Module:
    kind = type(given).__name__
    if isinstance(given, type):
        raise UsageError(
            f"{given.__name__} is a class, not a model", hint=f"give {given.__name__}(…)"
        )
    if isinstance(given, torch.Tensor):
        raise UsageError("a tensor is not a model", hint="give the module that computes it")
    if isinstance(given, Mapping) and any(isinstance(v, torch.Tensor) for v in given.values()):
        raise UsageError(
            "a state dict holds weights, not a model", hint="give the module they are loaded into"
        )
    if isinstance(given, (tuple, list)) and any(map(is_module, given)):
        raise UsageError(
            f"a {kind} of modules is not a model", hint="give one module, such as nn.Sequential"
        )
    raise UsageError(
        f"cannot read a model of type {kind}",
        hint="give an nn.Module or the name of a model",
    )
