"""Place: units in series and side by side, from the inside out, and arcs beside them.

    ▒▒▒▒▒▒▒▒▒▒▒
         │
      ┌──┴──┐
    ▒▒▒▒▒ ▒▒▒▒▒
      └──┬──┘
    ▒▒▒▒▒▒▒▒▒▒▒

A series is on a straight line, its axis. Parallels are side by side, the middle of all on the axis.
Everything is relative to the point where the axis begins.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx

from visualize.core.geometry import Point, Rectangle, Transform, transformed
from visualize.layout.layered import place_layered
from visualize.layout.order import Parallel, Part, Series, Tangle, units_of
from visualize.layout.routes.arcs import Arc, route_arcs
from visualize.layout.routes.direct import Obstacles, connect
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import BoxUnit, Unit


@dataclass
class Placement:
    """Units and arcs in their places, relative to where the axis of the flow begins.

    Attributes:
        centers: the middle of each unit on its axis.
        arcs: the links that run beside boxes, by index.
        areas: what all of it covers.
        length: its extent along the flow.
        in_line: whether boxes are aligned where that costs room, see `Spacing.lanes`.
    """

    centers: dict[Unit, Point] = field(default_factory=dict)
    arcs: dict[int, Arc] = field(default_factory=dict)
    areas: list[Rectangle] = field(default_factory=list)
    length: float = 0.0
    in_line: bool = False

    @property
    def low(self) -> float:
        """The lesser bound across the flow."""
        return min((area.low for area in self.areas), default=0.0)

    @property
    def high(self) -> float:
        """The greater bound across the flow."""
        return max((area.high for area in self.areas), default=0.0)

    def transformed(self, transform: Transform) -> Placement:
        """This placement, transformed."""
        return Placement(
            {unit: transform.of(center) for unit, center in self.centers.items()},
            {index: arc.transformed(transform) for index, arc in self.arcs.items()},
            [*transformed(self.areas, transform)],
            self.length,
            self.in_line,
        )

    def add(self, other: Placement, along: float, across: float) -> None:
        """Add another placement, shifted."""
        moved = other.transformed(Transform(along, across))
        self.centers |= moved.centers
        self.arcs |= moved.arcs
        self.areas += moved.areas
        self.in_line |= moved.in_line


class Placer:
    """Places the parts of the flow of one level."""

    def __init__(self, sizes: LevelSizes) -> None:
        self.sizes = sizes
        self.spacing = sizes.spacing
        self.level = sizes.level
        self.flow = sizes.level.flow
        self.late = sizes.level.aside | sizes.level.fed_aside
        self.leaving: dict[Unit, list[int]] = {}
        for index, link in enumerate(self.level.links):
            self.leaving.setdefault(link.source, []).append(index)

    def place(self, part: Part) -> Placement:
        """Place ``part`` and route the arcs inside it."""
        if isinstance(part, Unit):
            length = self.sizes.length(part)
            center = Point(length / 2, 0)
            return Placement({part: center}, {}, [self.sizes.covered(part, center)], length)
        if isinstance(part, Series):
            return self.place_series(part.parts, self.gaps(part.parts))
        placement = self._parallel(part) if isinstance(part, Parallel) else self._tangle(part)
        self._route(placement)
        return placement

    def gaps(self, parts: Sequence[Part]) -> list[float]:
        """The room between neighbours of a series."""
        return [self.sizes.gap(before, after) for before, after in itertools.pairwise(parts)]

    def place_series(
        self, parts: Sequence[Part], gaps: Sequence[float], side: int = 1
    ) -> Placement:
        """Place ``parts`` on a line with the given ``gaps``; arcs run on ``side`` if they can."""
        placement = Placement(in_line=_goes_on_beside(parts))
        for part, gap in zip(parts, [0.0, *gaps]):
            inner = self.place(part)
            aside = 0.0 if placement.centers else self._off_axis(inner, parts)
            if self._is_aside(part) and not self._is_aside(parts[-1]):
                # Data goes straight past it, from the entry of the frame.
                is_vertical = self.sizes.direction.is_vertical
                edge = self.spacing.beside
                aside = inner.low - edge if is_vertical else inner.high + edge
            placement.add(inner, placement.length + gap, -aside)
            placement.length += gap + inner.length
        self._route(placement, side)
        return placement

    def _off_axis(self, first: Placement, parts: Sequence[Part]) -> float:
        """How far off its axis the first of ``parts`` has the branch that the second continues.

        A decoder continues its own input, beside the encoder that it reads as well. An operation
        that joins branches stays between them.
        """
        if not _goes_on_beside(parts) or not self.spacing.lanes:
            return 0.0
        following = parts[1]
        assert isinstance(following, Unit)
        box = self.sizes.box(following)
        if box and not box.is_closed:
            return 0.0
        source = next(self.flow.predecessors(following), None)
        return first.centers[source].across if source in first.centers else 0.0

    def _parallel(self, parallel: Parallel) -> Placement:
        """Branches side by side; what no input feeds is beside the others and ends where they do.

        So data goes straight on, past a network that makes a bias for one of its layers.
        """
        aside = [self._is_aside(part) for part in parallel.parts]
        if all(aside) or not any(aside):
            return self._abreast(parallel.parts)
        fed = [part for part, at in zip(parallel.parts, aside) if not at]
        placement = self.place(fed[0]) if len(fed) == 1 else self._abreast(fed)
        branches = [(part, self.place(part)) for part, at in zip(parallel.parts, aside) if at]
        placement.length = max(branch.length for branch in (placement, *(it for _, it in branches)))
        for part, branch in branches:
            start = placement.length - branch.length
            near = [area for area in placement.areas if area.end > start]
            # What is fed is on the side of what feeds it: the left, or the top.
            if self.sizes.direction.is_vertical != self._is_fed(part):
                edge = max((area.high for area in near), default=0.0)
                placement.add(branch, start, edge + self.spacing.beside - branch.low)
            else:
                edge = min((area.low for area in near), default=0.0)
                placement.add(branch, start, edge - self.spacing.beside - branch.high)
        return placement

    def _is_fed(self, part: Part) -> bool:
        """Whether a part that is aside reads what enters the frame beside its axis."""
        return not self.level.fed_aside.isdisjoint(units_of(part))

    def _is_aside(self, part: Part) -> bool:
        """Whether nothing on the axis of the inputs reaches any of ``part``."""
        return self.late.issuperset(units_of(part))

    def _abreast(self, parts: Sequence[Part]) -> Placement:
        inner = [self.place(part) for part in parts]
        if not self.sizes.direction.is_vertical:
            inner.reverse()  # across grows upwards, and the first branch belongs on top
        length = max(placement.length for placement in inner)
        breadth = sum(placement.high - placement.low for placement in inner)
        beside = self.spacing.beside
        placement = Placement(length=length)
        across = -(breadth + beside * (len(inner) - 1)) / 2
        for branch in inner:
            # All begin in one row.
            placement.add(branch, 0.0, across - branch.low)
            across += branch.high - branch.low + beside
        return placement

    def _tangle(self, tangle: Tangle) -> Placement:
        sizes = {}
        for unit in tangle.nodes:
            covered = self.sizes.covered(unit, Point(0, 0))
            sizes[unit] = (covered.end - covered.start, 2 * max(-covered.low, covered.high))
        # Not a view of the flow: that would iterate over its nodes as a set.
        inside = nx.DiGraph()
        inside.add_nodes_from(tangle.nodes)
        inside.add_edges_from(
            (source, unit)
            for unit in tangle.nodes
            for source in self.flow.predecessors(unit)
            if source in sizes
        )
        spacing = self.spacing
        centers = place_layered(
            inside,
            sizes,
            spacing.fan,
            spacing.beside,
            lanes=spacing.lanes,
            late=self.late,
        )
        areas = [self.sizes.covered(unit, center) for unit, center in centers.items()]
        length = max(area.end for area in areas)
        return Placement(centers, {}, areas, length, in_line=True)

    def _route(self, placement: Placement, side: int = 1) -> None:
        """Route the links inside ``placement`` that need an arc."""
        boxes = self.sizes.rectangles(placement.centers)
        arcs = list(self._arcs(placement, boxes))
        if not arcs:
            return
        circles = {unit for unit in boxes if self.sizes.is_merge(unit)}
        axes: dict[Unit, float] = {
            unit: center.across
            for unit, center in placement.centers.items()
            if not isinstance(unit, BoxUnit)
        }
        room = self.spacing.arc
        inner = placement.arcs.values()
        for arc in route_arcs(arcs, boxes, circles, placement.areas, room, side, axes, inner):
            if arc.index not in placement.arcs:
                placement.areas += arc.areas(room)
            placement.arcs[arc.index] = arc

    def _arcs(self, placement: Placement, boxes: Mapping[Unit, Rectangle]) -> Iterable[Arc]:
        """Links that represent a skip connection, and those that have no direct way."""
        obstacles = Obstacles(boxes, (), self.spacing.curve)
        inside = sorted(index for unit in boxes for index in self.leaving.get(unit, ()))
        for index in inside:
            link = self.level.links[index]
            if link.target not in boxes or index in placement.arcs:
                continue
            if link.arc:
                label = self.sizes.label(link.label.text) if link.label else (0.0, 0.0)
                yield Arc(index, *link.ends, *label, reach=self.sizes.reach(link.arrow))
                continue
            ports = self.sizes.ports(*link.ends, placement.centers)
            is_clear = functools.partial(obstacles.are_clear_of, ends=link.ends)
            if not connect(*ports, is_clear, self.spacing)[1]:
                yield Arc(index, *link.ends, reach=self.sizes.reach(link.arrow))


def _goes_on_beside(parts: Sequence[Part]) -> bool:
    """Whether ``parts`` begin with branches that are followed by a single unit."""
    return len(parts) > 1 and isinstance(parts[0], Parallel) and isinstance(parts[1], Unit)
