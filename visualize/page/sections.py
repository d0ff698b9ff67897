"""Sections of a picture: the overview, and each panel beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visualize.core.scene import Scene
from visualize.export.picture import Arrow, Box, Bracket, Frame, Line, Picture, Shortcut


@dataclass(frozen=True)
class Section:
    """What is drawn of one scene of a picture."""

    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    arrows: tuple[Arrow, ...]
    shortcuts: tuple[Shortcut, ...]
    brackets: tuple[Bracket, ...]

    @classmethod
    def of_scene(cls, scene: Scene, picture: Picture) -> Section:
        """What is drawn of ``scene``, without what is drawn of its details."""
        boxes = {box.id for box in scene.boxes}
        groups = {group.id for group in scene.groups}
        arrows = tuple(one for one in picture.arrows if one.arrow.source in boxes)
        followed = {line for arrow in arrows for line in arrow.via}
        return cls(
            boxes=tuple(one for one in picture.boxes if one.box.id in boxes),
            frames=tuple(one for one in picture.frames if one.group.id in groups),
            lines=tuple(one for one in picture.trunks if one.id in followed),
            arrows=arrows,
            shortcuts=tuple(one for one in picture.shortcuts if one.box in boxes),
            brackets=tuple(one for one in picture.brackets if one.group in groups),
        )


@dataclass(frozen=True)
class PanelSection:
    """What is drawn of a detail.

    Attributes:
        frame: the border of its panel.
        section: what is in it.
        leader: the line from a box that it explains.
        of: ids of the boxes that it explains.
    """

    frame: Frame
    section: Section
    leader: Line | None
    of: tuple[str, ...]


def panels(scene: Scene, picture: Picture) -> Iterator[PanelSection]:
    """Each panel of a picture."""
    frames = {frame.group.id: frame for frame in picture.frames}
    lines = {line.id: line for line in picture.trunks}
    for detail in scene.details:
        frame = frames[f"detail {detail.letter}"]
        leader = lines.get(f"leader-{frame.id.removeprefix('detail-')}")
        yield PanelSection(frame, Section.of_scene(detail.scene, picture), leader, detail.of)
