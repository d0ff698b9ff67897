"""Routes and labels of the links of one level, once its units have their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visualize.core.geometry import MIRROR, Point, Rectangle
from visualize.core.layout import PlacedText
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.links import Leg, Link
from visualize.layout.place import Placement
from visualize.layout.routes.direct import Bend, Obstacles, bends, connect, entries
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit

_LEVEL = 0.01  # points by which the ends of a level line differ at most


class LinkDrawer:
    """Draws the links of a level.

    Args:
        sizes: those of the units of the level.
        placement: where the units are and the arcs run.
        columns: the columns in which they are; empty where there is but one.
        backwards: units between which the flow goes back, as on the right side of a U.
        titles: where the title of their frame is.
        late: a unit whose arrows go straight on before they part.
        trunks: lines that links follow before their routes.
        followed: which of these a link follows, by the index of the link.
    """

    def __init__(
        self,
        sizes: LevelSizes,
        placement: Placement,
        columns: Sequence[Column] = (),
        backwards: frozenset[Unit] = frozenset(),
        titles: Sequence[Rectangle] = (),
        late: Unit | None = None,
        trunks: Sequence[Route] = (),
        followed: Mapping[int, int] | None = None,
    ) -> None:
        self.sizes = sizes
        self.trunks = trunks
        self.followed = followed or {}
        self.spacing = sizes.spacing
        self.links = sizes.level.links
        self.placement = placement
        self.columns = columns
        self.backwards = backwards
        self.late = late
        areas = sizes.rectangles(placement.centers)
        self.obstacles = Obstacles(areas, titles, sizes.spacing.curve)
        self.turns = {
            unit: turn
            for turn, column in enumerate(columns[1:])
            if column.junction
            for unit in column.units
        }
        self.leaving: dict[Unit, list[int]] = {}
        for index, link in enumerate(self.links):
            if not link.arc:
                self.leaving.setdefault(link.source, []).append(index)
        self.entries: dict[int, float] = {}
        self.bends: dict[int, Bend | None] = {}
        self._arrive()

    def draw_all(self, given: Mapping[int, Route]) -> list[Leg]:
        """All links; the routes of some are ``given``, by their index."""
        return [
            self._given(index, link, given[index]) if index in given else self._draw(index, link)
            for index, link in enumerate(self.links)
        ]

    def _given(self, index: int, link: Link, route: Route) -> Leg:
        """A link whose route is known; its label is at the middle of a straight one."""
        turn = self.followed.get(index)
        if not link.label or (not link.arc and index != self.leaving[link.source][-1]):
            return Leg(link, route, turn=turn)
        length, breadth = self.sizes.label(link.label.text)
        beside = breadth / 2 + self.spacing.label.beside
        first = route if turn is None else self.trunks[turn]
        start, end, corner = first.start, route.end, first.vertices[1].point
        if abs(start.along - end.along) < _LEVEL:
            row = start.along - length / 2 - self.spacing.label.row
            center = Point(row, (start.across + end.across) / 2)
        elif link.arc:
            center = Point((start.along + end.along) / 2, corner.across + beside)
        elif abs(corner.across - start.across) < _LEVEL:
            center = start.moved(length / 2 + self.spacing.u.start, -beside)
        else:
            center = end.moved(length / 2 + self.spacing.u.label, beside)
        return Leg(link, route, self._text(link, center), turn)

    def _draw(self, index: int, link: Link) -> Leg:
        """An arc, or a direct way."""
        arc = self.placement.arcs.get(index)
        turn = self._turn(link)
        room = self.spacing.arc
        if arc:
            text = self._text(link, arc.label_center(room)) if link.arc else None
            return Leg(link, arc.route(room), text, turn)
        route = self._direct(index, link, turn)
        return Leg(link, route, self._shape(index, link, route), turn)

    def _direct(self, index: int, link: Link, turn: int | None) -> Route:
        source, target = self._ends(link, turn)
        entry = self.entries[index]
        if link.target in self.backwards:
            return connect(
                source.transformed(MIRROR),
                target.transformed(MIRROR),
                lambda route: self.obstacles.are_clear_of(route.transformed(MIRROR), link.ends),
                self.spacing,
                entry=entry,
            )[0].transformed(MIRROR)
        return connect(
            source,
            target,
            lambda route: self.obstacles.are_clear_of(route, link.ends),
            self.spacing,
            entry=entry,
            late=link.source == self.late,
            where=self.bends[index],
        )[0]

    def _arrive(self) -> None:
        """Find how far off the middle of its target each direct link arrives, and its bend."""
        arriving: dict[Unit, list[int]] = {}
        for index, link in enumerate(self.links):
            if not link.arc and index not in self.placement.arcs:
                arriving.setdefault(link.target, []).append(index)
        for indices in arriving.values():
            ends = [self._ends(self.links[one], self._turn(self.links[one])) for one in indices]
            sources, target = [source for source, _ in ends], ends[0][1]
            places = entries(sources, target, self.spacing)
            self.entries.update(zip(indices, places))
            self.bends.update(zip(indices, bends(sources, target, self.spacing, places)))

    def _ends(self, link: Link, turn: int | None) -> tuple[Rectangle, Rectangle]:
        """What a link leaves and meets; it may leave where its tensor enters another column."""
        backwards = link.target in self.backwards
        source, target = self.sizes.ports(*link.ends, self.placement.centers, backwards=backwards)
        junction = None if turn is None else self.columns[turn + 1].junction
        return Rectangle.around(junction, 0, 0) if junction else source, target

    def _turn(self, link: Link) -> int | None:
        """The turn over which a link comes from another column."""
        turn = self.turns.get(link.target)
        return None if self.turns.get(link.source) == turn else turn

    def _shape(self, index: int, link: Link, route: Route) -> PlacedText | None:
        """The shape that a link carries, on that side of it where no other curve runs."""
        fan = self.leaving[link.source]
        if not link.label or index != fan[-1]:
            return None
        room = self.spacing.label
        length, breadth = self.sizes.label(link.label.text)
        start, end = route.start, route.end
        forward = 1 if end.along >= start.along else -1
        offset = breadth / 2 + room.beside
        if abs(start.across - end.across) < 1:
            middle = (start.along + end.along - room.head * forward) / 2
            return self._text(link, Point(middle, start.across + offset))
        aside = forward * (length / 2 + room.tip)
        if len(fan) > 1:
            # The last of several branches: beyond its tip.
            return self._text(link, end.moved(-aside, offset + room.tip))
        side = -1 if end.across > start.across else 1
        return self._text(link, start.moved(aside, side * offset))

    def _text(self, link: Link, center: Point) -> PlacedText | None:
        size = self.sizes.common.theme.detail_size
        return PlacedText(link.label.text, center, size) if link.label else None
