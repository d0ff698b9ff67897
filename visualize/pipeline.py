"""The stages in their order: load, trace, annotate, simplify, render."""

from __future__ import annotations

import contextlib
import enum
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from visualize.annotate import annotate
from visualize.architecture import Architecture
from visualize.errors import UsageError, shorten
from visualize.figure import Figure, make_page
from visualize.models import LoadedModel, load_model
from visualize.render import Direction, Page, Theme, build_scene, fits_page, load_theme
from visualize.simplify import Choice, Level, Rule, simplify
from visualize.tracing import ExampleInputs, Tracer, guess_inputs, trace_model, unwrapped

if TYPE_CHECKING:
    from torch import nn

# What "auto" tries: the first whose figure fits a page is drawn, else the last.
_FROM_DETAILED = (Level.LAYER, Level.BLOCK, Level.STAGE)
Option = TypeVar("Option", bound=enum.Enum)


def _silent(_: str) -> None:
    """Report no progress."""


def trace(
    model: nn.Module | str | LoadedModel,
    inputs: ExampleInputs | None = None,
    *,
    name: str = "",
    tracer: Tracer | str = Tracer.AUTO,
    leaves: Sequence[str] = (),
    train: bool = False,
    timeout: float | None = None,
    report: Callable[[str], None] = _silent,
) -> Architecture:
    """Trace ``model`` and annotate it; the model itself is left exactly as it is.

    Args:
        model: a module, or the name of a model as on the command line.
        inputs: a shape, a tensor, a tuple of those, a dict of keyword arguments, or a function
            that makes any of these. Only shapes and dtypes matter, unless the model itself asks
            for values. Without them a named model brings its own, else they are guessed.
        name: what to call the model; its class by default.
        tracer: auto, symbolic or recorded.
        leaves: classes or paths of modules to show as one operation, like those of torch.nn.
        train: whether to trace the model as it is in training.
        timeout: seconds after which to give up on the model's own code.
        report: is told what is being done.

    Returns:
        The exact graph with shapes, parameters, MACs and skip connections.

    Raises:
        VisualizeError: the model cannot be had or cannot be traced.
    """
    if isinstance(model, str):
        report(f"building {shorten(model)}")
        model = load_model(model)
    rebuild = None
    if isinstance(model, LoadedModel):
        inputs = model.example if inputs is None else inputs
        name, rebuild, model = name or model.name, model.rebuild, model.model
    class_name = type(unwrapped(model)).__name__
    name = name or class_name
    report(f"tracing {name}")
    notes: tuple[str, ...] = ()
    with _quiet():
        if inputs is None:
            inputs, assumed = guess_inputs(model, timeout=timeout)
            notes = (assumed,)
        traced = trace_model(
            model,
            inputs,
            tracer=_choice(Tracer, tracer, "tracer"),
            leaves=leaves,
            train=train,
            timeout=timeout,
            rebuild=rebuild,
        )
    report(f"analysing {name}")
    traced = replace(traced, notes=notes + traced.notes)
    return annotate(traced, name=name, class_name=class_name)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the model's code warns of: it is meant for those who run the model."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def draw(
    model: nn.Module | str | Architecture,
    inputs: ExampleInputs | None = None,
    *,
    level: Level | str = Level.AUTO,
    fold: bool = True,
    expand: Sequence[str] = (),
    collapse: Sequence[str] = (),
    idioms: Sequence[Rule] = (),
    theme: Theme | str = "paper",
    direction: Direction | str = Direction.TB,
    width: str | float | None = None,
    height: str | float | None = None,
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
        fold: whether equal copies are shown once, with their number.
        expand: modules that are open whatever the level, by path, glob or class.
        collapse: modules that are one box whatever the level. Of several modules around an
            operation the innermost that is named decides; in both it is open.
        idioms: rules of your own for what is one box, tried before `RULES`.
        theme: a theme, the name of one, or the path of a ``.toml`` file.
        direction: TB, LR or BT.
        width: exact width of the figure, such as ``"3.25in"``, or in points; by default it takes
            what it needs of a page of 6.875 × 9 inches. Type keeps its size.
        height: the most it may be high.
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
    architecture = model
    candidates = _FROM_DETAILED if level is Level.AUTO else (level,)

    chosen = Choice.of(expand, collapse, architecture.modules) if expand or collapse else None

    def figure(page: Page) -> Figure:
        for candidate in candidates:
            simplified = simplify(
                architecture, candidate, folded=fold, choice=chosen, idioms=idioms
            )
            scene = build_scene(
                simplified, candidate.value, title=title, legend=legend, names=names
            )
            if len(candidates) == 1 or fits_page(scene, theme, direction, page):
                break
        return Figure(architecture, scene, theme, direction, page, figure)

    return figure(make_page(width, height))


def _choice(kind: type[Option], value: str, option: str) -> Option:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(item.value) for item in kind)
        raise UsageError(
            f"no {option} named {shorten(str(value))!r}", hint=f"use one of {known}"
        ) from None
