"""Links, the parts of arrows at one level each, and how they become whole arrows again.

    ┌─────┐
    └──┬──┘
       │ trunk
    ╭──┼──────╮
    │  ▼ head │

An arrow that enters a frame has two parts: a link to the frame at the level around it, and a link
from the entry port to the box at the level inside. The second has the head; the first is a trunk,
which other arrows into the frame share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from visualize.core.geometry import Transform
from visualize.core.layout import PlacedArrow, PlacedText
from visualize.core.route import Route
from visualize.core.scene import SceneArrow
from visualize.layout.units import Unit


class Step(NamedTuple):
    """A part of an arrow: the number of the arrow in its scene, and which of its parts it is."""

    arrow: int
    place: int


class Label(NamedTuple):
    """What is written beside a link, and the number of the arrow that it belongs to."""

    text: str
    arrow: int


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow, or the part of it that lies at one level.

    Attributes:
        arrow: the arrow, or the first of those that share the link.
        steps: the parts of arrows that it draws.
        source: unit that it leaves.
        target: unit at which it arrives.
        arc: whether it runs beside the boxes between its ends.
        label: the text beside it.
        head: whether the arrow ends here.
    """

    arrow: SceneArrow
    steps: tuple[Step, ...]
    source: Unit
    target: Unit
    arc: bool = False
    label: Label | None = None
    head: bool = True

    @property
    def ends(self) -> tuple[Unit, Unit]:
        """The units that it connects."""
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class Leg:
    """A link with its route.

    Attributes:
        link: what it draws.
        route: where it runs.
        label: the text beside it, in its place.
        turn: the turn to another column that comes right before it, an index.
    """

    link: Link
    route: Route
    label: PlacedText | None = None
    turn: int | None = None

    def transformed(self, transform: Transform) -> Leg:
        """This leg, transformed."""
        label = self.label and self.label.transformed(transform)
        return replace(self, route=self.route.transformed(transform), label=label)


def join_legs(
    arrows: Sequence[SceneArrow], legs: Sequence[Leg], turns: Sequence[Route]
) -> tuple[tuple[PlacedArrow, ...], tuple[Route, ...]]:
    """The whole ``arrows``, in their order, and the trunks that they follow."""
    trunks = [*turns]
    parts: list[list[tuple[int, Leg, int]]] = [[] for _ in arrows]
    labels: dict[int, PlacedText] = {}
    for leg in legs:
        link = leg.link
        for step in link.steps:
            parts[step.arrow].append((step.place, leg, len(trunks)))
        if not link.head:
            trunks.append(leg.route)
        if link.label and leg.label:
            labels[link.label.arrow] = leg.label
    placed = []
    for number, arrow in enumerate(arrows):
        via: list[int] = []
        ordered = sorted(parts[number], key=lambda part: part[0])
        for _, leg, trunk in ordered:
            via += [] if leg.turn is None else [leg.turn]
            via += [] if leg.link.head else [trunk]
        route = ordered[-1][1].route
        placed.append(PlacedArrow(arrow, route, labels.get(number), tuple(via)))
    return tuple(placed), tuple(trunks)
