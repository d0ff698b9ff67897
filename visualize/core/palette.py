"""The colours of one figure: those of a theme, matched to what its scene holds.

Every colour is a `Paint`, a pair for readers in light and in dark mode. A theme without a night
variant gives the same colour twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from visualize.core.choices import ColorBy
from visualize.core.color import contrast, mixed
from visualize.core.quantities import count, giga, memory
from visualize.core.scene import Scene, SceneBox
from visualize.core.theme import LineStyle, Stroke, Theme, Tint
from visualize.core.work import Work

# The least contrast between text and its background, by WCAG 2.2.
_READABLE = 4.5
_Choice = Callable[[Theme], str]
_TintChoice = Callable[[Theme], Tint]


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour by day, and for readers in dark mode."""

    day: str
    night: str


@dataclass(frozen=True, slots=True)
class PaintedTint:
    """The colours of a box: its fill, its border and the smaller lines of its text."""

    fill: Paint
    line: Paint
    detail: Paint


@dataclass(frozen=True, slots=True)
class PaintedStroke:
    """How one kind of arrow is drawn; ``width`` is in points."""

    color: Paint
    style: LineStyle
    width: float


@dataclass(frozen=True, slots=True)
class StageTint:
    """The colours of a stage, and its number in the order of the figure, from 1."""

    number: int
    tint: PaintedTint


