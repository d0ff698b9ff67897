"""Names for what a figure shows, made from module paths.

A name says where in the model something is, and not how many other things come before it: after
an edit elsewhere in the model it is the same. All formats name their elements this way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visualize.core.scene import Scene

# No reader needs longer names, and Graphviz limits the length of strings.
_LONGEST = 160
_KEPT = frozenset("._-")


@dataclass(frozen=True, slots=True)
class ElementNames:
    """A name for each part of a figure, its details included; unique among parts of one kind.

    Attributes:
        boxes: by the id of the box.
        groups: by the id of the group.
        arrows: in the order of ``Scene.all_arrows``.
        details: by the letter of the detail.
    """

    boxes: Mapping[str, str]
    groups: Mapping[str, str]
    arrows: tuple[str, ...]
    details: Mapping[str, str]

    def in_ascii(self) -> ElementNames:
        """The same in letters, digits and underscores, for formats that allow no others."""
        boxes, groups, details = (
            dict(zip(named, distinct(map(ascii_name, named.values()), "_")))
            for named in (self.boxes, self.groups, self.details)
        )
        arrows = tuple(distinct(map(ascii_name, self.arrows), "_"))
        return ElementNames(boxes, groups, arrows, details)


def element_names(scene: Scene) -> ElementNames:
    """The names of the boxes, groups and arrows of ``scene`` and of its details.

    A module is called by its path; an operation by the path of the module that calls it, and what
    it does: ``layer1.0.add``. Where a detail begins and ends has the path of what it explains:
    ``layer1.0.input``.
    """
    boxes = {one.id: one.name or one.id for one in scene.boxes}
    groups = {one.id: one.path or one.id for one in scene.groups}
    details: dict[str, str] = {}
    for detail in scene.details:
        details[detail.letter] = boxes[detail.of[0]]
        for one in detail.boxes:
            end = f"{boxes[detail.of[0]]}.{one.name}" if one.role in ("input", "output") else ""
            boxes[one.id] = end or one.name or one.id
        groups |= {one.id: one.path or one.id for one in detail.groups}
    boxes = dict(zip(boxes, distinct(map(_clean, boxes.values()))))
    groups = dict(zip(groups, distinct(map(_clean, groups.values()))))
    details = dict(zip(details, distinct(map(_clean, details.values()))))
    arrows = (f"{boxes[one.source]}-to-{boxes[one.target]}" for one in scene.all_arrows)
    return ElementNames(boxes, groups, tuple(distinct(arrows)), details)


def distinct(names: Iterable[str], sign: str = "-") -> list[str]:
    """Each of ``names``, with a number behind it, after ``sign``, if one before it is equal.

    >>> distinct(["block.relu", "block.add", "block.relu", "block.relu-2"])
    ['block.relu', 'block.add', 'block.relu-3', 'block.relu-2']
    """
    wanted = list(names)
    taken = set(wanted)
    seen: set[str] = set()
    found = []
    for name in wanted:
        if name in seen:
            numbered = (f"{name}{sign}{number}" for number in itertools.count(2))
            name = next(one for one in numbered if one not in taken)
            taken.add(name)
        seen.add(name)
        found.append(name)
    return found


def ascii_name(name: str) -> str:
    """``name`` in letters, digits and underscores.

    >>> ascii_name("layer1.0.conv1"), ascii_name("编码.γ")
    ('layer1_0_conv1', 'u7f16u7801_u3b3')
    """
    return "".join(
        one if one.isascii() and one.isalnum() else f"u{ord(one):x}" if one.isalnum() else "_"
        for one in name
    )


def _clean(name: str) -> str:
    """``name`` without spaces and what formats give a meaning to."""
    kept = (one if one.isalnum() or one in _KEPT else "_" for one in name[:_LONGEST])
    return "".join(kept) or "_"
