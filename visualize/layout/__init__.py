"""Layout: places for the boxes of a scene and routes for its arrows, phase by phase.

    levels      the figure and the frames in it, each with its own units and links
    frames      the innermost first, each laid out by the same phases and then one unit
    order       each flow is decomposed into series, parallels and tangles
    place       from the inside out: a series on a straight line, parallels side by side,
                a tangle in layers
    columns     a U-shaped flow is folded in the middle, one too long for the page goes on
                beside itself
    routes      arcs beside what they bypass, curves from box to box, side inputs
    surround    notes, and brackets of stages
    labels      those that lie on something move along their arrows
    page        title and legend, and the edge of the page

Nothing here depends on the direction on the page but the size of text.
"""

from __future__ import annotations

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
from visualize.layout.order import decompose
from visualize.layout.place import Placement, Placer
from visualize.layout.routes.draw import LinkDrawer
from visualize.layout.routes.side_inputs import draw_side_inputs
from visualize.layout.sizes import LevelSizes, Sizes
from visualize.layout.spacing import DENSE, KNOTTED, NARROW, ROOMY, Spacing
from visualize.layout.surround.beside import Brackets, notes
from visualize.layout.surround.page import Surrounder
from visualize.layout.u_shape import find_u, place_u
from visualize.layout.units import FrameUnit, Unit

__all__ = ["Direction", "Layout", "Page", "lay_out"]


def lay_out(scene: Scene, theme: Theme, direction: Direction, page: Page | None = None) -> Layout:
    """Place every box, arrow and label of ``scene`` so that it fits ``page``, if it can."""
    page = page or Page()
    layout = _lay_out(scene, theme, direction, page, ROOMY)
    if layout.fits(page) or not layout.nearly_fits(page):
        return layout
    spacings = (DENSE, NARROW, KNOTTED) if layout.in_line else (DENSE, NARROW)
    denser = (_lay_out(scene, theme, direction, page, spacing) for spacing in spacings)
    return next((dense for dense in denser if dense.fits(page)), layout)


def _lay_out(
    scene: Scene, theme: Theme, direction: Direction, page: Page, spacing: Spacing
) -> Layout:
    """All phases, one after the other, with one spacing."""
    sizes = Sizes(scene, theme, direction, spacing)
    surrounder = Surrounder(scene, theme, page, spacing.page)
    levels = split_levels(scene)
    insides = _frames(levels, sizes)
    units = LevelSizes(sizes, levels.figure, {unit: one.extent for unit, one in insides.items()})
    brackets = Brackets(units)
    placed = _place(units, surrounder.room(direction), brackets)
    drawing = _routes(placed, units, levels, insides)
    bends = tuple(turns(placed.columns, placed.placement, units))
    surrounded = _surround(drawing, placed, units, brackets)
    legs = settle_labels(drawing.legs, bends, drawing.boxes, _fixed_texts(surrounded), sizes)
    arrows, trunks = join_legs(scene.arrows, legs, bends)
    layout = replace(
        surrounded,
        arrows=arrows,
        trunks=trunks,
        in_line=placed.placement.in_line or any(one.in_line for one in insides.values()),
    )
    layout = replace(layout, extent=_extent(layout, sizes))
    return replace(layout, around=surrounder.surround(layout.extent, direction))


@dataclass(frozen=True, slots=True)
class _Placed:
    """The units of the figure in their places.

    Attributes:
        placement: where they are.
        columns: the columns that they are in.
        routes: those links whose routes are known already, by index.
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
    part = decompose(placer.flow)
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
