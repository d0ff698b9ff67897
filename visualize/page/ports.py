"""Ports: where data enters and leaves what is inside a box, and which arrows go on there.

         │ arrow of the view around it
    ╭────●────╮ port
    │    ▼    │
    │  [conv] │
    ╰────●────╯
         ▼

Equal boxes open to one view. Its ports are the same for all of them; what enters there is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visualize.core.architecture import Architecture
from visualize.core.diagram import Box
from visualize.core.scene import SceneArrow
from visualize.export import picture as drawn
from visualize.page.copies import aligned
from visualize.page.inside import Opener
from visualize.page.plain import rounded
from visualize.page.views import ENDS, View


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
    def of(cls, view: View, box: Box, opener: Opener) -> Ports:
        """The ports of ``view``, which shows what is inside ``box``."""
        names = tuple(one.box.id for one in view.picture.boxes if is_port(one))
        return cls(names, opener.entries(box), opener.exits(box))

    def of_another(self, box: Box, of: Box, opener: Opener) -> Ports:
        """The ports of the view of ``of`` where it shows what is inside another ``box``.

        What is read from outside comes in the same order. What others read is at the same places.
        """
        entries = opener.entries(box)
        names = zip(dict.fromkeys(entries.values()), dict.fromkeys(self.entries.values()))
        renamed = dict(names)
        places = {node: place for place, node in enumerate(of.members)}
        return Ports(
            self.names,
            {node: renamed[name] for node, name in entries.items() if name in renamed},
            {box.members[places[node]]: name for node, name in self.exits.items()},
        )


def is_port(box: drawn.Box) -> bool:
    """Whether a box is a point on the border."""
    return box.box.role in ENDS and not box.box.label


def plain_ports(view: View) -> list[dict[str, Any]]:
    """The ports of a view as plain data."""
    ports = [one for one in view.picture.boxes if is_port(one)]
    places = ((one.box.role == "input", *rounded(*one.area.center)) for one in ports)
    return [{"into": into, "x": x, "y": y} for into, x, y in places]


@dataclass(frozen=True)
class Open:
    """A box that is open: its ports, and the box with all its copies if one of them is inside."""

    ports: Ports
    folded: Box | None = None


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
    # What leaves each open box, by what reads it; and the box, so that its id is no other's.
    _known: dict[int, tuple[Open, Mapping[str, Sequence[tuple[str, str]]]]] = field(
        default_factory=dict, compare=False
    )

    def entered(self, inside: Open, arrow: SceneArrow) -> list[int]:
        """The ports of its target at which ``arrow`` goes on."""
        entries = inside.ports.entries.items()
        names = {name for node, name in entries if self._home(node) == arrow.source}
        return _places(inside.ports, names)

    def left(self, inside: Open, arrow: SceneArrow) -> list[int]:
        """The ports of its source from which ``arrow`` comes.

        Where one of several copies is inside, what leaves the last copy leaves there.
        """
        return _places(inside.ports, {name for name, _ in self._leaving(inside, arrow)})

    def joined(self, source: Open, target: Open, arrow: SceneArrow) -> list[list[int]]:
        """Which ports of its source ``arrow`` joins to which of its target, if both are open."""
        starts, ends = source.ports.names, target.ports.names
        found = {
            (starts.index(name), ends.index(target.ports.entries[node]))
            for name, node in self._leaving(source, arrow)
            if target.ports.entries.get(node) in ends
        }
        return [list(pair) for pair in sorted(found)]

    def _leaving(self, inside: Open, arrow: SceneArrow) -> Iterator[tuple[str, str]]:
        """The ports that ``arrow`` comes from, each with an operation whose tensor leaves there."""
        if id(inside) not in self._known:
            readers: dict[str, list[tuple[str, str]]] = {}
            for node, name in inside.ports.exits.items():
                if name in inside.ports.names:
                    for one in _alike(node, inside.folded, self.exact):
                        for reader in self._read_by(one):
                            readers.setdefault(reader, []).append((name, one))
            self._known[id(inside)] = inside, readers
        return iter(self._known[id(inside)][1].get(arrow.target, ()))

    def _read_by(self, node: str) -> set[str]:
        """The boxes of the view that read an operation, and the port where its tensor leaves."""
        boxes = {self._home(user) for user in self.exact.graph.successors(node)}
        return boxes | {self.ports.exits.get(node, "")}

    def _home(self, operation: str) -> str:
        """The box that holds an operation, or the port where its tensor enters; empty if none."""
        return self.view.diagram.hosts.get(operation) or self.ports.entries.get(operation, "")


def _alike(node: str, folded: Box | None, exact: Architecture) -> Iterator[str]:
    """The operations that do in each copy of a box what ``node`` does in the first.

    Where there is none, what is reshaped does it.
    """
    yield node
    if folded and folded.copies:
        places = {one: place for place, one in enumerate(folded.shown.members)}
        for copy in aligned(folded)[1:]:
            here: str | None = node
            while here:
                other = copy.operations[places[here]]
                if other:
                    yield other
                    break
                sources = [one for one in exact.data_sources(here) if one in places]
                here = sources[0] if len(sources) == 1 else None


def _places(ports: Ports, found: set[str]) -> list[int]:
    return [place for place, name in enumerate(ports.names) if name in found]
