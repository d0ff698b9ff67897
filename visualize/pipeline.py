"""The stages in their order: load, trace, annotate, simplify, render."""

from __future__ import annotations

import enum
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from visualize.annotate import annotate
from visualize.architecture import Architecture
from visualize.errors import InputError, UsageError, shorten
from visualize.figure import Figure
from visualize.models import LoadedModel, load_model
from visualize.render import Direction, Theme, build_scene, fits_page, load_theme
from visualize.simplify import Level, simplify
from visualize.tracing import ExampleInputs, trace_model

if TYPE_CHECKING:
    from torch import nn

# What "auto" tries: the first whose figure fits a page is drawn, else the last.
_FROM_DETAILED = (Level.LAYER, Level.BLOCK, Level.STAGE)
Choice = TypeVar("Choice", bound=enum.Enum)


def _silent(_: str) -> None:
    """Report no progress."""


def trace(
    model: nn.Module | str | LoadedModel,
    inputs: ExampleInputs | None = None,
    *,
    name: str = "",
    report: Callable[[str], None] = _silent,
) -> Architecture:
    """Trace ``model`` and annotate it; the model itself is left exactly as it is.

    Args:
        model: a module, or the name of a model as on the command line.
        inputs: a shape, a tensor, a tuple of those, a dict of keyword arguments, or a function
            that makes any of these. Only shapes and dtypes matter. A named model may bring its own.
        name: what to call the model; its class by default.
        report: is told what is being done.

    Returns:
        The exact graph with shapes, parameters, MACs and skip connections.

    Raises:
        VisualizeError: the model cannot be had or cannot be traced.
    """
    if isinstance(model, str):
        report(f"building {shorten(model)}")
        model = load_model(model)
    if isinstance(model, LoadedModel):
        inputs, name, model = inputs or model.example, name or model.name, model.model
    if inputs is None:
        raise InputError("no example inputs", hint="give a shape such as (1, 3, 224, 224)")
    class_name = type(model).__name__
    name = name or class_name
    report(f"tracing {name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = trace_model(model, inputs)
    report(f"analysing {name}")
    return annotate(traced, name=name, class_name=class_name)


def draw(
    model: nn.Module | str | Architecture,
    inputs: ExampleInputs | None = None,
    *,
    level: Level | str = Level.AUTO,
    theme: Theme | str = "paper",
    direction: Direction | str = Direction.TB,
    title: str = "",
    legend: bool = True,
    names: bool = False,
    report: Callable[[str], None] = _silent,
) -> Figure:
    """Draw ``model``.

    Args:
        model: a module, the name of a model as on the command line, or a traced architecture.
        inputs: as for `trace`.
        level: auto, stage, block, layer or op.
        theme: a theme, the name of one, or the path of a ``.toml`` file.
        direction: TB, LR or BT.
        title: shown above the figure.
        legend: whether to explain the line styles of skip connections.
        names: whether boxes show module paths.
        report: is told what is being done.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    level = _choice(Level, level, "level")
    direction = _choice(Direction, direction, "direction")
    theme = load_theme(theme) if isinstance(theme, str) else theme
    if not isinstance(model, Architecture):
        model = trace(model, inputs, report=report)
    report(f"drawing {model.name}")
    candidates = _FROM_DETAILED if level is Level.AUTO else (level,)
    for candidate in candidates:
        scene = build_scene(
            simplify(model, candidate), candidate.value, title=title, legend=legend, names=names
        )
        if len(candidates) == 1 or fits_page(scene, theme, direction):
            break
    return Figure(model, scene, theme, direction)


def _choice(kind: type[Choice], value: str, option: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(item.value) for item in kind)
        raise UsageError(
            f"no {option} named {shorten(str(value))!r}", hint=f"use one of {known}"
        ) from None