@dataclass(frozen=True, slots=True)
class ToneEntry:
    """A colour that the legend explains, or the ``ramp`` from the fill of ``tint`` to its line."""

    text: str
    tint: PaintedTint
    ramp: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of one figure.

    Attributes:
        background: of the page.
        text: of text.
        muted: of text that matters less.
        plain: arrows that are not skip connections.
        neutral: boxes without a colour of their own.
        terminal: inputs and outputs.
        merge: the circles of merges.
        frame: frames without a stage.
        boxes: the tint of each box, by its id.
        stages: the tint of each stage with a colour of its own, by the id of its group.
        skips: the strokes of the kinds of skip connection that are drawn, and of what became of
            boxes and arrows.
        borders: those of the boxes that differ, in a difference.
        legend: the colours that the legend explains.
    """

    background: Paint
    text: Paint
    muted: Paint
    plain: PaintedStroke
    neutral: PaintedTint
    terminal: PaintedTint
    merge: PaintedTint
    frame: PaintedTint
    boxes: Mapping[str, PaintedTint]
    stages: Mapping[str, StageTint]
    skips: Mapping[str, PaintedStroke]
    borders: Mapping[str, PaintedStroke]
    legend: tuple[ToneEntry, ...]

    def stage(self, group: str) -> PaintedTint:
        """The colours of a stage, or those of a box without a stage."""
        return self.stages[group].tint if group in self.stages else self.neutral

    def frame_line(self, group: str) -> Paint:
        """The border of a frame around a stage, or of one that is not."""
        return self.stages[group].tint.line if group in self.stages else self.frame.line

    def stroke(self, kind: str | None) -> PaintedStroke:
        """How an arrow is drawn: ``kind`` is that of its skip connection, if it is one."""
        return self.skips[kind] if kind else self.plain


def make_palette(scene: Scene, theme: Theme) -> Palette:
    """Match the colours of ``theme`` to the boxes, stages and arrows of ``scene``."""
    painter = _Painter(theme)
    stages = _stages(scene)
    tones = _tones(scene, theme)
    return Palette(
        background=painter.paint(lambda one: one.background),
        text=painter.paint(lambda one: one.text),
        muted=painter.paint(lambda one: one.muted),
        plain=PaintedStroke(painter.paint(lambda one: one.line), LineStyle.SOLID, theme.line_width),
        neutral=painter.tint(_neutral),
        terminal=painter.tint(_terminal),
        merge=painter.tint(_merge),
        frame=painter.tint(lambda one: one.frame),
        boxes={
            box.id: painter.tint(tones.get(box.id) or _plain(box, stage, stages))
            for box, stage in _colored(scene)
        },
        stages={
            stage: StageTint(number + 1, painter.tint(_stage(number)))
            for stage, number in stages.items()
        },
        skips={kind: painter.stroke(kind) for kind in scene.skip_kinds},
        borders={
            box.id: painter.stroke(box.mark) for box in scene.all_boxes if box.mark in theme.marks
        },
        legend=explained_colors(scene, theme),
    )


def skip_stroke(kind: str, theme: Theme) -> PaintedStroke:
    """How skip connections of a kind are drawn in ``theme``."""
    return _Painter(theme).stroke(kind)


def explained_colors(scene: Scene, theme: Theme) -> tuple[ToneEntry, ...]:
    """The colours that the legend explains: none where they show stages, which have names."""
    painter = _Painter(theme)
    if scene.color_by is ColorBy.STAGE or scene.compares:
        return ()
    if scene.color_by in _SORTS:
        return tuple(
            ToneEntry(text, painter.tint(choice)) for text, choice in _sorted(scene, theme).items()
        )
    measure, values = _MEASURES[scene.color_by], _values(scene)
    text = f"0 – {measure.most(max(values.values(), default=0))}"
    if any(box.repeat > 1 and box.id in values for box in scene.boxes):
        text += ", all copies together"
    return (ToneEntry(text, painter.tint(lambda one: Tint(*one.ramp)), ramp=True),)


class _Painter:
    """Chooses from a theme and its night variant at once."""

    def __init__(self, theme: Theme) -> None:
        self.day = theme
        self.night = theme.night or theme
        # A figure has few different tints and many boxes.
        self.tint = functools.cache(self._tint)

    def paint(self, choice: _Choice) -> Paint:
        return Paint(choice(self.day), choice(self.night))

    def stroke(self, kind: str) -> PaintedStroke:
        stroke = _stroke(kind)(self.day)
        color = self.paint(lambda one: _stroke(kind)(one).color)
        return PaintedStroke(color, stroke.style, stroke.width)

    def _tint(self, choice: _TintChoice) -> PaintedTint:
        return PaintedTint(
            self.paint(lambda one: choice(one).fill),
            self.paint(lambda one: choice(one).line),
            self.paint(lambda one: _readable(one.muted, one.text, choice(one).fill)),
        )


def _readable(color: str, otherwise: str, fill: str) -> str:
    """``color``, or another one where it does not stand out from ``fill``."""
    return color if contrast(color, fill) >= _READABLE else otherwise


# Which tint of a theme something has


def _neutral(theme: Theme) -> Tint:
    return theme.neutral


def _terminal(theme: Theme) -> Tint:
    return theme.terminal


def _merge(theme: Theme) -> Tint:
    return theme.merge


@functools.cache
def _stage(number: int) -> _TintChoice:
    return lambda theme: theme.stages[number % len(theme.stages)]


@functools.cache
def _stroke(kind: str) -> Callable[[Theme], Stroke]:
    return lambda theme: theme.marks[kind].stroke if kind in theme.marks else theme.skips[kind]


@functools.cache
def _mark(status: str) -> _TintChoice:
    return lambda theme: Tint(theme.marks[status].fill, theme.marks[status].stroke.color)


def _share(part: float) -> _TintChoice:
    return lambda theme: Tint(mixed(*theme.ramp, part), theme.neutral.line)


def _colored(scene: Scene) -> Iterator[tuple[SceneBox, str]]:
    """All boxes, each with the stage that decides its colour."""
    yield from ((box, box.stage) for box in scene.boxes)
    for detail in scene.details:
        yield from ((box, detail.stage) for box in detail.scene.boxes)


def _plain(box: SceneBox, stage: str, stages: Mapping[str, int]) -> _TintChoice:
    """The tint of a box that shows its role and its stage."""
    if box.role in ("input", "output"):
        return _terminal
    if box.role == "merge":
        return _merge
    return _stage(stages[stage]) if stage in stages else _neutral


def _stages(scene: Scene) -> Mapping[str, int]:
    """The stages, numbered from 0; none if colours encode something else."""
    if scene.color_by is not ColorBy.STAGE or scene.compares:
        return {}
    return _numbered(box.stage for box in scene.boxes if box.stage)


def _numbered(names: Iterable[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


# What colours encode instead of stages


@dataclass(frozen=True, slots=True)
class _Measure:
    """The number of a box, or None, and how the legend writes the largest."""

    value: Callable[[SceneBox], float | None]
    most: Callable[[float], str]


def _norm(box: SceneBox) -> float | None:
    return box.statistics.norm if box.statistics and box.statistics.is_finite else None


def _sparsity(box: SceneBox) -> float | None:
    return box.statistics.pruned if box.statistics else None


_MEASURES = {
    ColorBy.PARAMETERS: _Measure(
        lambda box: box.parameters, lambda most: f"{count(int(most))} parameters"
    ),
    ColorBy.MACS: _Measure(lambda box: box.macs, lambda most: f"{giga(int(most))} MACs"),
    ColorBy.MEMORY: _Measure(
        lambda box: box.memory, lambda most: f"{memory(int(most))} saved for backward"
    ),
    ColorBy.NORM: _Measure(_norm, lambda most: f"{most:.4g}, norm of the weights"),
    ColorBy.SPARSITY: _Measure(
        _sparsity, lambda most: f"{100 * most:.1f} % of the weights are zero"
    ),
}


def _tones(scene: Scene, theme: Theme) -> Mapping[str, _TintChoice]:
    """The tints of boxes by id, if they do not encode the stage.

    A measure runs along the ramp, from zero to the largest value of a box with all its copies; a
    box without a value keeps the tint of its role.
    """
    if scene.compares:
        marked = {box.id: box.mark for box in scene.all_boxes}
        return {name: _mark(status) for name, status in marked.items() if status in theme.marks}
    if scene.color_by is ColorBy.STAGE:
        return {}
    if scene.color_by in _SORTS:
        sort, tints = _SORTS[scene.color_by], _sorted(scene, theme)
        sorts = {box.id: sort(box) for box in scene.all_boxes}
        return {name: tints[text] for name, text in sorts.items() if text in tints}
    values = _values(scene)
    most = max(values.values(), default=0)
    return {name: _share(value / most if most else 0) for name, value in values.items()}


def _sorted(scene: Scene, theme: Theme) -> Mapping[str, _TintChoice]:
    """The sorts of boxes that ``scene`` has, each with the tint that it has in every figure.

    A theme of few tints shows as many sorts.
    """
    sort = _SORTS[scene.color_by]
    present = {sort(box) for box in scene.all_boxes}
    if scene.color_by is ColorBy.TRAINABLE:
        return {text: tint for text, tint in _TRAINED.items() if text in present}
    known = list(Work)[: len(theme.stages)]
    return {
        work.value: _stage(number) for number, work in enumerate(known) if work.value in present
    }


def _work(box: SceneBox) -> str:
    return box.work.value if box.work else ""


def _training(box: SceneBox) -> str:
    if not box.parameters:
        return ""
    if not box.trainable:
        return "frozen"
    return "trainable" if box.trainable == box.parameters else "partly trainable"


def _frozen(theme: Theme) -> Tint:
    return Tint(mixed(theme.terminal.fill, theme.terminal.line, _GREY), theme.terminal.line)


# How far the grey of what is frozen is from that of inputs and outputs to that of their borders.
_GREY = 0.25
_SORTS = {ColorBy.TYPE: _work, ColorBy.TRAINABLE: _training}
_TRAINED: Mapping[str, _TintChoice] = {
    "trainable": _stage(0),
    "partly trainable": _stage(1),
    "frozen": _frozen,
}


def _values(scene: Scene) -> Mapping[str, float]:
    """What the colours of boxes measure, by id."""
    measure = _MEASURES[scene.color_by]
    return {
        box.id: value
        for box in scene.all_boxes
        if box.role not in ("merge", "input", "output")
        and (value := measure.value(box)) is not None
    }
