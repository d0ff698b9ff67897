"""The scene: boxes, arrows and groups of a figure as plain data, before any layout."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from visualize.core.choices import ColorBy, SkipKind
from visualize.core.fate import SHOWN, Status
from visualize.core.phrases import NOTHING, Phrase
from visualize.core.scene_facts import NO_NUMBERS, SceneCopy, SceneModel, SceneSkip
from visualize.core.statistics import Statistics
from visualize.core.work import Work


@dataclass(frozen=True, slots=True)
class SceneBox:
    """A box.

    Attributes:
        id: names it in this scene.
        label: its lines, the first in full size.
        role: what it shows, such as ``layer`` or ``merge``.
        members: ids of the graph nodes in it, those of all copies.
        parameters: their parameters.
        macs: their multiply-accumulate operations.
        group: id of the innermost group around it, or empty.
        stage: id of the stage that decides its colour, or empty.
        tooltip: what a reader sees who points at it.
        repeat: the number of copies of a part of the model that it shows.
        skips: the number of skip connections of each kind inside it, in all copies.
        work: the kind of work that it does, for colours by type.
        trainable: those of its parameters that require a gradient.
        memory: bytes that autograd saves for the backward pass in its members, if measured.
        statistics: those of the values of its parameters, if they are known.
        title: its first line as a phrase, for texts in another language.
        shortcut: the kind of residual connection that leads past what is in a closed box, or empty.
        shape: that of the tensor it returns, the last of several; empty if it is not known.
        resolution: height and width of the feature maps that it returns, or however many extents
            they have; empty if it returns none, or some of several resolutions.
        path: module path; of a function, that of the module whose code calls it.
        type: name of the class, function or idiom.
        name: where it is in the model: its path and, for a function, what it is called; several
            boxes may share it.
        modules: paths of the modules among its members.
        each: its numbers for one copy.
        shapes: those of the tensors that others read from it, or that it returns if none does.
        status: what became of it, in the figure of a difference; None in all other figures.
    """

    id: str
    label: tuple[str, ...]
    role: str
    members: tuple[str, ...]
    parameters: int
    macs: int
    group: str
    stage: str
    tooltip: str
    repeat: int = 1
    skips: tuple[tuple[str, int], ...] = ()
    work: Work | None = None
    trainable: int = 0
    memory: int | None = None
    statistics: Statistics | None = None
    title: Phrase = NOTHING
    shortcut: str = ""
    shape: tuple[int, ...] = ()
    resolution: tuple[int, ...] = ()
    path: str = ""
    type: str = ""
    name: str = ""
    modules: tuple[str, ...] = ()
    each: SceneCopy = NO_NUMBERS
    shapes: tuple[tuple[int, ...], ...] = ()
    status: Status | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it hides what is inside a block or a stage that a reader wants to see.

        In a difference what is the same in both models, or gone, is closed without explanation.
        """
        is_plain = self.status in (Status.SAME, Status.REMOVED)
        return self.role in ("block", "stage") and not is_plain

    @property
    def mark(self) -> str:
        """The name of its look in a theme; empty for one like those of other figures."""
        return "" if self.status in (None, Status.SAME) else self.status.value


@dataclass(frozen=True, slots=True)
class SceneGroup:
    """A block, stage or repeat around boxes.

    Attributes:
        id: names it in this scene.
        label: the text of its frame.
        detail: a second line in smaller type.
        role: ``block``, ``stage`` or ``repeat``.
        parent: id of the group around it, or empty.
        repeat: the number of copies of what is inside.
        framed: whether a frame is drawn around it.
        stage: id of the stage that decides its colour, or empty.
        tooltip: what a reader sees who points at its frame.
        title: its label as a phrase, for texts in another language.
        path: module path; for a run of modules, that of the first one.
        type: class of the module, or of the blocks in it; empty if they have several.
        each: the numbers of one copy.
    """

    id: str
    label: str
    detail: str
    role: str
    parent: str
    repeat: int = 1
    framed: bool = False
    stage: str = ""
    tooltip: str = ""
    title: Phrase = NOTHING
    path: str = ""
    type: str = ""
    each: SceneCopy = NO_NUMBERS


