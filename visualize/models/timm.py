"""Models of timm, and the inputs that their configurations name."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualize.core.errors import ConstructionError, SourceError, UnknownModelError, shorten
from visualize.core.example import Example, ExampleTensor
from visualize.models.specification import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_REGISTRATION = re.compile(r"^@register_model\n(?:@.*\n)*def (\w+)\(", re.MULTILINE)


def list_names() -> list[str]:
    """Names of all timm models, sorted, read from its source without importing it."""
    package = importlib.util.find_spec("timm")
    if package is None or package.origin is None:
        return []
    names: list[str] = []
    for path in (Path(package.origin).parent / "models").glob("*.py"):
        names += _REGISTRATION.findall(path.read_text(encoding="utf-8"))
    return sorted(names)


def build(spec: ModelSpec) -> nn.Module:
    """Build the timm model that ``spec`` names, without weights.

    A tag of pretrained weights, as in ``resnet50.a1_in1k``, settles input size and classes alone.

    Raises:
        SourceError: timm is not installed.
        UnknownModelError: there is no such model, or no such tag of it.
        ConstructionError: its constructor refuses the arguments.
    """
    timm = _import_timm(spec)

    from visualize.models.weightless import build_weightless, explain_construction

    _check_name(timm, spec.name)
    if any(spec.arguments.get(name) for name in ("pretrained", "checkpoint_path")):
        raise ConstructionError(
            "weights are downloaded only on request",
            where=shorten(spec.text),
            hint="give --weights NAME or FILE",
        )
    arguments = {"pretrained": False, **spec.arguments}
    try:
        model: nn.Module = build_weightless(  # type: ignore[assignment]
            functools.partial(timm.create_model, spec.name, **arguments)
        )
    except Exception as error:
        raise explain_construction(error, spec.text) from error
    return model


def published_weights(spec: ModelSpec) -> tuple[str, ...]:
    """Tags of the weights that timm publishes for a model; none is fetched."""
    configurations = importlib.import_module("timm.models").get_arch_pretrained_cfgs
    found = configurations(spec.name.partition(".")[0])
    return tuple(name.partition(".")[2] or name for name, one in found.items() if one.has_weights)


def build_pretrained(spec: ModelSpec, weights: str, progress: bool) -> tuple[nn.Module, str]:
    """Build a model with its published weights; return it and their name.

    Args:
        weights: ``DEFAULT`` for those of the tag in its name, else of the first; or a tag.
        progress: not used: timm always shows a bar.

    Raises:
        SourceError: timm is not installed.
        UnknownModelError: there is no such model, or no such tag of it.
        WeightsError: there are no such weights, or they cannot be downloaded.
        ConstructionError: its constructor refuses the arguments.
    """
    from visualize.models.pretrained import DEFAULT, building_pretrained, entry_named

    timm = _import_timm(spec)
    _check_name(timm, spec.name)
    name = spec.name
    tag = entry_named(weights, spec, published_weights(spec))
    if tag != DEFAULT:
        architecture = name.partition(".")[0]
        name = architecture if tag == architecture else f"{architecture}.{tag}"
    with building_pretrained(spec, tag):
        model: Any = timm.create_model(name, **{**spec.arguments, "pretrained": True})
    return model, model.pretrained_cfg.get("tag") or tag


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """One image as the configuration of ``model`` has it, unless the arguments change that."""
    configuration: Any = getattr(model, "pretrained_cfg", {})
    if not configuration.get("input_size"):
        return None
    channels, *sides = configuration["input_size"]
    channels = spec.arguments.get("in_chans", channels)
    size = spec.arguments.get("img_size", sides)
    height, width = size if isinstance(size, (tuple, list)) else (size, size)
    return Example((ExampleTensor((1, channels, height, width)),))


def _import_timm(spec: ModelSpec) -> Any:
    try:
        return importlib.import_module("timm")
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{error.name} is not installed",
            where=shorten(spec.text),
            hint="pip install 'torch-visualize[timm]'",
        ) from error


def _check_name(timm: Any, name: str) -> None:
    """Raise an error with the nearest names, or tags, unless timm knows ``name``."""
    architecture = wanted = name.partition(".")[0]
    if timm.is_model(architecture):
        wanted = name
        known = [architecture, *timm.models.get_arch_pretrained_cfgs(architecture)]
        if name in known:
            return
    else:
        known = list_names()
    nearest = difflib.get_close_matches(wanted.lower(), known, n=3)
    raise UnknownModelError(name, [f"timm:{near}" for near in nearest])
