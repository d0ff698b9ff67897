"""Tones: the colours of boxes where they tell something else than the stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from visualize.core.choices import ColorBy
from visualize.core.color import contrast, mixed
from visualize.core.quantities import count, giga, memory
from visualize.core.scene import Scene, SceneBox
from visualize.core.theme import Theme, Tint

_READABLE = 4.5


@dataclass(frozen=True, slots=True)
class ToneEntry:
    """What the legend says of a colour, or of the ``ramp`` between two."""

    text: str
    tint: Tint
    ramp: bool = False


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number that a box has, None where it has none, and how the legend tells the most."""

    value: Callable[[SceneBox], float | None]
    told: Callable[[float], str]


def _norm(box: SceneBox) -> float | None:
    return box.statistics.norm if box.statistics and box.statistics.is_finite else None


def _sparsity(box: SceneBox) -> float | None:
    return box.statistics.sparsity if box.statistics else None


_MEASURES = {
    ColorBy.PARAMETERS: _Measure(
        lambda box: box.parameters, lambda most: f"{count(int(most))} parameters"
    ),
    ColorBy.MACS: _Measure(lambda box: box.macs, lambda most: f"{giga(int(most))} MACs"),
    ColorBy.MEMORY: _Measure(
        lambda box: box.memory, lambda most: f"{memory(int(most))} of activations"
    ),
    ColorBy.NORM: _Measure(_norm, lambda most: f"{most:.4g}, norm of the weights"),
    ColorBy.SPARSITY: _Measure(
        _sparsity, lambda most: f"{100 * most:.1f} % of the weights are zero"
    ),
}


def tones(scene: Scene, theme: Theme) -> tuple[Mapping[str, Tint], list[ToneEntry]]:
    """The colours of boxes by id, and what the legend says of them.

    Kinds have the colours of stages, the commonest first; those beyond have none of their own. A
    number lies between the colours of nothing and of the most that a box has, in all its copies;
    a box without such a number has no colour.
    """
    if scene.color_by is ColorBy.STAGE:
        return {}, []
    if scene.color_by is ColorBy.TYPE:
        return _by_type(scene, theme)
    measure = _MEASURES[scene.color_by]
    values = {
        box.id: value
        for box in scene.boxes
        if box.role not in ("merge", "input", "output")
        and (value := measure.value(box)) is not None
    }
    most = max(values.values(), default=0)
    low, high = theme.ramp
    tints = {
        name: Tint(mixed(low, high, value / most if most else 0), theme.neutral.line)
        for name, value in values.items()
    }
    text = f"0 – {measure.told(most)}"
    if any(box.repeat > 1 and box.id in values for box in scene.boxes):
        text += ", all copies together"
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
