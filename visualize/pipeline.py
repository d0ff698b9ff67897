"""The stages in their order: load, trace, annotate, simplify, render."""

from __future__ import annotations

import contextlib
import enum
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from visualize.annotate import annotate
from visualize.architecture import Architecture
from visualize.describe import describe
from visualize.errors import UsageError, shorten
from visualize.figure import Figure, make_page
from visualize.matching import matching_paths, single_path
from visualize.models import LoadedModel, load_model
from visualize.render import (
    ColorBy,
    Direction,
    Page,
    Theme,
    build_scene,
    load_theme,
    with_font,
)
from visualize.simplify import Choice, Level, Rule, Simplifier
from visualize.simplify import only as cut_out
from visualize.summary import Summary
from visualize.tracing import ExampleInputs, Tracer, guess_inputs, trace_model, unwrapped

if TYPE_CHECKING:
    from torch import nn

# What "auto" tries: the first whose figure fits a page is drawn, else the last. What a level has
# too much of, it has less of where modules so many steps below the model are closed.
_FROM_DETAILED = (
    (Level.LAYER, None),
    (Level.BLOCK, None),
    (Level.STAGE, None),
    (Level.STAGE, 3),
    (Level.STAGE, 2),
    (Level.STAGE, 1),
)
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
    only: str = "",
    hide: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    idioms: Sequence[Rule] = (),
    theme: Theme | str = "paper",
    direction: Direction | str = Direction.TB,
    width: str | float | None = None,
    height: str | float | None = None,
    title: str = "",
    legend: bool = True,
    names: bool = False,
    color_by: ColorBy | str = ColorBy.STAGE,
    font: str = "",
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
        only: the one module to draw, its context cut off.
        hide: modules that are not drawn; the box before them stands for them.
        labels: your own words for modules, by path, glob or class.
        idioms: rules of your own for what is one box, tried before `RULES`.
        theme: a theme, the name of one, or the path of a ``.toml`` file.
        direction: TB, LR or BT.
        width: exact width of the figure, such as ``"3.25in"``, or in points; by default it takes
            what it needs of a page of 6.875 × 9 inches. Type keeps its size.
        height: the most it may be high.
        title: shown above the figure.
        legend: whether to explain the line styles of skip connections.
        names: whether boxes show module paths.
        color_by: what the colours of boxes tell: stage, type, parameters, macs or memory.
        font: an installed family, or a font file; the theme's by default.
        report: is told what is being done.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    level = _choice(Level, level, "level")
    direction = _choice(Direction, direction, "direction")
    told = _choice(ColorBy, color_by, "color_by")
    theme = load_theme(theme) if isinstance(theme, str) else theme
    theme = with_font(theme, font) if font else theme
    if not isinstance(model, Architecture):
        model = trace(model, inputs, report=report)
    report(f"drawing {model.name}")
    if only:
        model = cut_out(model, single_path(only, model.modules, "--only"))
    architecture = model
    candidates = _FROM_DETAILED if level is Level.AUTO else ((level, None),)

    modules = architecture.modules
    chosen = Choice.of(expand, collapse, modules) if expand or collapse else None
    hidden = frozenset().union(*(matching_paths(one, modules, "--hide") for one in hide))
    titles = {
        path: text
        for pattern, text in (labels or {}).items()
        for path in matching_paths(pattern, modules, "--label")
    }

    simplifier = Simplifier(architecture, idioms)

    def figure(page: Page) -> Figure:
        for shown, depth in candidates:
            simplified = simplifier.to(
                shown, folded=fold, choice=chosen, depth=depth, hidden=hidden
            )
            scene = build_scene(
                simplified, shown.value, title=title, legend=legend, names=names, titles=titles,
                color_by=told,
            )  # fmt: skip
            drawn = Figure(architecture, scene, theme, direction, page, figure)
            if len(candidates) == 1 or drawn.fits_page:
                break
        return drawn

    return figure(make_page(width, height))


def summarize(
    model: nn.Module | str | LoadedModel | Architecture,
    inputs: ExampleInputs | None = None,
    *,
    depth: int | None = None,
    documentation: str = "",
    weights: Sequence[str] = (),
    report: Callable[[str], None] = _silent,
) -> Summary:
    """Describe ``model``: a table of its layers, blocks and stages, and facts about its structure.

    Args:
        model: a module, the name of a model as on the command line, or a traced architecture.
        inputs: as for `trace`.
        depth: how many modules deep the table goes; by default it goes down to blocks.
        documentation: what is said of the model; that of a model built by name by default.
        weights: names of the weights there are for it; in the same way.
        report: is told what is being done.

    Raises:
        VisualizeError: the model or its inputs cannot be used.
    """
    if isinstance(model, str):
        model = load_model(model)
    if isinstance(model, LoadedModel):
        documentation, weights = documentation or model.documentation, weights or model.weights
    if not isinstance(model, Architecture):
        model = trace(model, inputs, report=report)
    report(f"describing {model.name}")
    grouped = Simplifier(model).to(Level.LAYER, folded=False)
    return describe(
        model, grouped, depth=depth, documentation=documentation, weights=tuple(weights)
    )


def _choice(kind: type[Option], value: str, option: str) -> Option:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(item.value) for item in kind)
        raise UsageError(
            f"no {option} named {shorten(str(value))!r}", hint=f"use one of {known}"
        ) from None
