"""Models: from what a user typed to an ``nn.Module`` and example inputs."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualize.architecture import TensorSpec
from visualize.errors import InputError, shorten
from visualize.models import torchvision
from visualize.models.specification import ModelSpec, parse_inputs, parse_model

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LoadedModel", "ModelSpec", "load_model", "model_names", "parse_model"]


@dataclass(frozen=True)
class LoadedModel:
    """A model built from its specification, with the inputs to trace it with."""

    name: str
    model: nn.Module
    args: tuple[TensorSpec, ...]
    kwargs: dict[str, TensorSpec]


def load_model(text: str, inputs: Sequence[str] = (), *, needs_input: bool = True) -> LoadedModel:
    """Build the model that ``text`` names; ``inputs`` are specifications as of --input.

    Raises:
        UsageError: ``text`` or one of ``inputs`` cannot be read.
        UnknownModelError, SourceError, ConstructionError: the model cannot be had.
        InputError: an input is needed, none was given and none is known.
    """
    spec = parse_model(text)
    positional, named = parse_inputs(inputs)
    model = _build(spec)
    if needs_input and not inputs:
        known = torchvision.default_input(spec.name, model) if not spec.place else None
        if known is None and _needs_none(model):
            return LoadedModel(spec.label, model, (), {})
        if known is None:
            raise InputError(
                "no input is known for this model",
                where=shorten(spec.text),
                hint="give its shape, as in --input 1,3,224,224",
            )
        positional = [known]
    return LoadedModel(spec.label, model, tuple(positional), named)


def _needs_none(model: nn.Module) -> bool:
    """Whether ``forward`` can be called without arguments."""
    try:
        inspect.signature(model.forward).bind()
    except TypeError:
        return False
    return True


def _build(spec: ModelSpec) -> nn.Module:
    if spec.source == "torchvision":
        return torchvision.build(spec)
    from visualize.models import python

    return python.build(spec)


def model_names(pattern: str = "") -> list[str]:
    """Names of the models that can be drawn; ``pattern`` is part of a name or a glob."""
    from fnmatch import fnmatchcase

    names = torchvision.list_names()
    if not pattern:
        return names
    wanted = pattern.lower()
    return [name for name in names if wanted in name or fnmatchcase(name, wanted)]
