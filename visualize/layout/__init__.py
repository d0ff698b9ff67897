"""Layout: places for the boxes of a scene and paths for its arrows.

Frames are laid out first, the innermost before those around them. At each level the flow graph is
decomposed into series and parallels, and each is placed from the inside out: a series stands on a
straight line, parallels side by side about the line. Arcs then run beside what they bypass, the
inner ones closer. A U-shaped flow is folded in the middle, one too long for the page goes on in
columns. Nothing here depends on the direction on the page but the size of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle
from visualize.core.layout import Layout, Page
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.layout.around import PAD, Surrounder
from visualize.layout.aside import draw_aside
from visualize.layout.beside import brackets, brackets_breadth, notes
from visualize.layout.columns import Column, turns, wrap
from visualize.layout.flow import decompose
from visualize.layout.frames import (
    FIGURE,
    Level,
    entry_unit,
    exit_unit,
    frame_unit,
    split_levels,
)
from visualize.layout.inside import Drawing, assemble, lay_out_frame
from visualize.layout.labels import settle_labels
from visualize.layout.legs import join_legs
from visualize.layout.links import LinkDrawer
from visualize.layout.measure import DENSE, KNOTTED, NARROW, Measure, Spacing
from visualize.layout.place import Placement, Placer
from visualize.layout.ushape import find_u, place_u

__all__ = ["Direction", "Layout", "Page", "lay_out"]


def lay_out(scene: Scene, theme: Theme, direction: Direction, page: Page | None = None) -> Layout:
    """Place every box, arrow and label of ``scene`` so that it fits ``page``, if it can."""
    page = page or Page()
    layout = _lay_out(scene, theme, direction, page, Spacing())
    if layout.fits(page) or not layout.nearly_fits(page):
        return layout
    spacings = (DENSE, NARROW, KNOTTED) if layout.in_line else (DENSE, NARROW)
    denser = (_lay_out(scene, theme, direction, page, spacing) for spacing in spacings)
    return next((dense for dense in denser if dense.fits(page)), layout)


def _lay_out(
    scene: Scene, theme: Theme, direction: Direction, page: Page, spacing: Spacing
) -> Layout:
    surrounder = Surrounder(scene, theme, page)
    measure = Measure(scene, theme, direction, spacing)
    groups = {group.id: group for group in scene.groups}
    levels, aside = split_levels(scene)
    for level in levels:
        for point in (entry_unit(level.frame), exit_unit(level.frame)):
            measure.add_unit(point, Rectangle(0, 0, 0, 0))
    insides: dict[str, Drawing] = {}
    for level in levels[:-1]:
        inside = lay_out_frame(level, groups[level.frame], measure, insides)
        insides[frame_unit(level.frame)] = inside
    figure = levels[-1] if levels else Level(FIGURE)
    placer = Placer(measure, figure)
    part = decompose(placer.flow)
    shape = find_u(part, figure)
    if shape:
        placement, columns, paths = place_u(shape, placer)
        upward = columns[1].nodes
    else:
        placement, paths, upward = placer.place(part), {}, frozenset()
        height = page.height - surrounder.height
        limit = height if direction.is_vertical else page.width - 2 * PAD
        columns = wrap(
            placement, measure, figure, limit, lambda nodes: brackets_breadth(nodes, measure)
        )
    links = LinkDrawer(measure, figure, placement, columns, upward)
    drawing = assemble(placement, measure, insides, upward)
    beside = draw_aside(aside, drawing.boxes, drawing.frames, measure)
    drawing = replace(drawing, legs=(*links.draw_all(paths), *drawing.legs, *beside))
    layout = _finish(measure, placement, columns, drawing)
    return replace(layout, around=surrounder.surround(layout.extent, direction))


def _finish(
    measure: Measure, placement: Placement, columns: Sequence[Column], drawing: Drawing
) -> Layout:
    """What stands beside the boxes, and how far all of it reaches."""
    areas = {unit: measure.rectangle(unit, at) for unit, at in placement.centers.items()}
    order = {node: place for place, node in enumerate(measure.boxes)}
    layout = Layout(
        boxes=tuple(sorted(drawing.boxes, key=lambda placed: order[placed.box.id])),
        arrows=(),
        notes=tuple(notes(drawing.boxes, measure)),
        brackets=tuple(
            bracket for column in columns for bracket in brackets(areas, column, measure)
        ),
        frames=drawing.frames,
        in_line=measure.in_line,
    )
    turning = tuple(turns(columns, placement, measure))
    legs = settle_labels(layout, drawing.legs, turning, measure)
    arrows, trunks = join_legs(measure.scene.arrows, legs, turning)
    return _with_extent(replace(layout, arrows=arrows, trunks=trunks), measure)


def _with_extent(layout: Layout, measure: Measure) -> Layout:
    texts = [*layout.notes, *(text for bracket in layout.brackets for text in bracket.texts)]
    texts += [arrow.label for arrow in layout.arrows if arrow.label]
    areas = [box.rectangle for box in layout.boxes] + [frame.rectangle for frame in layout.frames]
    areas += [arrow.route.bounds() for arrow in layout.arrows]
    areas += [trunk.bounds() for trunk in layout.trunks]
    areas += [Rectangle.around(text.center, *measure.text(text.text, text.size)) for text in texts]
    extent = Rectangle(
        min((area.start for area in areas), default=0.0),
        max((area.end for area in areas), default=0.0),
        min((area.low for area in areas), default=0.0),
        max((area.high for area in areas), default=0.0),
    )
    return replace(layout, extent=extent)
