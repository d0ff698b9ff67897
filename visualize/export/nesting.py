"""What is in what: boxes in the frames, stages and panels around them.

figure ┬ stage layer1 ┬ frame ×2 ─ boxes
       │              ╰ boxes
       ├ boxes
       ╰ panel A ─ boxes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from visualize.core.scene import Scene, SceneGroup
from visualize.export.picture import Box, Frame, Picture

_STAGE = "stage"


@dataclass
class Nest:
    """A frame, stage or panel with all that is in it, in the order of the scene.

    Attributes:
        group: what it is; None for the whole figure.
        frame: what is drawn of it; None for a stage without a frame.
        inside: boxes, and others in it.
    """

    group: SceneGroup | None = None
    frame: Frame | None = None
    inside: list[Nest | Box] = field(default_factory=list)


def nested(picture: Picture, scene: Scene) -> Nest:
    """All boxes of a picture, in the frames, stages and panels that they are in."""
    return _Nesting(picture, scene).whole


class _Nesting:
    def __init__(self, picture: Picture, scene: Scene) -> None:
        parts = (scene, *(detail.scene for detail in scene.details))
        self.groups = {group.id: group for part in parts for group in part.groups}
        self.frames = {frame.group.id: frame for frame in picture.frames}
        self.found: dict[str, Nest] = {}
        self.panels = {letter: Nest(frame.group, frame) for letter, frame in self._panels(picture)}
        self.whole = Nest()
        for box in picture.boxes:
            self._home(box.box.group, box.detail).inside.append(box)
        self.whole.inside += self.panels.values()

    def _panels(self, picture: Picture) -> Iterator[tuple[str, Frame]]:
        """The frames that are panels, by their letters."""
        for frame in picture.frames:
            if frame.group.id not in self.groups:
                yield frame.group.label, frame

    def _home(self, group: str, letter: str) -> Nest:
        """The innermost frame or stage that a group is or is in, or the panel around it."""
        while group and not self._is_shown(self.groups[group]):
            group = self.groups[group].parent
        if not group:
            return self.panels[letter] if letter else self.whole
        if group not in self.found:
            self.found[group] = Nest(self.groups[group], self.frames.get(group))
            self._home(self.groups[group].parent, letter).inside.append(self.found[group])
        return self.found[group]

    def _is_shown(self, group: SceneGroup) -> bool:
        return group.role == _STAGE or group.id in self.frames
