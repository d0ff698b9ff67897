"""Details of a scene: what is inside closed boxes, as scenes of their own."""

from __future__ import annotations

import string
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from visualize.core.architecture import NodeKind
from visualize.core.detail import Detail
from visualize.core.diagram import Box
from visualize.core.module_path import spelled
from visualize.core.phrases import phrase
from visualize.core.scene import Scene, SceneBox, SceneDetail, SceneGroup, SceneVariant, inside_name
from visualize.scene import labels

_ENDS = ("input", "output")


def with_details(
    scene: Scene, details: Sequence[Detail], inside: Callable[[Detail], Scene]
) -> Scene:
    """``scene`` with what is inside its closed boxes.

    Args:
        scene: the overview.
        details: as many as there are letters at most, those of details included.
        inside: makes the scene of a detail, see `inside_scene`.
    """
    stages = {box.id: box.stage for box in scene.boxes}
    letters: dict[str, dict[str, list[str]]] = {"": {}}
    made: list[SceneDetail] = []
    for letter, (home, detail) in zip(string.ascii_uppercase, _all(details)):
        of = tuple(inside_name(home, box) for box in detail.boxes)
        stages |= {inside_name(letter, box.id): stages[of[0]] for box in detail.diagram.boxes}
        also = "".join(f", also /{stride}" for stride in detail.strides[1:])
        kind = labels.stage_phrase(detail.box)
        kind = phrase("part: {module}", module=kind) if detail.is_part else kind
        title = f"{kind} · {spelled(detail.box.path)}{also}"
        variants = tuple(_variants(home, letter, detail))
        made.append(SceneDetail(letter, title, of, stages[of[0]], inside(detail), variants))
        letters[letter] = {}
        marks = [letter, *(one.letter for one in variants)]
        for mark, boxes in zip(marks, (detail.boxes, *(one.boxes for one in detail.variants))):
            for box in boxes:
                letters[home].setdefault(box, []).append(mark)
    lettered = (replace(one, inside=_lettered(one.inside, letters[one.letter])) for one in made)
    return replace(_lettered(scene, letters[""]), details=tuple(lettered))


def _variants(home: str, letter: str, detail: Detail) -> Iterator[SceneVariant]:
    for number, one in enumerate(detail.variants, 2):
        of = tuple(inside_name(home, box) for box in one.boxes)
        yield SceneVariant(f"{letter}{number}", of, one.changes)


def _all(details: Sequence[Detail]) -> Iterator[tuple[str, Detail]]:
    """All details, those of the overview first, each with the letter of that around it."""
    letters = iter(string.ascii_uppercase)
    waiting = deque(("", detail) for detail in details)
    while waiting:
        home, detail = waiting.popleft()
        yield home, detail
        letter = next(letters, "")
        waiting.extend((letter, inner) for inner in detail.details)


def _lettered(scene: Scene, letters: Mapping[str, Sequence[str]]) -> Scene:
    return replace(scene, letters={box: " ".join(some) for box, some in letters.items()})


def inside_scene(detail: Detail, scene: Scene) -> Scene:
    """The scene of a detail, made from that of its diagram."""
    boxes = (_end(box, detail, scene) if box.role in _ENDS else box for box in scene.boxes)
    boxes = (replace(box, members=_real(detail.diagram.box(box.id))) for box in boxes)
    return _plain(replace(scene, boxes=tuple(boxes)))


def _end(box: SceneBox, detail: Detail, scene: Scene) -> SceneBox:
    """An input or output. The only one has no name: a detail may explain several places."""
    box = replace(box, name=box.role)
    title = labels.shapes(detail.diagram.box(box.id))
    if not title or sum(one.role == box.role for one in scene.boxes) > 1:
        return box
    return replace(box, label=(str(title),), title=title)


def _real(box: Box) -> tuple[str, ...]:
    """The operations of the model in a box: where a detail begins and ends, there are others."""
    ends = (NodeKind.INPUT, NodeKind.OUTPUT)
    return tuple(one.id for one in box.operations if one.kind not in ends)


def _plain(scene: Scene) -> Scene:
    """A scene without stages: it has the colour of one."""
    frames = {group.id: group for group in scene.groups}
    parents = {group: _frame(group, frames) for group in frames}
    boxes = (replace(box, group=parents.get(box.group, ""), stage="") for box in scene.boxes)
    groups = (
        replace(group, parent=parents.get(group.parent, ""), stage="")
        for group in scene.groups
        if group.role != "stage"
    )
    return replace(scene, boxes=tuple(boxes), groups=tuple(groups))


def _frame(group: str, groups: Mapping[str, SceneGroup]) -> str:
    """The innermost group that ``group`` is or is in and that is not a stage."""
    return next((one.id for one in _around(group, groups) if one.role != "stage"), "")


def _around(group: str, groups: Mapping[str, SceneGroup]) -> Iterator[SceneGroup]:
    while group:
        yield groups[group]
        group = groups[group].parent
