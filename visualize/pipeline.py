"""The stages in their order: load, trace, annotate, simplify, render."""

from __future__ import annotations

import contextlib
import enum
import functools
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from visualize.annotate import annotate
from visualize.core.architecture import Architecture
from visualize.core.choices import OF_VALUES, ColorBy, Direction, Level, Tracer
from visualize.core.errors import UsageError, WeightsError, shorten
from visualize.core.layout import Page
from visualize.core.matching import matching_paths, single_path
from visualize.core.modules import unwrapped
from visualize.core.summary import Summary
from visualize.core.theme import Theme
from visualize.describe import describe
from visualize.figure import Figure, make_page
from visualize.models import LoadedModel, load_model
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme, with_font
from visualize.simplify import Choice, Rule, Simplifier
from visualize.simplify import only as cut_out
from visualize.tracing import ExampleInputs, guess_inputs, trace_model

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
    weights: str = "",
    statistics: bool = False,
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
        weights: for a model that is named, weights as of --weights: a checkpoint, or a name.
        statistics: whether each layer gets the statistics of its weights.
        report: is told what is being done.

    Returns:
        The exact graph with shapes, parameters, MACs and skip connections.

    Raises:
        VisualizeError: the model cannot be had or cannot be traced.
    """
    loaded = _loaded(model, weights, statistics, report)
    name = name or loaded.name
    if statistics and loaded.values is None:
        raise WeightsError(
            "its weights have no values", where=name, hint="give --weights NAME or FILE"
        )
    report(f"tracing {name}")
    notes = loaded.notes
    inputs = loaded.example if inputs is None else inputs
    with _quiet():
        if inputs is None:
            inputs, assumed = guess_inputs(loaded.model, timeout=timeout)
            notes = (assumed, *notes)
        traced = trace_model(
            loaded.model,
            inputs,
            tracer=_choice(Tracer, tracer, "tracer"),
            leaves=leaves,
            train=train,
            timeout=timeout,
            rebuild=loaded.rebuild,
            made_up=loaded.values is None,
        )
    report(f"analysing {name}")
    values = loaded.values if statistics and loaded.values else {}
    traced = replace(traced, notes=notes + traced.notes, values=values)
    class_name = type(unwrapped(loaded.model)).__name__
    return replace(
        annotate(traced, name=name, class_name=class_name),
        documentation=loaded.documentation,
        published=loaded.published,
        weights=loaded.weights if statistics else "",
    )


def _loaded(
    model: nn.Module | str | LoadedModel,
    weights: str,
    statistics: bool,
    report: Callable[[str], None],
) -> LoadedModel:
    """A model that a user names, or built already: then its values are its own."""
    if isinstance(model, str):
        report(f"building {shorten(model)}")
        return load_model(model, weights=weights, own_values=statistics)
    if weights:
        raise UsageError(
            "weights are read for a model that is named, and this one is built",
            where="weights",
            hint="load them into the model",
        )
    if isinstance(model, LoadedModel):
        return model
    inner = unwrapped(model)
    parameters = dict(inner.named_parameters(remove_duplicate=False))
    has_values = not any(parameter.is_meta for parameter in parameters.values())
    return LoadedModel(
        name=type(inner).__name__,
        model=model,
        example=None,
        values=parameters if statistics and has_values else None,
    )


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
    weights: str = "",
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
        color_by: what the colours of boxes tell: stage, type, parameters, macs, memory, norm or
            sparsity; the last two are of the values of its weights.
        font: an installed family, or a font file; the theme's by default.
        weights: for a model that is named, weights as of --weights: a checkpoint, or a name.
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
        statistics = told in OF_VALUES
        model = trace(model, inputs, weights=weights, statistics=statistics, report=report)
    report(f"drawing {model.name}")
    if told in OF_VALUES and model.parameters and not model.has_statistics:
        raise WeightsError(
            "it was traced without the statistics of its weights",
            where=model.name,
            hint="trace it with statistics=True",
        )
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

    @functools.cache
    def described() -> Summary:
        return summarize(architecture)

    def figure(page: Page) -> Figure:
        for shown, depth in candidates:
            simplified = simplifier.to(
                shown, folded=fold, choice=chosen, depth=depth, hidden=hidden
            )
            scene = build_scene(
                simplified, shown.value, title=title, legend=legend, names=names, titles=titles,
                color_by=told,
            )  # fmt: skip
            drawn = Figure(architecture, scene, theme, direction, page, figure, described)
            if len(candidates) == 1 or drawn.fits_page:
                break
        return drawn

    return figure(make_page(width, height))


def summarize(
    model: nn.Module | str | LoadedModel | Architecture,
    inputs: ExampleInputs | None = None,
    *,
    depth: int | None = None,
    weights: str = "",
    statistics: bool = False,
    report: Callable[[str], None] = _silent,
) -> Summary:
    """Describe ``model``: a table of its layers, blocks and stages, and facts about its structure.

    Args:
        model: a module, the name of a model as on the command line, or a traced architecture.
        inputs: as for `trace`.
        depth: how many modules deep the table goes; by default it goes down to blocks.
        weights: for a model that is named, weights as of --weights: a checkpoint, or a name.
        statistics: whether to tell those of the values that a model of yours has.
        report: is told what is being done.

    Raises:
        VisualizeError: the model or its inputs cannot be used.
    """
    if isinstance(model, str):
        model = _loaded(model, weights, True, report)
        statistics = model.values is not None
    if not isinstance(model, Architecture):
        model = trace(model, inputs, statistics=statistics, report=report)
    report(f"describing {model.name}")
    grouped = Simplifier(model).to(Level.LAYER, folded=False)
    return describe(model, grouped, depth=depth)


def _choice(kind: type[Option], value: str, option: str) -> Option:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(item.value) for item in kind)
        raise UsageError(
            f"no {option} named {shorten(str(value))!r}", hint=f"use one of {known}"
        ) from None
