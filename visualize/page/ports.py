"""Ports: where data enters and leaves what is inside a box, and which arrows go on there.

│ arrow of the view around it
╭────●────╮ port
│    ▼    │
│  [conv] │
╰────●────╯
▼
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from visualize.core.architecture import Architecture
from visualize.core.diagram import Box
from visualize.core.scene import SceneArrow
from visualize.export import picture as drawn
from visualize.page.plain import rounded
from visualize.page.views import ENDS, View
from visualize.simplify.part import entries_of, exits_of


@dataclass(frozen=True)
class Ports:
    """The ports of what is inside a box; none of the figure.

    Attributes:
        names: their ids in the scene, in its order.
        entries: for each operation outside whose tensor is read inside, the port where it enters.
        exits: for each operation inside whose tensor is read outside, the port where it leaves.
    """

    names: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)
    exits: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, view: View, box: Box, exact: Architecture) -> Ports:
        """The ports of ``view``, which shows what is inside ``box``."""
        names = tuple(one.box.id for one in view.picture.boxes if is_port(one))
        return cls(names, entries_of(exact, box), exits_of(exact, box))

    def of_another(self, box: Box, exact: Architecture) -> Ports:
        """The ports of the same view where it shows what is inside another ``box``."""
        entries, exits = entries_of(exact, box), exits_of(exact, box)
        return Ports(self.names, _renamed(entries, self.entries), _renamed(exits, self.exits))


def _renamed(names: Mapping[str, str], like: Mapping[str, str]) -> Mapping[str, str]:
    """``names`` with the values of ``like``, which come in the same order."""
    new = dict(zip(dict.fromkeys(names.values()), dict.fromkeys(like.values())))
    return {node: new[name] for node, name in names.items() if name in new}


def is_port(box: drawn.Box) -> bool:
    """Whether a box is a point on the border."""
    return box.box.role in ENDS and not box.box.label


def plain_ports(view: View) -> list[dict[str, Any]]:
    """The ports of a view as plain data."""
    ports = [one for one in view.picture.boxes if is_port(one)]
    places = ((one.box.role == "input", *rounded(*one.area.center)) for one in ports)
    return [{"into": into, "x": x, "y": y} for into, x, y in places]


@dataclass(frozen=True)
class Crossings:
    """Where the arrows of a view go on in the boxes that open in it.

    Attributes:
        view: the view.
        ports: its own.
        exact: the exact graph.
    """

    view: View
    ports: Ports
    exact: Architecture

    def entered(self, inside: Ports, arrow: SceneArrow) -> list[int]:
        """The ports of its target at which ``arrow`` goes on."""
        sources = inside.entries.items()
        names = {name for node, name in sources if self._home(node) == arrow.source}
        return _places(inside, names)

    def left(self, inside: Ports, arrow: SceneArrow) -> list[int]:
        """The ports of its source from which ``arrow`` comes.

        Where one of several copies is inside, what leaves the last copy leaves there.
        """
        box = self.view.diagram.box(arrow.source)
        found = set()
        for node, name in inside.exits.items():
            alike = list(_alike(node, box))
            users = (user for one in alike for user in self.exact.graph.successors(one))
            ends = {self._home(user) for user in users}
            ends.update(self.ports.exits[one] for one in alike if one in self.ports.exits)
            if arrow.target in ends:
                found.add(name)
        return _places(inside, found)

    def _home(self, operation: str) -> str:
        """The box that holds an operation, or the port where its tensor enters; empty if none."""
        return self.view.diagram.hosts.get(operation) or self.ports.entries.get(operation, "")


def _alike(node: str, box: Box) -> Iterator[str]:
    """The operations that do in each copy of a box what ``node`` does in the first."""
    yield node
    at = box.shown.members.index(node) if box.copies and node in box.shown.members else None
    for copy in box.copies[1:]:
        if at is not None and at < len(copy.members):
            yield copy.members[at]


def _places(ports: Ports, found: set[str]) -> list[int]:
    return [place for place, name in enumerate(ports.names) if name in found]
