"""The stages in their order: load, trace, annotate, simplify, draw."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from visualize.core import architecture as core
from visualize.core.choices import ColorBy, SkipKind
from visualize.core.depth import depth_of, with_room
from visualize.core.errors import (
    EndlessError,
    RenderError,
    ShapeError,
    UsageError,
    VisualizeError,
    WeightsError,
)
from visualize.core.kinds import Chosen
from visualize.core.matching import single_path
from visualize.core.memory import MEMORY_UNKNOWN
from visualize.core.signature import takes_options
from visualize.figure import Figure, summary_of
from visualize.fitting import look
from visualize.models import LoadedModel, ModelSpec
from visualize.options import (
    AuditOptions,
    DiffOptions,
    FigureOptions,
    SkipsOptions,
    SummaryOptions,
    TraceOptions,
)
from visualize.results.architecture import Architecture
from visualize.simplify import only
from visualize.sources import Progress, limit, load, named_apart, read, with_statistics

# A saved graph is drawn without torch: what builds and traces models is imported where it does.
if TYPE_CHECKING:
    from visualize.results.audit import Audit
    from visualize.results.difference import Difference
    from visualize.results.skip_table import SkipTable
    from visualize.results.summary import Summary
    from visualize.sources import Source
    from visualize.tracing import ExampleInputs


def _silent(_: str) -> None:
    """Report no progress."""


@takes_options(TraceOptions)
def trace(
    model: Source,
    inputs: ExampleInputs | None = None,
    *,
    options: TraceOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> Architecture:
    """Trace ``model`` and annotate it; the model itself is left exactly as it is.

    Args:
        model: a module, the name of a model as on the command line, or what `load_model` returns.
            An architecture is traced already and is returned as it is.
        inputs: a shape, a tensor, a tuple of those, a dict of keyword arguments, or a function
            that makes any of these. Only shapes and dtypes matter, unless the model itself needs
            values. By default those that a named model brings, else they are guessed.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Returns:
        The exact graph with shapes, parameters, MACs and skip connections.

    Raises:
        VisualizeError: an option or the model cannot be used, or it cannot be traced.
    """
    chosen, report = TraceOptions.of(options, keywords), report or _silent
    if isinstance(model, (str, ModelSpec)):
        model = read(model, inputs, chosen)
    if isinstance(model, core.Architecture):
        return Architecture.of(with_statistics(model, chosen))
    from visualize.core.torch_internals import named_modules

    loaded = load(model, chosen, report)
    name = chosen.name or loaded.name
    if chosen.statistics and loaded.values is None:
        raise WeightsError(
            "its weights have no values", where=name, hint="give --weights NAME or FILE"
        )
    report(f"tracing {name}")
    depth = depth_of(path for path, _ in named_modules(loaded.model))
    return with_room(depth, _traced, loaded, inputs, name, chosen, report)


def _traced(
    loaded: LoadedModel,
    inputs: ExampleInputs | None,
    name: str,
    chosen: TraceOptions,
    report: Progress,
) -> Architecture:
    """Trace a model that is built, and annotate it."""
    from visualize.annotate import annotate
    from visualize.core.modules import unwrapped
    from visualize.core.quiet import quiet
    from visualize.tracing import guess_inputs, trace_model

    notes = loaded.notes
    inputs = loaded.example if inputs is None else inputs
    with quiet():
        if inputs is None:
            inputs, assumed = guess_inputs(loaded.model, timeout=chosen.timeout)
            notes = (assumed, *notes)
        try:
            traced = trace_model(
                loaded.model,
                inputs,
                tracer=chosen.tracer,
                leaves=chosen.leaves,
                train=chosen.train,
                timeout=chosen.timeout,
                rebuild=loaded.rebuild,
                made_up=loaded.values is None,
                memory=chosen.memory,
            )
        except VisualizeError as error:
            if error.ran is not None:
                exact = annotate(error.ran, name=name, class_name=type(loaded.model).__name__)
                error.architecture, error.ran = Architecture.of(exact), None
            raise
    report(f"analysing {name}")
    values = loaded.values if chosen.statistics and loaded.values else {}
    traced = replace(traced, notes=notes + traced.notes, values=values)
    class_name = type(unwrapped(loaded.model)).__name__
    exact = replace(
        annotate(traced, name=name, class_name=class_name),
        documentation=loaded.documentation,
        published=loaded.published,
        weights=loaded.weights if chosen.statistics else "",
    )
    return Architecture.of(exact)


@takes_options(FigureOptions)
def draw(
    model: Source,
    inputs: ExampleInputs | None = None,
    *,
    options: FigureOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> Figure:
    """Draw ``model``.

    Args:
        model: a module, the name of a model as on the command line, what `load_model` returns, or
            a traced architecture, to which the options of tracing no longer apply.
        inputs: as for `trace`.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    chosen, report = FigureOptions.of(options, keywords), report or _silent
    chosen = replace(chosen, theme=look(chosen), font="")
    architecture = trace(model, inputs, options=chosen, report=report)
    if chosen.color_by is ColorBy.MEMORY:
        _check_memory(architecture)
    report(f"drawing {architecture.name}")
    parts = [single_path(each, architecture.modules, "--only") for each in chosen.only if each]
    if parts:
        architecture = Architecture.of(only(architecture, *dict.fromkeys(parts)))
    try:
        with limit(chosen.timeout):
            return Figure.of(architecture, chosen)
    except EndlessError as error:
        raise RenderError(
            f"not drawn after {chosen.timeout:g} seconds",
            hint="a higher level draws less; timeout gives it more",
        ) from error


