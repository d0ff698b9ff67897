"""What a model may be given as: a module, a name, a saved graph, or one that is traced already."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from visualize.core import architecture as core
from visualize.core.choices import ColorBy
from visualize.core.errors import UsageError, WeightsError, shorten
from visualize.core.files import is_file
from visualize.core.memory import MEMORY_UNKNOWN
from visualize.core.plain import AGAIN
from visualize.core.provenance import Provenance
from visualize.models import (
    SAVED,
    LoadedModel,
    ModelSpec,
    load_model,
    names_checkpoint,
    parse_model,
    read_graph,
)
from visualize.options import FigureOptions, TraceOptions
from visualize.results.architecture import Architecture

# A saved graph is drawn without torch: what builds models is imported where it does.
if TYPE_CHECKING:
    from torch import nn

    from visualize.tracing import ExampleInputs

    Source = nn.Module | str | ModelSpec | LoadedModel | core.Architecture
Progress = Callable[[str], None]


def load_graph(path: str | os.PathLike[str]) -> Architecture:
    """The exact graph in a file that ``visualize graph MODEL -o FILE.json`` or `save` wrote.

    It is read whole: `draw`, `summarize` and `skips` take it as they take what `trace` returns.
    No code runs, and torch is not needed.

    Raises:
        SourceError: the file cannot be read, or holds something else.
    """
    return Architecture.of(read_graph(Path(path)))


def check_unused(options: TraceOptions, where: str, *, inputs: bool) -> None:
    """Reject options of tracing for a graph that is traced already.

    Raises:
        UsageError: one of them is given.
    """
    plain = TraceOptions()
    flags = {"weights": "weights", "tracer": "tracer", "leaves": "leaf", "train": "train"}
    given = ["input"] if inputs else []
    given += [
        flag for name, flag in flags.items() if getattr(options, name) != getattr(plain, name)
    ]
    if given:
        raise UsageError(
            f"is a saved graph, which is traced already: {', '.join(f'--{one}' for one in given)} "
            "can change nothing",
            where=shorten(where),
            hint="leave it out, or name the model",
        )


def read(
    model: str | ModelSpec, inputs: ExampleInputs | None, options: TraceOptions
) -> ModelSpec | core.Architecture:
    """The graph in the file of that name, or the parsed name of a model."""
    spec = parse_model(model) if isinstance(model, str) else model
    if spec.source != SAVED:
        return spec
    return open_saved(spec.place, options, inputs=inputs is not None)


def open_saved(place: str, options: TraceOptions, *, inputs: bool) -> Architecture:
    """The exact graph in a file, if options of tracing are left out and it holds what is asked for.

    Args:
        place: the file.
        options: those of what is made of it.
        inputs: whether inputs are given.

    Raises:
        UsageError: an option could change nothing, or needs what was not measured.
        SourceError: the file cannot be read, or holds something else.
        WeightsError: values of weights are asked for, which it lacks.
    """
    check_unused(options, place, inputs=inputs)
    architecture = load_graph(place)
    if _lacks_statistics(architecture, options):
        raise WeightsError(
            "was saved without the statistics of its weights",
            where=shorten(place),
            hint="save it again with `visualize graph MODEL --weights NAME -o FILE.json`",
        )
    by_memory = getattr(options, "color_by", None) is ColorBy.MEMORY
    if by_memory and architecture.memory is None and MEMORY_UNKNOWN not in architecture.notes:
        raise UsageError("was saved without its memory", where=shorten(place), hint=AGAIN)
    return architecture


def limit(seconds: float | None) -> AbstractContextManager[None]:
    """A limit of time, if there is one."""
    if not seconds:
        return nullcontext()
    from visualize.tracing.limits import time_limit

    return time_limit(seconds)


def with_statistics(architecture: core.Architecture, options: TraceOptions) -> core.Architecture:
    """``architecture``, if it has the statistics that the options need."""
    if _lacks_statistics(architecture, options):
        raise WeightsError(
            "it was traced without the statistics of its weights",
            where=architecture.name,
            hint="trace it with statistics=True",
        )
    return architecture


def _lacks_statistics(architecture: core.Architecture, options: TraceOptions) -> bool:
    return options.statistics and architecture.parameters > 0 and not architecture.has_statistics


def load(
    model: nn.Module | str | ModelSpec | LoadedModel, options: TraceOptions, report: Progress
) -> LoadedModel:
    """Build the model if it is given by name, or wrap one that is built already."""
    if isinstance(model, (str, ModelSpec)):
        report(f"building {shorten(str(model))}")
        downloads = bool(options.weights) and not names_checkpoint(options.weights)
        with limit(None if downloads else options.timeout):
            return load_model(model, weights=options.weights, own_values=options.statistics)
    if options.weights:
        raise UsageError(
            "weights= works only with model names", hint="call load_state_dict yourself"
        )
    if isinstance(model, LoadedModel):
        return model
    from visualize.models.objects import model_of

    return model_of(model, values=options.statistics)


def named_apart(
    traced: Sequence[core.Architecture], texts: Sequence[str]
) -> list[core.Architecture]:
    """Models of one name with what was typed for each as their names, where that is known."""
    if len({one.name for one in traced}) > 1:
        return list(traced)
    return [replace(one, name=text or one.name) for one, text in zip(traced, texts)]


def build(
    model: str, inputs: Sequence[str], options: FigureOptions
) -> tuple[LoadedModel | Architecture, Provenance]:
    """The model or the saved graph of that name, and what its figure depends on.

    Args:
        model: a MODEL argument.
        inputs: specifications as of --input.
        options: of the figure; of these ``weights`` and ``statistics`` are used up.
    """
    spec = parse_model(model)
    if spec.source == SAVED:
        saved = open_saved(spec.place, options, inputs=bool(inputs))
        return saved, Provenance.of([], _files(spec.place, options))
    loaded = load_model(spec, inputs, weights=options.weights, own_values=options.statistics)
    from visualize.core.torch_internals import named_modules

    modules = {type(module).__module__ for _, module in named_modules(loaded.model)} | {"torch"}
    if spec.source == "module":
        return loaded, Provenance.of(modules | {spec.place}, _files("", options))
    return loaded, Provenance.of(modules, _files(spec.place, options))


def _files(place: str, options: FigureOptions) -> list[Path]:
    """The files that a figure is made from, the one at ``place`` among them."""
    named = (place, options.weights, options.theme, options.font)
    files = [Path(name) for name in named if isinstance(name, str) and name]
    return [file for file in files if is_file(file)]
