"""Legs: the parts of arrows that lie at one level each, and how they become whole arrows again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from visualize.core.layout import PlacedArrow, PlacedText
from visualize.core.route import Route
from visualize.core.scene import SceneArrow


class Step(NamedTuple):
    """A part of an arrow: the number of the arrow in its scene, and which of its parts it is."""

    arrow: int
    place: int


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of an arrow at one level; arrows that cross a border together share it.

    Attributes:
        arrow: the arrow, or the first of those that share it.
        steps: the parts of arrows that it draws.
        route: where it runs.
        label: the text beside it.
        head: whether the arrow ends here.
        turn: the turn to another column that comes right before it, an index.
    """

    arrow: SceneArrow
    steps: tuple[Step, ...]
    route: Route
    label: PlacedText | None = None
    head: bool = True
    turn: int | None = None


def join_legs(
    arrows: Sequence[SceneArrow], legs: Sequence[Leg], turns: Sequence[Route]
) -> tuple[tuple[PlacedArrow, ...], tuple[Route, ...]]:
    """The whole ``arrows``, in their order, and the trunks that they follow."""
    trunks = [leg.route for leg in legs if not leg.head] + [*turns]
    numbers = {id(leg): number for number, leg in enumerate(leg for leg in legs if not leg.head)}
    parts: dict[int, list[tuple[int, Leg]]] = {number: [] for number in range(len(arrows))}
    for leg in legs:
        for step in leg.steps:
            parts[step.arrow].append((step.place, leg))
    placed = []
    for number, arrow in enumerate(arrows):
        via: list[int] = []
        label, last = None, None
        for _, leg in sorted(parts[number], key=lambda part: part[0]):
            if leg.turn is not None:
                via.append(len(trunks) - len(turns) + leg.turn)
            if leg.head:
                last = leg
            else:
                via.append(numbers[id(leg)])
            if leg.label and leg.steps[0].arrow == number:
                label = leg.label
        assert last, "every arrow has a part that ends in its head"
        placed.append(PlacedArrow(arrow, last.route, label, tuple(via)))
    return tuple(placed), tuple(trunks)
