"""Models: from what a user typed to an ``nn.Module`` and example inputs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from visualize.core.errors import UsageError, WeightsError, shorten, shorten_path
from visualize.core.example import Example
from visualize.core.offline import offline
from visualize.core.phrases import Note
from visualize.models import timm, torchvision
from visualize.models.documentation import documentation
from visualize.models.saved import read_graph
from visualize.models.specification import (
    SAVED,
    ModelSpec,
    names_checkpoint,
    parse_inputs,
    parse_model,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

    from visualize.models.weights import Weights

__all__ = [
    "SAVED",
    "LoadedModel",
    "ModelSpec",
    "load_model",
    "model_names",
    "names_checkpoint",
    "parse_model",
    "read_graph",
]


_PUBLISHING = ("torchvision", "timm")  # catalogues that publish weights
_CODE = ("file", "module")  # which may do anything
_WITH_WEIGHTS = ("exported", "scripted")  # files that hold a model with its weights


@dataclass(frozen=True)
class LoadedModel:
    """A model built from its specification.

    Attributes:
        name: a short name for titles.
        model: the model, its weights on the meta device where its constructor allows that.
        example: the inputs to trace it with, or None if none are known.
        rebuild: builds the model again, this time with values in its weights; None if nothing can.
        documentation: the first paragraph of its documentation, or empty.
        published: names of the weights that are published for it.
        values: its parameters by name with the values that were requested, or None.
        weights: where these values come from, a name or a file.
        notes: what a user should know about how they were matched.
    """

    name: str
    model: nn.Module
    example: Example | None
    rebuild: Callable[[], nn.Module] | None = None
    documentation: str = ""
    published: tuple[str, ...] = ()
    values: Mapping[str, Tensor] | None = None
    weights: str = ""
    notes: tuple[Note, ...] = ()


def load_model(
    name: str | ModelSpec,
    inputs: Sequence[str] = (),
    *,
    weights: str = "",
    own_values: bool = False,
    progress: bool = False,
) -> LoadedModel:
    """Build the model that ``name`` names.

    Args:
        name: a MODEL argument, as text or parsed.
        inputs: specifications as of --input.
        weights: a checkpoint, or the name of published weights, which are downloaded.
        own_values: whether to read the weights that an archive of a whole model holds.
        progress: whether to show the progress of a download.

    Raises:
        UsageError: ``name`` or one of ``inputs`` cannot be read.
        UnknownModelError, SourceError, ConstructionError: the model cannot be built.
        WeightsError: the weights are not available, or do not fit it.
    """
    spec = parse_model(name) if isinstance(name, str) else name
    if spec.source == SAVED:
        raise UsageError(
            "a saved graph holds no model to build",
            where=shorten_path(spec.place),
            hint="visualize.load_graph reads it",
        )
    example = parse_inputs(inputs) if inputs else None
    source = _source(spec)
    with _fenced(spec, weights):
        model, found = _with_weights(spec, weights, progress)
    if own_values and spec.source in _WITH_WEIGHTS:
        found = _values_of(_rebuild(spec, None), spec.place)
    if example is None:
        with _fenced(spec):
            example = source.example_for(spec, model)
    if example is None and spec.source != "hf":  # there, all arguments are optional on paper
        example = _needs_none(model)
    return LoadedModel(
        name=spec.label,
        model=model,
        example=example,
        rebuild=functools.partial(_rebuild, spec, found),
        documentation=documentation(spec, model),
        published=source.published_weights(spec) if spec.source in _PUBLISHING else (),
        values=found.values if found else None,
        weights=found.name if found else "",
        notes=found.notes if found else (),
    )


def _fenced(spec: ModelSpec, weights: str = "") -> AbstractContextManager[None]:
    """Keep what only reads data off the network.

    A Python file is code of the user's own; published weights are to be downloaded.
    """
    asked = weights and not names_checkpoint(weights) and spec.source in _PUBLISHING
    return nullcontext() if asked or spec.source in _CODE else offline(spec.text)


def _with_weights(
    spec: ModelSpec, weights: str, progress: bool
) -> tuple[nn.Module, Weights | None]:
    """The model, and its values from ``weights``."""
    from visualize.core.modules import unwrapped
    from visualize.models.checkpoint import read_checkpoint
    from visualize.models.weights import fit_weights

    source = _source(spec)
    if weights and spec.source in _WITH_WEIGHTS:
        raise WeightsError(
            "this file has its own weights", where=shorten_path(spec.place), hint="omit --weights"
        )
    if not weights or names_checkpoint(weights):
        model: nn.Module = source.build(spec)
        if not weights:
            return model, None
        return model, fit_weights(unwrapped(model), read_checkpoint(Path(weights)), weights)
    if spec.source not in _PUBLISHING:
        raise WeightsError(
            f"no published weights named {shorten(weights)!r}",
            where=shorten(spec.text),
            hint="give a checkpoint file: .pt, .pth or .safetensors",
        )
    model, name = source.build_pretrained(spec, weights, progress)
    return model, _values_of(model, name)


def _values_of(model: nn.Module, name: str) -> Weights:
    from visualize.core.torch_internals import named_parameters
    from visualize.models.weights import Weights

    return Weights(name, dict(named_parameters(model, repeated=True)))


def _rebuild(spec: ModelSpec, weights: Weights | None) -> nn.Module:
    from torch import nn

    from visualize.core.modules import unwrapped
    from visualize.models.weightless import building_with_values

    with building_with_values(), _fenced(spec):
        model: nn.Module = _source(spec).build(spec)
    if weights:
        nn.Module.load_state_dict(unwrapped(model), weights.values, strict=False)
    return model


def _needs_none(model: nn.Module) -> Example | None:
    """An empty example, if ``forward`` can be called without arguments."""
    try:
        inspect.signature(model.forward).bind()
    except (TypeError, ValueError, AttributeError):  # a script has no signature, or several
        return None
    return Example()


def _source(spec: ModelSpec) -> ModuleType:
    """The module that builds ``spec``.

    Each has ``build`` and ``example_for``; those in `_PUBLISHING` have ``published_weights`` and
    ``build_pretrained`` as well.
    """
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
