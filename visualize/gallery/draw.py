"""One model of a gallery. This runs in a process of its own, perhaps on another machine."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from visualize.core.architecture import NodeKind
from visualize.core.errors import VisualizeError
from visualize.gallery.rows import FIGURE, PAGE, Drawn, Row
from visualize.options import FigureOptions


def draw_model(model: str, options: FigureOptions, inputs: Sequence[str] = ()) -> Drawn:
    """Draw ``model`` as a figure and a page; one that fails is a row that says why.

    What its code prints is dropped: it would be between the lines of many others.
    """
    unread = io.StringIO()
    try:
        with contextlib.redirect_stdout(unread), contextlib.redirect_stderr(unread):
            return _drawn(model, options, inputs)
    except VisualizeError as error:
        return Drawn(Row(model, error=str(error).removeprefix(f"{model}: ")))
    except SystemExit as error:
        ended = f"the model's own code ended the program with SystemExit({error.code})"
        return Drawn(Row(model, error=ended))
    except MemoryError:
        return Drawn(Row(model, error="not enough memory"))
    except Exception as error:  # one model that fails is not the end of the others
        return Drawn(Row(model, error=f"{type(error).__name__}: {error}"))


def _drawn(model: str, options: FigureOptions, inputs: Sequence[str]) -> Drawn:
    from visualize import pipeline
    from visualize.core.words import shape
    from visualize.sources import build

    built, made_from = build(model, inputs, options)
    figure = pipeline.draw(built, options=replace(options, weights="", memory=True))
    files = figure.render(["svg", "html"])
    architecture = figure.architecture
    shapes = (one.outputs for one in architecture.operations if one.kind is NodeKind.INPUT)
    row = Row(
        model,
        class_name=architecture.class_name,
        inputs=tuple(shape(tensor) for outputs in shapes for tensor in outputs),
        parameters=architecture.parameters,
        macs=architecture.macs,
        skips=dict(sorted(Counter(skip.kind.value for skip in architecture.skips).items())),
        level=figure.scene.level,
    )
    return Drawn(row, {FIGURE: files["svg"], PAGE: files["html"]}, made_from)
