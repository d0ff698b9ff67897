"""Paths and labels of the links of one level, once its units have their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import PlacedText
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.connect import Obstacles, connect
from visualize.layout.frames import Level
from visualize.layout.legs import Leg
from visualize.layout.measure import Measure
from visualize.layout.place import Placement


class LinkDrawer:
    """Draws the links of ``level``.

    Args:
        measure: knows the sizes.
        level: whose links.
        placement: where the units stand and the arcs run.
        columns: the columns in which they stand; none at all where there is but one.
        upward: units between which the flow goes back, as on the right side of a U.
        said: where the title of their frame stands.
        late: a unit whose arrows go straight on before they go apart.
    """

    def __init__(
        self,
        measure: Measure,
        level: Level,
        placement: Placement,
        columns: Sequence[Column] = (),
        upward: frozenset[str] = frozenset(),
        said: Sequence[Rectangle] = (),
        late: str = "",
    ) -> None:
        self.measure = measure
        self.level = level
        self.placement = placement
        self.columns = columns
        self.upward = upward
        self.late = late
        self.areas = {unit: measure.rectangle(unit, at) for unit, at in placement.centers.items()}
        self.obstacles = Obstacles(self.areas, said)
        self.turns = {
            unit: turn
            for turn, column in enumerate(columns[1:])
            if column.source
            for unit in column.nodes
        }
        leaving: dict[str, list[int]] = {}
        for index, link in enumerate(level.links):
            if not link.arc:
                leaving.setdefault(link.source, []).append(index)
        self.leaving = leaving
        self.arriving = Counter(link.target for link in level.links if not link.arc)

    def draw_all(self, given: Mapping[int, Route]) -> list[Leg]:
        """All links; the routes of some are ``given``, by their index."""
        return [
            self._given(index, given[index]) if index in given else self._draw(index)
            for index in range(len(self.level.links))
        ]

    def _given(self, index: int, route: Route) -> Leg:
        """A link whose route is known; its label stands on the middle of a straight one."""
        link = self.level.links[index]
        label = None
        if link.label:
            length, breadth = self.measure.label(link.label)
            start, end = route.start, route.end
            if link.arc:
                middle = Point(start.along - length / 2 - 2, (start.across + end.across) / 2)
                label = self._text(link.label, middle)
            elif abs(route.vertices[1].point.across - start.across) < 0.01:
                label = self._text(link.label, start.moved(length / 2 + 3, -(breadth / 2 + 4)))
            else:
                label = self._text(link.label, end.moved(length / 2 + 5, breadth / 2 + 4))
        return Leg(link.arrow, link.steps, route, label, link.head)

    def _draw(self, index: int) -> Leg:
        """An arc, or a direct way."""
        link = self.level.links[index]
        arc = self.placement.arcs.get(index)
        turn = self._turn(index)
        if arc:
            text = self._text(link.label, arc.label_center()) if link.arc and link.label else None
            return Leg(link.arrow, link.steps, arc.route(), text, link.head, turn)
        ends = (link.source, link.target)
        source, target = self._ends(index)
        alone = self.arriving[link.target] == 1
        if link.target in self.upward:
            route = connect(
                source.turned(0),
                target.turned(0),
                lambda route: self.obstacles.are_clear_of(route.turned(0), ends),
                alone=alone,
            )[0].turned(0)
        else:
            late = link.source == self.late
            route = connect(
                source,
                target,
                lambda route: self.obstacles.are_clear_of(route, ends),
                alone=alone,
                late=late,
            )[0]
        return Leg(link.arrow, link.steps, route, self._shape(index, route), link.head, turn)

    def _ends(self, index: int) -> tuple[Rectangle, Rectangle]:
        """What a link leaves and meets; it may leave where its tensor enters another column."""
        link = self.level.links[index]
        source, target = self.measure.ports(
            link.source, link.target, self.placement.centers, turned=link.target in self.upward
        )
        turn = self._turn(index)
        if turn is None:
            return source, target
        along, across = self.columns[turn + 1].junction
        return Rectangle(along, along, across, across), target

    def _turn(self, index: int) -> int | None:
        """The turn over which a link comes from another column."""
        link = self.level.links[index]
        turn = self.turns.get(link.target)
        return None if self.turns.get(link.source) == turn else turn

    def _shape(self, index: int, route: Route) -> PlacedText | None:
        """The shape that a link carries, on that side of it where no other curve runs."""
        link = self.level.links[index]
        fan = self.leaving[link.source]
        if not link.label or index != fan[-1]:
            return None
        length, breadth = self.measure.label(link.label)
        start, end = route.start, route.end
        forward = 1 if end.along >= start.along else -1
        offset = breadth / 2 + 4
        if abs(start.across - end.across) < 1:
            return self._text(
                link.label,
                Point((start.along + end.along - 4 * forward) / 2, start.across + offset),
            )
        if len(fan) > 1:
            # The last of several branches: beyond its tip.
            return self._text(link.label, end.moved(-forward * (length / 2 + 2), offset + 2))
        side = -1 if end.across > start.across else 1
        return self._text(link.label, start.moved(forward * (length / 2 + 2), side * offset))

    def _text(self, text: str, center: Point) -> PlacedText:
        return PlacedText(text, center, self.measure.theme.detail_size)
