"""What a scene knows of the whole model: its totals, and where its skip connections are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.core.architecture import Architecture, batch_of
from visualize.core.diagram import Diagram
from visualize.core.scene_facts import SceneModel, SceneSkip


def totals(exact: Architecture) -> SceneModel:
    """The model with its totals."""
    return SceneModel(
        name=exact.name,
        class_name=exact.class_name,
        parameters=exact.parameters,
        trainable_parameters=exact.trainable_parameters,
        unused_parameters=exact.unused_parameters,
        macs=exact.macs,
        batch=batch_of(exact.operations),
    )


def found_skips(diagram: Diagram) -> Iterator[SceneSkip]:
    """All skip connections of the model, each with the boxes that hold its ends."""
    for skip in diagram.exact.skips:
        yield SceneSkip(
            kind=skip.kind.value,
            long=skip.long,
            gradient=skip.gradient,
            fork=skip.fork,
            merge=skip.merge,
            source=diagram.host(skip.fork),
            target=diagram.host(skip.merge),
            module=skip.module,
            shape=skip.shape,
            count=skip.count,
        )
