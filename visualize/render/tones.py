"""Tones: the colours of boxes where they tell something else than the stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from visualize.color import contrast, mixed
from visualize.quantities import count, giga, memory
from visualize.render.scene import ColorBy, Scene, SceneBox
from visualize.render.themes import Theme, Tint

_READABLE = 4.5


@dataclass(frozen=True, slots=True)
class ToneEntry:
    """What the legend says of a colour, or of the ``ramp`` between two."""

    text: str
    tint: Tint
    ramp: bool = False


@dataclass(frozen=True, slots=True)
class _Measure:
    value: Callable[[SceneBox], int]
    told: Callable[[int], str]
    unit: str


_MEASURES = {
    ColorBy.PARAMETERS: _Measure(lambda box: box.parameters, count, "parameters"),
    ColorBy.MACS: _Measure(lambda box: box.macs, giga, "MACs"),
    ColorBy.MEMORY: _Measure(lambda box: box.memory, memory, "of activations"),
}


def tones(scene: Scene, theme: Theme) -> tuple[Mapping[str, Tint], list[ToneEntry]]:
    """The colours of boxes by id, and what the legend says of them.

    Kinds have the colours of stages, the commonest first; those beyond have none of their own. A
    number lies between the colours of nothing and of the most that a box has, in all its copies.
    """
    if scene.color_by is ColorBy.STAGE:
        return {}, []
    if scene.color_by is ColorBy.TYPE:
        return _by_type(scene, theme)
    measure = _MEASURES[scene.color_by]
    most = max((measure.value(box) for box in scene.boxes), default=0)
    low, high = theme.ramp
    tints = {
        box.id: Tint(mixed(low, high, measure.value(box) / most if most else 0), theme.neutral.line)
        for box in scene.boxes
        if box.role not in ("merge", "input", "output")
    }
    text = f"0 – {measure.told(most)} {measure.unit}"
    return tints, [ToneEntry(text, Tint(low, high), ramp=True)]


def stage_numbers(scene: Scene) -> Mapping[str, int]:
    """The stages that have colours of their own, numbered from 0; none where these tell else."""
    by_stage = scene.color_by is ColorBy.STAGE
    stages = dict.fromkeys(box.stage for box in scene.boxes if box.stage and by_stage)
    return {stage: number for number, stage in enumerate(stages)}


def plain_tint(box: SceneBox, theme: Theme, stages: Mapping[str, int]) -> Tint:
    """The colour of a box where that tells its role and stage."""
    if box.role in ("input", "output"):
        return theme.terminal
    return theme.merge if box.role == "merge" else stage_tint(box.stage, theme, stages)


def stage_tint(stage: str, theme: Theme, stages: Mapping[str, int]) -> Tint:
    """The colour of a stage; their colours begin again where there are more stages."""
    return theme.stages[stages[stage] % len(theme.stages)] if stage in stages else theme.neutral


def readable(color: str, otherwise: str, fill: str) -> str:
    """``color``, or another where it does not stand out from ``fill``."""
    return color if contrast(color, fill) >= _READABLE else otherwise


def _by_type(scene: Scene, theme: Theme) -> tuple[Mapping[str, Tint], list[ToneEntry]]:
    common = Counter(box.kind for box in scene.boxes if box.kind and box.kind != "other")
    kinds = dict(zip((kind for kind, _ in common.most_common()), theme.stages, strict=False))
    tints = {box.id: kinds.get(box.kind, theme.neutral) for box in scene.boxes if box.kind}
    return tints, [ToneEntry(kind, tint) for kind, tint in kinds.items()]
