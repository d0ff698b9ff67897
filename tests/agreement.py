"""What figures of a model print, at every level, against its exact graph."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.check import check_agreement
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.scene.build import build_scene
from visualize.simplify import Simplifier


def disagreements(architecture: Architecture, *, folded: bool = True) -> Iterator[str]:
    """Each place where a label disagrees, with its level."""
    simplifier = Simplifier(architecture)
    for level in Level:
        if level is not Level.AUTO:
            scene = build_scene(simplifier.to(level, folded=folded), level.value)
            for finding in check_agreement(architecture, scene):
                yield f"{level.value}: {finding.message}"
