"""What a model may be given as: a module, a name, a saved graph, or one that is traced already."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from visualize.core import architecture as core
from visualize.core.errors import UsageError, WeightsError, shorten
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
    check_unused(options, spec.place, inputs=inputs is not None)
    return load_graph(spec.place)


def limit(seconds: float | None) -> AbstractContextManager[None]:
    """A limit of time, if there is one."""
    if not seconds:
        return nullcontext()
    from visualize.tracing.limits import time_limit

    return time_limit(seconds)


def with_statistics(architecture: core.Architecture, options: TraceOptions) -> core.Architecture:
    """``architecture``, if it has the statistics that the options need."""
    if options.statistics and architecture.parameters and not architecture.has_statistics:
        raise WeightsError(
            "it was traced without the statistics of its weights",
            where=architecture.name,
            hint="trace it with statistics=True",
        )
    return architecture


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
        check_unused(options, spec.place, inputs=bool(inputs))
        return load_graph(spec.place), Provenance.of([], _files(spec.place, options))
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
    return [file for file in files if file.is_file()]
