"""One model of a gallery. This runs in a process of its own, perhaps on another machine."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from visualize.core.architecture import Architecture
from visualize.core.errors import VisualizeError
from visualize.core.provenance import Provenance
from visualize.gallery.rows import FIGURE, PAGE, Drawn, Row
from visualize.options import FigureOptions

if TYPE_CHECKING:
    from visualize.models import LoadedModel, ModelSpec


def draw_model(model: str, options: FigureOptions) -> Drawn:
    """Draw ``model`` as a figure and a page; one that fails is a row that says why.

    What its code prints is dropped: it would be between the lines of many others.
    """
    unread = io.StringIO()
    try:
        with contextlib.redirect_stdout(unread), contextlib.redirect_stderr(unread):
            return _drawn(model, options)
    except VisualizeError as error:
        return Drawn(Row(model, error=str(error).removeprefix(f"{model}: ")))
    except SystemExit as error:
        ended = f"the model's own code ended the program with SystemExit({error.code})"
        return Drawn(Row(model, error=ended))
    except MemoryError:
        return Drawn(Row(model, error="not enough memory"))
    except Exception as error:  # one model that fails is not the end of the others
        return Drawn(Row(model, error=f"{type(error).__name__}: {error}"))


def _drawn(model: str, options: FigureOptions) -> Drawn:
    from visualize import pipeline, sources
    from visualize.core.words import shape
    from visualize.models import SAVED, load_model, parse_model

    spec = parse_model(model)
    loaded: LoadedModel | Architecture
    if spec.source == SAVED:
        loaded = sources.open_saved(spec.place, options, inputs=False)
    else:
        loaded = load_model(spec, weights=options.weights, own_values=options.statistics)
    figure = pipeline.draw(loaded, options=replace(options, weights="", memory=True))
    files = figure.render(["svg", "html"])
    architecture = figure.architecture
    shapes = (one.outputs for one in architecture.operations if one.kind.value == "input")
    row = Row(
        model,
        class_name=architecture.class_name,
        inputs=tuple(shape(tensor) for outputs in shapes for tensor in outputs),
        parameters=architecture.parameters,
        macs=architecture.macs,
        skips=dict(sorted(Counter(skip.kind.value for skip in architecture.skips).items())),
        level=figure.scene.level,
    )
    made_from = Provenance.of(_modules(loaded, spec), _data(spec, options))
    return Drawn(row, {FIGURE: files["svg"], PAGE: files["html"]}, made_from)


def _modules(loaded: LoadedModel | Architecture, spec: ModelSpec) -> set[str]:
    """The names of the modules that define the classes of a model, and of torch."""
    if isinstance(loaded, Architecture):
        return set()
    from visualize.core.torch_internals import named_modules

    defined = {type(module).__module__ for _, module in named_modules(loaded.model)}
    return {*defined, "torch", *([spec.place] if spec.source == "module" else [])}


def _data(spec: ModelSpec, options: FigureOptions) -> Iterator[Path]:
    """The files that a figure is made from."""
    named = (
        spec.place if spec.source != "module" else "",
        options.weights,
        options.theme,
        options.font,
    )
    for name in named:
        if isinstance(name, str) and name and Path(name).is_file():
            yield Path(name)
