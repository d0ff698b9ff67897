"""Placing: boxes in series and side by side, from the inside out, and arcs beside them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx

from visualize.core.geometry import Point, Rectangle
from visualize.layout.arcs import Arc, route_arcs
from visualize.layout.connect import Obstacles, connect
from visualize.layout.flow import Parallel, Part, Series, Tangle
from visualize.layout.frames import Level
from visualize.layout.layered import place_layered
from visualize.layout.measure import Measure


@dataclass
class Placement:
    """Units and arcs in their places, relative to where the axis of the flow begins.

    Attributes:
        centers: the middle of each unit on its axis.
        arcs: the links that run beside boxes, by index.
        areas: what all of it covers.
        length: its extent along the flow.
    """

    centers: dict[str, Point] = field(default_factory=dict)
    arcs: dict[int, Arc] = field(default_factory=dict)
    areas: list[Rectangle] = field(default_factory=list)
    length: float = 0.0

    @property
    def low(self) -> float:
        """The lesser bound across the flow."""
        return min((area.low for area in self.areas), default=0.0)

    @property
    def high(self) -> float:
        """The greater bound across the flow."""
        return max((area.high for area in self.areas), default=0.0)

    def take(self, other: Placement, along: float, across: float) -> None:
        """Add another placement, shifted."""
        for node, center in other.centers.items():
            self.centers[node] = center.moved(along, across)
        for index, arc in other.arcs.items():
            self.arcs[index] = arc.moved(along, across)
        self.areas += [area.moved(along, across) for area in other.areas]


class Placer:
    """Places the parts of the flow of one level."""

    def __init__(self, measure: Measure, level: Level) -> None:
        self.measure = measure
        self.spacing = measure.spacing
        self.level = level
        self.flow = level.flow
        self.told = level.told
        self.leaving: dict[str, list[int]] = {}
        for index, link in enumerate(level.links):
            self.leaving.setdefault(link.source, []).append(index)
        self.circles = frozenset(box.id for box in measure.scene.boxes if box.role == "merge")

    def place(self, part: Part) -> Placement:
        """Place ``part`` and route the arcs inside it."""
        if isinstance(part, str):
            length = self.measure.length(part)
            center = Point(length / 2, 0)
            return Placement({part: center}, {}, [self.measure.covered(part, center)], length)
        if isinstance(part, Series):
            return self.place_series(part.parts, self.gaps(part.parts))
        placement = self._parallel(part) if isinstance(part, Parallel) else self._tangle(part)
        self._route(placement)
        return placement

    def gaps(self, parts: Sequence[Part]) -> list[float]:
        """The room between neighbours of a series."""
        return [
            self.measure.gap(before, after, self.told)
            for before, after in itertools.pairwise(parts)
        ]

    def place_series(
        self, parts: Sequence[Part], gaps: Sequence[float], side: int = 1
    ) -> Placement:
        """Place ``parts`` on a line with the given ``gaps``; arcs run on ``side`` if they can."""
        placement = Placement()
        for part, gap in zip(parts, [0.0, *gaps]):
            inner = self.place(part)
            aside = 0.0 if placement.centers else self._off_axis(inner, parts)
            placement.take(inner, placement.length + gap, -aside)
            placement.length += gap + inner.length
        self._route(placement, side)
        return placement

    def _off_axis(self, first: Placement, parts: Sequence[Part]) -> float:
        """How far the first of ``parts`` has the branch that goes on in the second from its axis.

        A decoder goes on from its own input, beside the encoder that it reads as well. Where
        branches are put together by an operation, that stands between them.
        """
        if len(parts) < 2 or not isinstance(parts[0], Parallel) or not isinstance(parts[1], str):
            return 0.0
        self.measure.in_line = True
        if not self.spacing.lanes:
            return 0.0
        box = self.measure.boxes.get(parts[1])
        if box and box.role not in ("block", "stage"):
            return 0.0
        source = next(self.flow.predecessors(parts[1]), None)
        return first.centers[source].across if source in first.centers else 0.0

    def _parallel(self, parallel: Parallel) -> Placement:
        inner = [self.place(part) for part in parallel.parts]
        if not self.measure.direction.is_vertical:
            inner.reverse()  # across grows upwards, and the first branch belongs on top
        length = max(placement.length for placement in inner)
        breadth = sum(placement.high - placement.low for placement in inner)
        beside = self.spacing.beside
        placement = Placement(length=length)
        across = -(breadth + beside * (len(inner) - 1)) / 2
        for branch in inner:
            # All begin in one row.
            placement.take(branch, 0.0, across - branch.low)
            across += branch.high - branch.low + beside
        return placement

    def _tangle(self, tangle: Tangle) -> Placement:
        sizes = {}
        for node in tangle.nodes:
            covered = self.measure.covered(node, Point(0, 0))
            sizes[node] = (covered.end - covered.start, 2 * max(-covered.low, covered.high))
        self.measure.in_line = True
        # Not a view of the flow: that would iterate over its nodes as a set.
        inside = nx.DiGraph()
        inside.add_nodes_from(tangle.nodes)
        inside.add_edges_from(
            (source, node)
            for node in tangle.nodes
            for source in self.flow.predecessors(node)
            if source in sizes
        )
        centers = place_layered(
            inside,
            sizes,
            self.spacing.fan,
            self.spacing.beside,
            lanes=self.spacing.lanes,
        )
        areas = [self.measure.covered(node, center) for node, center in centers.items()]
        return Placement(centers, {}, areas, max(area.end for area in areas))

    def _route(self, placement: Placement, side: int = 1) -> None:
        """Route the links inside ``placement`` that need an arc."""
        centers = placement.centers
        boxes = {node: self.measure.rectangle(node, center) for node, center in centers.items()}
        arcs = list(self._arcs(placement, boxes))
        if not arcs:
            return
        pierced = {
            node: center.across for node, center in centers.items() if self.measure.is_pierced(node)
        }
        for arc in route_arcs(arcs, boxes, self.circles, placement.areas, side, pierced):
            placement.arcs[arc.index] = arc
            placement.areas += arc.areas()

    def _arcs(self, placement: Placement, boxes: Mapping[str, Rectangle]) -> Iterable[Arc]:
        """Links that stand for a skip connection, and those that have no direct way."""
        obstacles = Obstacles(boxes)
        inside = sorted(index for unit in boxes for index in self.leaving.get(unit, ()))
        for index in inside:
            link = self.level.links[index]
            if link.target not in boxes or index in placement.arcs:
                continue
            ends = (link.source, link.target)
            if link.arc:
                label = self.measure.label(link.label) if link.label else (0.0, 0.0)
                yield Arc(index, *ends, *label)
                continue
            ports = self.measure.ports(*ends, placement.centers)
            if not connect(*ports, functools.partial(obstacles.are_clear_of, ends=ends))[1]:
                yield Arc(index, *ends)