@takes_options(SummaryOptions)
def summarize(
    model: Source,
    inputs: ExampleInputs | None = None,
    *,
    options: SummaryOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> Summary:
    """Describe ``model``: a table of its layers, blocks and stages, and facts about its structure.

    Weights that are read with the model have their statistics in the table.

    Args:
        model: as for `draw`.
        inputs: as for `trace`.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    from visualize.results.summary import Summary

    chosen, report = SummaryOptions.of(options, keywords), report or _silent
    chosen = replace(chosen, memory=True)
    if isinstance(model, (str, ModelSpec)):
        model = read(model, inputs, chosen)
    if isinstance(model, (str, ModelSpec)):
        model = load(model, replace(chosen, statistics=True), report)
        chosen = replace(chosen, weights="")
    if isinstance(model, LoadedModel) and model.values is not None:
        chosen = replace(chosen, statistics=True)
    try:
        architecture = trace(model, inputs, options=chosen, report=report)
    except VisualizeError as error:
        error.summary = summary_until(error, chosen)
        raise
    report(f"describing {architecture.name}")
    return Summary.of(summary_of(architecture, chosen.depth), chosen)


@takes_options(SkipsOptions)
def skips(
    model: Source,
    inputs: ExampleInputs | None = None,
    *,
    kind: str | Collection[str] = (),
    long: bool = False,
    options: SkipsOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> SkipTable:
    """List the skip connections of ``model``: what they bypass, and the source line of each.

    Args:
        model: as for `draw`.
        inputs: as for `trace`.
        kind: the kind to list, or several; all by default.
        long: whether to list only those that cross resolutions.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    from visualize.describe import describe_skips
    from visualize.results.skip_table import SkipTable

    chosen = SkipsOptions.of(options, keywords)
    kinds = {kind} if isinstance(kind, str) else set(kind)
    for each in kinds:
        Chosen(SkipKind).read(each, "kind")
    architecture = trace(model, inputs, options=chosen, report=report)
    return SkipTable(architecture, describe_skips(architecture, kinds=kinds, long=long), chosen)


@takes_options(AuditOptions)
def audit(
    model: Source,
    inputs: ExampleInputs | None = None,
    *,
    options: AuditOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> Audit:
    """List the shortcuts of each block of ``model``, and what looks wrong about them.

    Scales of zero are found where the weights have values: in a model that is given itself, and
    with ``weights``.

    Args:
        model: as for `draw`.
        inputs: as for `trace`.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Raises:
        VisualizeError: an option, the model or its inputs cannot be used.
    """
    from visualize.results.audit import Audit

    chosen, report = AuditOptions.of(options, keywords), report or _silent
    if isinstance(model, (str, ModelSpec)):
        model = read(model, inputs, chosen)
    if not isinstance(model, core.Architecture):
        model = load(model, replace(chosen, statistics=True), report)
        chosen = replace(chosen, weights="", statistics=model.values is not None)
    return Audit.of(trace(model, inputs, options=chosen, report=report), chosen)


@takes_options(DiffOptions)
def diff(
    before: Source,
    after: Source,
    inputs: ExampleInputs | None = None,
    *,
    options: DiffOptions | None = None,
    report: Progress | None = None,
    **keywords: Any,
) -> Difference:
    """Compare two models: what was added, removed, changed, moved and renamed in the second.

    Args:
        before: the first model, as for `trace`; an architecture is traced already.
        after: the second one.
        inputs: as for `trace`, of both models.
        options: all options in one object; keywords win.
        report: called with a line of text at each step.

    Returns:
        The difference, which is true where the models differ.

    Raises:
        VisualizeError: an option or a model cannot be used, or it cannot be traced.
    """
    from visualize.compare import compare
    from visualize.models.isolated import own_modules
    from visualize.results.difference import Difference

    chosen = DiffOptions.of(options, keywords)
    traced = []
    for model in (before, after):
        with own_modules():
            traced.append(trace(model, inputs, options=chosen, report=report))
    texts = [str(each) if isinstance(each, (str, ModelSpec)) else "" for each in (before, after)]
    return Difference(compare(*named_apart(traced, texts)), chosen)


def summary_until(error: VisualizeError, options: SummaryOptions) -> Summary | None:
    """The summary of what ran before the model failed; None if that is not known."""
    from visualize.describe.stopped import stopped
    from visualize.results.summary import Summary

    if error.architecture is None:
        return None
    place = error.place if isinstance(error, ShapeError) else error.where
    described = summary_of(error.architecture, options.depth)
    return Summary.of(stopped(described, place, error.message, str(error)), options)


def _check_memory(architecture: core.Architecture) -> None:
    """Check that the memory of ``architecture`` is known, which colours are to encode."""
    if architecture.memory is not None:
        return
    if MEMORY_UNKNOWN in architecture.notes:
        raise VisualizeError(
            "its memory could not be measured",
            where=architecture.name,
            hint="choose another --color-by",
        )
    raise UsageError(
        "it was traced without its memory",
        where=architecture.name,
        hint="trace it with memory=True",
    )
