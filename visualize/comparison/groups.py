"""The groups around boxes of the first model that are gone, among those of the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from visualize.core.scene import Scene, SceneGroup

PREFIX = "before "


class Groups:
    """Finds for each group of the first model the one of the second that is around the same.

    A group of which nothing is left is kept as it is.

    Args:
        old: the scene of the first model.
        new: that of the second.
        images: for each box of ``old`` that stays the box of ``new``.
    """

    def __init__(self, old: Scene, new: Scene, images: Mapping[str, str]) -> None:
        self._old = {group.id: group for group in old.groups}
        self._new = {group.id: group for group in new.groups}
        self._homes = {box.id: box.group for box in new.boxes}
        self._images: dict[str, list[str]] = {}
        for box in old.boxes:
            for group in _chain(box.group, self._old):
                inside = self._images.setdefault(group, [])
                if box.id in images:
                    inside.append(images[box.id])
        self.kept: dict[str, SceneGroup] = {}

    def of(self, group: str) -> str:
        """The group of the merged scene for a group of the first model; empty if there is none."""
        if not group:
            return ""
        images = self._images.get(group, [])
        if images:
            return self._around(images, self._old[group])
        name = f"{PREFIX}{group}"
        if name not in self.kept:
            own = self._old[group]
            parent = self.of(own.parent)
            self.kept[name] = replace(own, id=name, parent=parent)
        return name

    def stage_of(self, stage: str) -> str:
        """The stage whose name is beside a box of the first model."""
        return stage if stage in self._new else ""

    def _around(self, boxes: Sequence[str], own: SceneGroup) -> str:
        """The innermost group around some boxes that has as many copies as ``own``."""
        chains = [_chain(self._homes[box], self._new) for box in boxes]
        common = [one for one in chains[0] if all(one in chain for chain in chains)]
        copies = _copies(own.id, self._old)
        fitting = [one for one in common if _copies(one, self._new) == copies]
        return next(iter(fitting), "")


def _chain(group: str, groups: Mapping[str, SceneGroup]) -> list[str]:
    """A group and those around it, from the inside out."""
    found = []
    while group:
        found.append(group)
        group = groups[group].parent
    return found


def _copies(group: str, groups: Mapping[str, SceneGroup]) -> int:
    copies = 1
    for one in _chain(group, groups):
        copies *= groups[one].repeat
    return copies