@dataclass(frozen=True, slots=True)
class SceneArrow:
    """An arrow.

    Attributes:
        source: id of the box where it begins.
        target: id of the box where it ends.
        label: the text beside it.
        skip: the kind of skip connection that it is part of, if any.
        arc: whether it alone is a whole skip connection.
        long: whether that skip connection bypasses a change of resolution.
        tooltip: what a reader sees who points at it.
        repeat: the number of copies of the arrow.
        status: what became of it, in the figure of a difference; None in all other figures.
    """

    source: str
    target: str
    label: str
    skip: str | None
    arc: bool
    long: bool
    tooltip: str
    repeat: int = 1
    status: Status | None = None

    @property
    def look(self) -> str | None:
        """The name of its line in a theme: a kind of skip connection or a status; None if plain."""
        if self.status is None:
            return self.skip
        return None if self.status is Status.SAME else self.status.value


@dataclass(frozen=True, slots=True)
class SceneVariant:
    """Closed boxes whose inside differs from what a panel shows in a few words.

    Attributes:
        letter: that of the panel, with a number: ``A2``.
        of: ids of these boxes.
        changes: what is different there.
    """

    letter: str
    of: tuple[str, ...]
    changes: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the panel writes about them."""
        return f"{self.letter}: {', '.join(self.changes)}"


@dataclass(frozen=True)
class SceneDetail:
    """What is inside closed boxes, drawn once beside the overview.

    Attributes:
        letter: joins it to these boxes.
        title: what they are.
        of: ids of the boxes whose inside it shows.
        stage: id of the stage of the overview that decides its colour, or empty.
        inside: what is inside; its ids do not depend on the letter.
        variants: boxes that have no panel of their own.
    """

    letter: str
    title: str
    of: tuple[str, ...]
    stage: str
    inside: Scene
    variants: tuple[SceneVariant, ...] = ()

    @functools.cached_property
    def scene(self) -> Scene:
        """What is inside; its ids begin with the letter and are unique in the whole figure."""
        return _within(self.inside, self.letter)

    @property
    def boxes(self) -> tuple[SceneBox, ...]:
        """The boxes inside."""
        return self.scene.boxes

    @property
    def groups(self) -> tuple[SceneGroup, ...]:
        """The groups around them."""
        return self.scene.groups

    @property
    def arrows(self) -> tuple[SceneArrow, ...]:
        """The arrows between them."""
        return self.scene.arrows


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a figure shows.

    Attributes:
        title: its heading, or empty.
        description: one sentence for readers who do not see it.
        level: the level of detail, such as ``block``.
        boxes: the boxes, in order of execution.
        groups: the groups around them, outer ones first.
        arrows: the arrows between them.
        legend: whether colours and lines are explained.
        parameters: those of all boxes.
        color_by: what colours encode.
        hidden: the number of operations that are not drawn.
        details: what is inside closed boxes. They repeat what these hold, and count nowhere.
        letters: those of the details that show what is inside a box, by its id.
        model: what the figure shows, if it is known.
        skips: all skip connections of the model, in the order of the exact graph.
        compares: whether it shows the difference of two models.
        totals: numbers that the legend lists, each with what it counts.
    """

    title: str
    description: str
    level: str
    boxes: tuple[SceneBox, ...]
    groups: tuple[SceneGroup, ...]
    arrows: tuple[SceneArrow, ...]
    legend: bool = True
    parameters: int = 0
    color_by: ColorBy = ColorBy.STAGE
    hidden: int = 0
    details: tuple[SceneDetail, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    model: SceneModel | None = None
    skips: tuple[SceneSkip, ...] = ()
    compares: bool = False
    totals: tuple[tuple[str, str], ...] = ()

    @property
    def all_boxes(self) -> tuple[SceneBox, ...]:
        """The boxes of the overview, then those of its details."""
        return sum((detail.scene.all_boxes for detail in self.details), self.boxes)

    @property
    def all_arrows(self) -> tuple[SceneArrow, ...]:
        """The arrows of the overview, then those of its details."""
        return sum((detail.scene.all_arrows for detail in self.details), self.arrows)

    @property
    def flat(self) -> Scene:
        """The same without details: each is a frame, and its letter is part of labels."""
        frames = [_frame_of(detail) for detail in self.details]
        inner = [_framed(detail.scene, frame.id) for detail, frame in zip(self.details, frames)]
        scenes = (self, *inner)
        return replace(
            self,
            boxes=tuple(_lettered(box, scene) for scene in scenes for box in scene.boxes),
            groups=(*frames, *(group for scene in scenes for group in scene.groups)),
            arrows=self.all_arrows,
            details=(),
            letters={},
        )

    @property
    def skip_kinds(self) -> tuple[str, ...]:
        """The kinds of skip connection that are drawn, in the order of the legend.

        In a difference these are what became of boxes and arrows.
        """
        if self.compares:
            return tuple(one.value for one in SHOWN if one.value in self.marked)
        present = {arrow.skip for arrow in self.all_arrows}
        present |= {box.shortcut for box in self.all_boxes}
        return tuple(kind.value for kind in SkipKind if kind.value in present)

    @property
    def marked(self) -> frozenset[str]:
        """What a difference distinguishes, of that which is drawn."""
        boxes = (box.mark for box in self.all_boxes if box.mark)
        return frozenset(boxes).union(one.look for one in self.all_arrows if one.look)

    @property
    def flow(self) -> tuple[Phrase, ...]:
        """The titles of boxes in order, and in place of the boxes of a part its title.

        A part is a stage of several boxes, or a frame; the outermost one counts, once.
        """
        groups = {group.id: group for group in self.groups}
        inside = Counter(box.stage for box in self.boxes)
        titles: dict[tuple[type, str], Phrase] = {}
        for box in self.boxes:
            part: tuple[type, str] = (SceneBox, box.id)
            title, group = box.title, groups.get(box.group)
            while group:
                if group.framed or (group.role == "stage" and inside[group.id] > 1):
                    part, title = (SceneGroup, group.id), group.title
                group = groups.get(group.parent)
            if title:
                titles[part] = title
        return tuple(titles.values())


def _frame_of(detail: SceneDetail) -> SceneGroup:
    return SceneGroup(
        id=f"detail {detail.letter}",
        label=f"{detail.letter} · {detail.title}",
        detail=" · ".join(one.text for one in detail.variants),
        role="detail",
        parent="",
        framed=True,
        stage=detail.stage,
    )


def _framed(scene: Scene, frame: str) -> Scene:
    """A scene with everything inside one frame."""
    return replace(
        scene,
        boxes=tuple(replace(box, group=box.group or frame) for box in scene.boxes),
        groups=tuple(replace(group, parent=group.parent or frame) for group in scene.groups),
    )


def _lettered(box: SceneBox, scene: Scene) -> SceneBox:
    if box.id not in scene.letters:
        return box
    first, *others = box.label
    return replace(box, label=(f"{first} ({scene.letters[box.id]})", *others))


def inside_name(letter: str, name: str) -> str:
    """What something of a detail is called in the whole figure; empty for nothing.

    >>> inside_name("A", "conv"), inside_name("", "conv"), inside_name("A", "")
    ('A/conv', 'conv', '')
    """
    return f"{letter}/{name}" if letter and name else name


def _within(scene: Scene, letter: str) -> Scene:
    """A scene with ids that are unique in the whole figure."""
    named = functools.partial(inside_name, letter)
    return replace(
        scene,
        boxes=tuple(replace(box, id=named(box.id), group=named(box.group)) for box in scene.boxes),
        groups=tuple(
            replace(group, id=named(group.id), parent=named(group.parent)) for group in scene.groups
        ),
        arrows=tuple(
            replace(arrow, source=named(arrow.source), target=named(arrow.target))
            for arrow in scene.arrows
        ),
        letters={named(box): letters for box, letters in scene.letters.items()},
    )
