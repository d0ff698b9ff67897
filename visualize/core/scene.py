"""The scene: boxes, arrows and groups of a figure as plain data, before any layout."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from visualize.core.choices import ColorBy
from visualize.core.statistics import Statistics

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class SceneBox:
    """A box. ``label`` holds its lines, the first in full size; ``stage`` chooses its colour.

    ``repeat`` is how many copies of a part of the model it stands for, ``skips`` how many skip
    connections of each kind it holds, in all copies. ``kind`` is what sort of operation it is, and
    ``memory`` the bytes of the tensors that all of it computes; ``statistics`` are of the values of
    all its parameters.
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
    kind: str = ""
    memory: int = 0
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class SceneGroup:
    """A block, stage or repeat around boxes; ``framed`` tells whether a frame is drawn."""

    id: str
    label: str
    detail: str
    role: str
    parent: str
    repeat: int = 1
    framed: bool = False
    stage: str = ""
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class SceneArrow:
    """An arrow; ``arc`` marks the one that stands for a whole skip connection.

    ``long`` is as for the skip connection itself; ``repeat`` is how many copies the arrow has.
    """

    source: str
    target: str
    label: str
    skip: str | None
    arc: bool
    long: bool
    tooltip: str
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a figure shows.

    ``parameters`` are those that the boxes hold together, ``hidden`` is how many operations are not
    drawn.
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

    @property
    def skip_kinds(self) -> tuple[str, ...]:
        """The kinds of skip connection that are drawn, in the order of the legend."""
        present = {arrow.skip for arrow in self.arrows}
        return tuple(
            kind for kind in ("identity", "projection", "concat", "gate") if kind in present
        )

    @property
    def flow(self) -> tuple[str, ...]:
        """What a reader sees in order: the first line of each box, and parts by their names.

        A part is a stage of several boxes, or a frame.
        """
        groups = {group.id: group for group in self.groups}
        held = Counter(box.stage for box in self.boxes)
        told: dict[str, str] = {}
        for box in self.boxes:
            part, group = f"box {box.id}", groups.get(box.group)
            text = "" if box.role == "merge" else box.label[0]
            while group:
                if group.framed or (group.role == "stage" and held[group.id] > 1):
                    part, text = group.id, group.label
                group = groups.get(group.parent)
            if text:
                told[part] = text
        return tuple(told.values())

    def document(self) -> dict[str, Any]:
        """The scene document: plain data of schema 1."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "description": self.description,
            "level": self.level,
            "boxes": [
                {
                    "id": box.id,
                    "label": list(box.label),
                    "role": box.role,
                    "members": list(box.members),
                    "repeat": box.repeat,
                    "parameters": box.parameters,
                    "macs": box.macs,
                    "group": box.group or None,
                    "skips": dict(box.skips),
                }
                for box in self.boxes
            ],
            "groups": [
                {
                    "id": group.id,
                    "label": group.label,
                    "parent": group.parent or None,
                    "repeat": group.repeat,
                }
                for group in self.groups
            ],
            "arrows": [
                {
                    "source": arrow.source,
                    "target": arrow.target,
                    "label": arrow.label,
                    "skip": arrow.skip,
                    "repeat": arrow.repeat,
                }
                for arrow in self.arrows
            ],
        }
