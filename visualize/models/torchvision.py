"""Models of torchvision, and the inputs that their published weights were measured with."""

from __future__ import annotations

import difflib
import functools
import importlib.util
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core.errors import ConstructionError, UnknownModelError, shorten
from visualize.core.example import Example, ExampleTensor
from visualize.models.specification import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_REGISTRATION = re.compile(
    r'^@register_model\((?:name="(?P<name>[^"]+)")?\)\n(?:(?!def ).*\n)*def (?P<function>\w+)\(',
    re.MULTILINE,
)
_CLIP_FRAMES = 16  # the clip length of torchvision's video references
_FLOW_SIZE = (512, 512)  # at which the published operations of RAFT were counted


def list_names() -> list[str]:
    """Names of all torchvision models, sorted, read from its source without importing it."""
    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None:
        return []
    names = []
    for path in (Path(package.origin).parent / "models").rglob("*.py"):
        matches = _REGISTRATION.finditer(path.read_text(encoding="utf-8"))
        names += [match["name"] or match["function"] for match in matches]
    return sorted(names)


def build(spec: ModelSpec) -> nn.Module:
    """Build the torchvision model that ``spec`` names, without weights.

    Raises:
        UnknownModelError: there is no such model.
        ConstructionError: its constructor refuses the arguments.
    """
    from visualize.models.weightless import build_weightless, explain_construction

    builder = _builder(spec)
    parameters = inspect.signature(builder).parameters
    arguments: dict[str, Any] = {
        name: None for name in ("weights", "weights_backbone") if name in parameters
    }
    arguments |= spec.arguments
    if any(arguments.get(name) for name in ("weights", "weights_backbone")):
        raise ConstructionError(
            "weights are downloaded only on request",
            where=shorten(spec.text),
            hint="give --weights NAME",
        )
    try:
        model: nn.Module = build_weightless(functools.partial(builder, **arguments))  # type: ignore[assignment]
    except Exception as error:
        raise explain_construction(error, spec.text) from error
    return model


def published_weights(spec: ModelSpec) -> tuple[str, ...]:
    """Names of the weights that torchvision publishes for a model; none is fetched."""
    return tuple(entry.name for entry in _entries(spec))


def build_pretrained(spec: ModelSpec, weights: str, progress: bool) -> tuple[nn.Module, str]:
    """Build a model with its published weights; return it and their name.

    Args:
        weights: ``DEFAULT``, or one of `published_weights`.
        progress: whether to show a bar while they are downloaded.

    Raises:
        UnknownModelError: there is no such model.
        WeightsError: there are no such weights, or they cannot be downloaded.
        ConstructionError: its constructor refuses the arguments.
    """
    from visualize.models.pretrained import building_pretrained, entry_named

    builder = _builder(spec)
    entry = _entries(spec)[entry_named(weights, spec, published_weights(spec))]
    with building_pretrained(spec, entry.name):
        model = builder(weights=entry, progress=progress, **spec.arguments)
    return model, entry.name


def _builder(spec: ModelSpec) -> Callable[..., nn.Module]:
    from torchvision import models

    try:
        builder: Callable[..., nn.Module] = models.get_model_builder(spec.name)
    except ValueError:
        nearest = difflib.get_close_matches(spec.name.lower(), list_names(), n=3)
        raise UnknownModelError(spec.name, nearest) from None
    return builder


def _entries(spec: ModelSpec) -> Any:
    """The published weights of a model, an enumeration, or nothing."""
    from torchvision import models

    try:
        return models.get_model_weights(spec.name)
    except ValueError:
        return ()


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """The input of the published weights whose size is nearest to that of ``model``.

    Several sets of weights can belong to one architecture at different resolutions; the count
    of parameters decides which of them fits the model as built.
    """
    weights = list(_entries(spec))
    if not weights:
        return None
    size = sum(parameter.numel() for parameter in model.parameters())
    nearest = min(weights, key=lambda entry: abs(entry.meta.get("num_params", 0) - size))
    preset = nearest.transforms
    task = getattr(preset, "func", preset).__name__
    if task == "ObjectDetection":
        resize: Any = model.transform
        side = resize.min_size[-1]  # the side an image is resized to
        return Example(([ExampleTensor((3, side, side))],))
    if task == "OpticalFlow":
        image = ExampleTensor((1, 3, *_FLOW_SIZE))
        return Example((image, image))
    options = getattr(preset, "keywords", {})
    side = options.get("crop_size") or options.get("resize_size")
    if side is None:
        return None
    height, width = side if isinstance(side, (tuple, list)) else (side, side)
    if "Video" in task:
        frames = max(nearest.meta.get("min_temporal_size", 0), _CLIP_FRAMES)
        return Example((ExampleTensor((1, 3, frames, height, width)),))
    return Example((ExampleTensor((1, 3, height, width)),))
