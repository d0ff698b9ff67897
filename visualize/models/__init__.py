"""Models: from what a user typed to an ``nn.Module`` and example inputs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from visualize.example import Example
from visualize.models import timm, torchvision
from visualize.models.documentation import documentation, published_weights
from visualize.models.specification import ModelSpec, parse_inputs, parse_model

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LoadedModel", "ModelSpec", "load_model", "model_names", "parse_model"]


@dataclass(frozen=True)
class LoadedModel:
    """A model built from its specification.

    Attributes:
        name: a short name for titles.
        model: the model, its weights on the meta device where its constructor allows that.
        example: the inputs to trace it with, or None if none are known.
        rebuild: builds the model again, this time with values in its weights.
        documentation: the first paragraph of its documentation, empty if there is none.
        weights: names of the weights that are published for it.
    """

    name: str
    model: nn.Module
    example: Example | None
    rebuild: Callable[[], nn.Module]
    documentation: str = ""
    weights: tuple[str, ...] = ()


def load_model(text: str, inputs: Sequence[str] = ()) -> LoadedModel:
    """Build the model that ``text`` names; ``inputs`` are specifications as of --input.

    Raises:
        UsageError: ``text`` or one of ``inputs`` cannot be read.
        UnknownModelError, SourceError, ConstructionError: the model cannot be had.
    """
    spec = parse_model(text)
    example = parse_inputs(inputs) if inputs else None
    source = _source(spec)
    model = source.build(spec)
    if example is None:
        example = source.example_for(spec, model)
    if example is None and spec.source != "hf":  # there, all arguments are optional on paper
        example = _needs_none(model)
    return LoadedModel(
        name=spec.label,
        model=model,
        example=example,
        rebuild=functools.partial(_rebuild, spec),
        documentation=documentation(spec, model),
        weights=published_weights(spec),
    )


def _rebuild(spec: ModelSpec) -> nn.Module:
    from visualize.models.weightless import building_with_values

    with building_with_values():
        model: nn.Module = _source(spec).build(spec)
    return model


def _needs_none(model: nn.Module) -> Example | None:
    """An empty example, if ``forward`` can be called without arguments."""
    try:
        inspect.signature(model.forward).bind()
    except (TypeError, ValueError):  # a script has no signature
        return None
    return Example()


def _source(spec: ModelSpec) -> ModuleType:
    """The module that builds ``spec``: each has ``build`` and ``example_for``."""
    if spec.source == "torchvision":
        return torchvision
    if spec.source == "timm":
        return timm
    if spec.source == "hf":
        from visualize.models import huggingface

        return huggingface
    if spec.source == "exported":
        from visualize.models import exported

        return exported
    if spec.source == "scripted":
        from visualize.models import scripted

        return scripted
    from visualize.models import python

    return python


def model_names(pattern: str = "") -> list[str]:
    """Names of the models that can be drawn; ``pattern`` is part of a name or a glob."""
    from fnmatch import fnmatchcase

    names = torchvision.list_names() + [f"timm:{name}" for name in timm.list_names()]
    if not pattern:
        return names
    wanted = pattern.lower()
    return [name for name in names if wanted in name or fnmatchcase(name, wanted)]
