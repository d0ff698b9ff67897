"""The layout of one scene with one spacing: boxes and frames in their places, then arrows.

What surrounds it comes later, and so do the panels beside it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle, bounds
from visualize.core.layout import Layout, PlacedText
from visualize.core.route import Route
from visualize.core.scene import Scene
from visualize.layout.columns import Column, turns, wrap
from visualize.layout.corners import Corners
from visualize.layout.drawing import Drawing, Inside, assemble
from visualize.layout.frames import lay_out_frame
from visualize.layout.labels import settle_labels
from visualize.layout.levels import Levels, split_levels
from visualize.layout.links import Leg, join_legs
from visualize.layout.notches import notches
from visualize.layout.place import Placement, Placer
from visualize.layout.routes.draw import LinkDrawer
from visualize.layout.routes.side_inputs import draw_side_inputs
from visualize.layout.rows.draw import draw_rows
from visualize.layout.rows.find import find_rows
from visualize.layout.rows.place import place_rows
from visualize.layout.sizes import LevelSizes, Sizes
from visualize.layout.surround.brackets import Brackets
from visualize.layout.surround.notes import place_notes
from visualize.layout.surround.shortcuts import place_shortcuts
from visualize.layout.u_shape import find_u, place_u
from visualize.layout.units import FrameUnit, Unit

# How many times as broad as the page a U may be: denser spacing may make it fit.
_FAR = 1.25


def place_flow(sizes: Sizes, limit: float, breadth: float = math.inf) -> PlacedFlow:
    """Place the boxes and frames of a scene; arrows are drawn later.

    Args:
        sizes: of what is in the scene.
        limit: how long along the flow a column may be.
        breadth: how broad the figure may be.
    """
    levels = split_levels(sizes.scene)
    insides = _frames(levels, sizes)
    units = LevelSizes(sizes, levels.figure, {unit: one.extent for unit, one in insides.items()})
    brackets = Brackets(units)
    return PlacedFlow(levels, units, insides, _place(units, (limit, breadth), brackets), brackets)


def place_flow_in_rows(sizes: Sizes) -> PlacedFlow | None:
    """Place the boxes of a scene in rows of resolution; None where these show nothing more."""
    levels = split_levels(sizes.scene)
    if levels.frames:
        return None
    units = LevelSizes(sizes, levels.figure, {})
    rows = find_rows(units)
    if rows is None:
        return None
    grid = place_rows(rows, units)
    placed = _Placed(grid.placement, (), legs=draw_rows(units, grid.routes))
    return PlacedFlow(levels, units, {}, placed, Brackets(units))


@dataclass(frozen=True)
class PlacedFlow:
    """Boxes and frames placed with one spacing, and the layout made from them.

    Arrows and labels are drawn when the layout is needed. Most figures that do not fit are found
    by their boxes alone.

    Attributes:
        levels: the figure and its frames, with their links.
        units: sizes of the units of the figure.
        insides: the frames, laid out.
        placed: the units of the figure in their places.
        brackets: names of stages.
    """

    levels: Levels
    units: LevelSizes
    insides: Mapping[FrameUnit, Inside]
    placed: _Placed
    brackets: Brackets

    @functools.cached_property
    def layout(self) -> Layout:
        """Everything in its place."""
        placed, units, sizes = self.placed, self.units, self.units.common
        drawing = _routes(placed, units, self.levels, self.insides)
        bends = (*turns(placed.columns, placed.placement, units), *placed.trunks)
        surrounded = _surround(drawing, placed, units, self.brackets)
        fixed = _fixed_texts(surrounded)
        arcs = [*bends, *(one.route for one in surrounded.shortcuts)]
        legs = settle_labels(drawing.legs, arcs, drawing.boxes, fixed, sizes, drawing.frames)
        arrows, trunks = join_legs(sizes.scene.arrows, legs, bends)
        in_line = placed.placement.in_line or any(one.in_line for one in self.insides.values())
        layout = replace(surrounded, arrows=arrows, trunks=trunks, in_line=in_line)
        return replace(layout, extent=_extent(layout, sizes))

    def showing(self, scene: Scene) -> Layout:
        """The layout as one of ``scene``, which has the same in the same order.

        Its ids may differ.
        """
        own = self.units.common.scene
        if own.boxes is scene.boxes and own.arrows is scene.arrows and own.groups is scene.groups:
            return self.layout
        boxes = {old.id: box for old, box in zip(own.boxes, scene.boxes)}
        groups = {old.id: group for old, group in zip(own.groups, scene.groups)}
        placed = self.layout
        return replace(
            placed,
            boxes=tuple(replace(one, box=boxes[one.box.id]) for one in placed.boxes),
            arrows=tuple(
                replace(one, arrow=arrow) for one, arrow in zip(placed.arrows, scene.arrows)
            ),
            notes=tuple(replace(note, box=boxes[note.box].id) for note in placed.notes),
            shortcuts=tuple(replace(one, box=boxes[one.box].id) for one in placed.shortcuts),
            frames=tuple(replace(one, group=groups[one.group.id]) for one in placed.frames),
        )

    @functools.cached_property
    def notches(self) -> list[tuple[float, float]]:
        """The empty corners of the layout, see `notches`."""
        layout, sizes = self.layout, self.units.common
        areas = [one.rectangle for one in layout.boxes]
        for arrow in layout.arrows:
            path = arrow.route.curves()
            areas += [bounds(path[at : at + 4]) for at in range(0, len(path) - 1, 3)]
        labels = [arrow.label for arrow in layout.arrows if arrow.label]
        areas += [Rectangle.around(one.center, *sizes.text(one.text, one.size)) for one in labels]
        areas += [one.route.bounds() for one in layout.shortcuts]
        return notches([Corners.of(area, self.direction) for area in areas])

    @property
    def direction(self) -> Direction:
        """In which data flows on the page."""
        return self.units.direction

    @property
    def boxes_size(self) -> tuple[float, float]:
        """How broad and high the boxes and frames alone are."""
        areas = self.units.rectangles(self.placed.placement.centers).values()
        if not areas:
            return 0.0, 0.0
        length = max(area.end for area in areas) - min(area.start for area in areas)
        breadth = max(area.high for area in areas) - min(area.low for area in areas)
        return self.units.direction.size(length, breadth)


@dataclass(frozen=True, slots=True)
class _Placed:
    """The units of the figure in their places.

    Attributes:
        placement: where they are.
        columns: the columns that they are in.
        routes: the routes that are known already, by the index of their link.
        backwards: units between which the flow goes back.
        trunks: lines that links follow before their routes.
        followed: which of these a link follows, by its index.
        legs: the links, where they are drawn already.
    """

    placement: Placement
    columns: Sequence[Column]
    routes: Mapping[int, Route] = field(default_factory=dict)
    backwards: frozenset[Unit] = frozenset()
    trunks: tuple[Route, ...] = ()
    followed: Mapping[int, int] = field(default_factory=dict)
    legs: tuple[Leg, ...] = ()

    @property
    def breadth(self) -> float:
        """How broad its columns are."""
        columns = self.columns
        return max(one.high for one in columns) - min(one.low for one in columns)


def _frames(levels: Levels, sizes: Sizes) -> dict[FrameUnit, Inside]:
    """All frames, each laid out with those inside it."""
    groups = {group.id: group for group in sizes.scene.groups}
    insides: dict[FrameUnit, Inside] = {}
    for level in levels.frames:
        inside = lay_out_frame(level, groups[level.frame], sizes, insides)
        insides[FrameUnit(level.frame)] = inside
    return insides


def _place(units: LevelSizes, room: tuple[float, float], brackets: Brackets) -> _Placed:
    """The units of the figure, in a U or in columns, on a page that is as long and broad as given.

    A U that is far too broad gives way to columns that are not.
    """
    placer = Placer(units)
    length, breadth = room
    shape = find_u(units)
    folded = place_u(shape, placer) if shape else None
    if folded:
        u_shape = _Placed(
            folded.placement,
            folded.columns,
            folded.routes,
            folded.backwards,
            folded.trunks,
            folded.followed,
        )
        if u_shape.breadth <= _FAR * breadth:
            return u_shape
    columns = _Placed(*wrap(placer.place(units.level.part), units, length, brackets.breadth))
    return columns if not folded or columns.breadth <= breadth else u_shape


def _routes(
    placed: _Placed, units: LevelSizes, levels: Levels, insides: Mapping[FrameUnit, Inside]
) -> Drawing:
    """All boxes and frames, and the links between them."""
    drawing = assemble(placed.placement, units, insides, placed.backwards)
    if placed.legs:
        return replace(drawing, legs=placed.legs)
    drawer = LinkDrawer(
        units,
        placed.placement,
        placed.columns,
        placed.backwards,
        trunks=placed.trunks,
        followed=placed.followed,
    )
    aside = draw_side_inputs(levels.side_inputs, drawing.boxes, drawing.frames, units.common)
    return replace(drawing, legs=(*drawer.draw_all(placed.routes), *drawing.legs, *aside))


def _surround(drawing: Drawing, placed: _Placed, units: LevelSizes, brackets: Brackets) -> Layout:
    """Boxes and frames with all that is beside them, still without arrows."""
    order = {box: place for place, box in enumerate(units.common.boxes)}
    areas = units.rectangles(placed.placement.centers)
    named = tuple(
        bracket for column in placed.columns for bracket in brackets.beside(column, areas)
    )
    return Layout(
        boxes=tuple(sorted(drawing.boxes, key=lambda box: order[box.box.id])),
        arrows=(),
        notes=place_notes(drawing, units.common),
        shortcuts=place_shortcuts(drawing, named, units.common),
        brackets=named,
        frames=drawing.frames,
    )


def _fixed_texts(layout: Layout) -> list[PlacedText]:
    """All texts but the labels of arrows, which have their places by now."""
    texts: list[PlacedText] = [*layout.notes]
    texts += [text for frame in layout.frames for text in frame.texts]
    texts += [text for bracket in layout.brackets for text in bracket.texts]
    return texts


def _extent(layout: Layout, sizes: Sizes) -> Rectangle:
    """How far everything reaches."""
    texts: list[PlacedText] = [*layout.notes]
    texts += [text for bracket in layout.brackets for text in bracket.texts]
    texts += [arrow.label for arrow in layout.arrows if arrow.label]
    areas = [box.rectangle for box in layout.boxes] + [frame.rectangle for frame in layout.frames]
    areas += [arrow.route.bounds() for arrow in layout.arrows]
    areas += [trunk.bounds() for trunk in layout.trunks]
    areas += [shortcut.route.bounds() for shortcut in layout.shortcuts]
    areas += [Rectangle.around(text.center, *sizes.text(text.text, text.size)) for text in texts]
    return Rectangle(
        min((area.start for area in areas), default=0.0),
        max((area.end for area in areas), default=0.0),
        min((area.low for area in areas), default=0.0),
        max((area.high for area in areas), default=0.0),
    )
