"""Layout: places for the boxes of a scene and routes for its arrows, phase by phase.

    levels      the figure and the frames in it, each with its own units and links
    frames      the innermost first, each laid out by the same phases and then one unit
    order       each flow is decomposed into series, parallels and tangles
    place       from the inside out: a series on a straight line, parallels side by side,
                a tangle in layers
    columns     a U-shaped flow is folded in the middle, one too long for the page
                continues in another column
    routes      arcs beside what they bypass, curves from box to box, side inputs
    surround    notes, and brackets of stages
    labels      labels that lie on something move along their arrows
    page        title and legend, and the edge of the page

All phases work along and across the flow. The direction on the page decides only how text lies,
and on which side titles, columns and first branches are.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle
from visualize.core.layout import Layout, Page, PlacedText
from visualize.core.route import Route
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.layout.columns import Column, turns, wrap
from visualize.layout.drawing import Drawing, Inside, assemble
from visualize.layout.frames import lay_out_frame
from visualize.layout.labels import settle_labels
from visualize.layout.levels import Levels, split_levels
from visualize.layout.links import join_legs
from visualize.layout.place import Placement, Placer
from visualize.layout.routes.draw import LinkDrawer
from visualize.layout.routes.side_inputs import draw_side_inputs
from visualize.layout.sizes import LevelSizes, Sizes
from visualize.layout.spacing import DENSE, KNOTTED, NARROW, ROOMY, Spacing
from visualize.layout.surround.beside import Brackets, notes
from visualize.layout.surround.page import Surrounder
from visualize.layout.u_shape import find_u, place_u
from visualize.layout.units import FrameUnit, Unit

__all__ = ["Arrangement", "arrange", "lay_out"]


def lay_out(scene: Scene, theme: Theme, direction: Direction, page: Page | None = None) -> Layout:
    """Place every box, arrow and label of ``scene`` so that it fits ``page``, if it can."""
    return arrange(scene, theme, direction, page or Page()).best


def arrange(scene: Scene, theme: Theme, direction: Direction, page: Page) -> Arrangement:
    """Place the boxes and frames of ``scene``; arrows are drawn later."""
    return _arrange(split_levels(scene), Sizes(scene, theme, direction, ROOMY), page)


def _arrange(levels: Levels, sizes: Sizes, page: Page) -> Arrangement:
    surrounder = Surrounder(sizes.scene, sizes.theme, page, sizes.spacing.page)
    insides = _frames(levels, sizes)
    units = LevelSizes(sizes, levels.figure, {unit: one.extent for unit, one in insides.items()})
    brackets = Brackets(units)
    placed = _place(units, surrounder.room(sizes.direction), brackets)
    return Arrangement(page, levels, units, insides, placed, brackets, surrounder)


@dataclass(frozen=True)
class Arrangement:
    """Boxes and frames placed with one spacing, and the layouts made from them.

    Arrows and labels are drawn when a layout is needed. Most figures that do not fit are found by
    their boxes alone.

    Attributes:
        page: the room for the figure.
        levels: the figure and its frames, with their links.
        units: sizes of the units of the figure.
        insides: the frames, laid out.
        placed: the units of the figure in their places.
        brackets: names of stages.
        surrounder: places title and legend.
    """

    page: Page
    levels: Levels
    units: LevelSizes
    insides: Mapping[FrameUnit, Inside]
    placed: _Placed
    brackets: Brackets
    surrounder: Surrounder

    @property
    def best(self) -> Layout:
        """The layout that fits the page; if none does, the one with this spacing."""
        return self.fitting or self.layout

    @functools.cached_property
    def fitting(self) -> Layout | None:
        """A layout that fits the page, with this spacing or a denser one; None if nothing fits."""
        if self._reaches_beyond(self.page.nearly):
            return None
        if not self._reaches_beyond(self.page) and self.layout.fits(self.page):
            return self.layout
        if not self.layout.nearly_fits(self.page):
            return None
        spacings = (DENSE, NARROW, KNOTTED) if self.layout.in_line else (DENSE, NARROW)
        denser = (self._with(spacing) for spacing in spacings)
        fitting = (
            one.layout
            for one in denser
            if not one._reaches_beyond(self.page) and one.layout.fits(self.page)
        )
        return next(fitting, None)

    @functools.cached_property
    def layout(self) -> Layout:
        """All of the figure with this spacing, whether it fits or not."""
        placed, units, sizes = self.placed, self.units, self.units.common
        drawing = _routes(placed, units, self.levels, self.insides)
        bends = tuple(turns(placed.columns, placed.placement, units))
        surrounded = _surround(drawing, placed, units, self.brackets)
        legs = settle_labels(drawing.legs, bends, drawing.boxes, _fixed_texts(surrounded), sizes)
        arrows, trunks = join_legs(sizes.scene.arrows, legs, bends)
        in_line = placed.placement.in_line or any(one.in_line for one in self.insides.values())
        layout = replace(surrounded, arrows=arrows, trunks=trunks, in_line=in_line)
        layout = replace(layout, extent=_extent(layout, sizes))
        return replace(layout, around=self.surrounder.surround(layout.extent, sizes.direction))

    def _with(self, spacing: Spacing) -> Arrangement:
        """The same with another spacing."""
        sizes = self.units.common
        sizes = Sizes(sizes.scene, sizes.theme, sizes.direction, spacing)
        return _arrange(self.levels, sizes, self.page)

    def _reaches_beyond(self, page: Page) -> bool:
        """Whether the boxes and frames alone are larger than ``page``."""
        areas = self.units.rectangles(self.placed.placement.centers).values()
        if not areas:
            return False
        length = max(area.end for area in areas) - min(area.start for area in areas)
        breadth = max(area.high for area in areas) - min(area.low for area in areas)
        width, height = self.units.direction.size(length, breadth)
        return not page.holds(width, height)


@dataclass(frozen=True, slots=True)
class _Placed:
    """The units of the figure in their places.

    Attributes:
        placement: where they are.
        columns: the columns that they are in.
        routes: the routes that are known already, by the index of their link.
        backwards: units between which the flow goes back.
    """

    placement: Placement
    columns: Sequence[Column]
    routes: Mapping[int, Route] = field(default_factory=dict)
    backwards: frozenset[Unit] = frozenset()


def _frames(levels: Levels, sizes: Sizes) -> dict[FrameUnit, Inside]:
    """All frames, each laid out with those inside it."""
    groups = {group.id: group for group in sizes.scene.groups}
    insides: dict[FrameUnit, Inside] = {}
    for level in levels.frames:
        inside = lay_out_frame(level, groups[level.frame], sizes, insides)
        insides[FrameUnit(level.frame)] = inside
    return insides


def _place(units: LevelSizes, limit: float, brackets: Brackets) -> _Placed:
    """The units of the figure, in a U or in columns that are at most as long as ``limit``."""
    placer = Placer(units)
    part = units.level.part
    shape = find_u(part, units.level)
    if shape:
        folded = place_u(shape, placer)
        return _Placed(folded.placement, folded.columns, folded.routes, folded.backwards)
    return _Placed(*wrap(placer.place(part), units, limit, brackets.breadth))


def _routes(
    placed: _Placed, units: LevelSizes, levels: Levels, insides: Mapping[FrameUnit, Inside]
) -> Drawing:
    """All boxes and frames, and the links between them."""
    drawer = LinkDrawer(units, placed.placement, placed.columns, placed.backwards)
    drawing = assemble(placed.placement, units, insides, placed.backwards)
    aside = draw_side_inputs(levels.side_inputs, drawing.boxes, drawing.frames, units.common)
    return replace(drawing, legs=(*drawer.draw_all(placed.routes), *drawing.legs, *aside))


def _surround(drawing: Drawing, placed: _Placed, units: LevelSizes, brackets: Brackets) -> Layout:
    """Boxes and frames with all that is beside them, still without arrows."""
    order = {box: place for place, box in enumerate(units.common.boxes)}
    areas = units.rectangles(placed.placement.centers)
    return Layout(
        boxes=tuple(sorted(drawing.boxes, key=lambda box: order[box.box.id])),
        arrows=(),
        notes=tuple(notes(drawing.boxes, units.common)),
        brackets=tuple(
            bracket for column in placed.columns for bracket in brackets.beside(column, areas)
        ),
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
    areas += [Rectangle.around(text.center, *sizes.text(text.text, text.size)) for text in texts]
    return Rectangle(
        min((area.start for area in areas), default=0.0),
        max((area.end for area in areas), default=0.0),
        min((area.low for area in areas), default=0.0),
        max((area.high for area in areas), default=0.0),
    )
