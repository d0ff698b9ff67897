"""Composing: from a scene and its layout to a picture."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from visualize.core.choices import Direction
from visualize.core.fonts import line_extent, text_width
from visualize.core.geometry import Point, Rectangle, without_head
from visualize.core.layout import (
    Bracket,
    Layout,
    PlacedArrow,
    PlacedBox,
    PlacedFrame,
    PlacedText,
)
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke, Palette, ToneEntry
from visualize.core.scene import Scene
from visualize.core.theme import LineStyle, Theme
from visualize.export import picture as drawn
from visualize.export.markup import LONGEST, clean, one_line
from visualize.export.picture import Facing, Part, Picture, Text

_RADIUS = 12.0  # of corners, in low boxes a third of their height, as Graphviz rounds them
_BRACKET_WIDTH = 1.2
_STRAIGHT = 0.01


def make_picture(
    scene: Scene, layout: Layout, theme: Theme, direction: Direction, palette: Palette, name: str
) -> Picture:
    """Put ``layout`` on its page, in the colours of ``palette``.

    Args:
        scene: what is drawn.
        layout: of the scene.
        theme: fonts and widths.
        direction: where the flow goes on the page.
        palette: of the scene and the theme.
        name: what the figure shows, for those who cannot see it.
    """
    return _Composer(scene, layout, theme, direction, palette).compose(name)


class _Composer:
    def __init__(
        self, scene: Scene, layout: Layout, theme: Theme, direction: Direction, palette: Palette
    ) -> None:
        self.scene = scene
        self.layout = layout
        self.theme = theme
        self.direction = direction
        self.palette = palette
        self.left, self.top = layout.around.low[0], layout.around.high[1]
        self.text_ids = (f"text-{number}" for number in itertools.count(1))
        self.frame_ids = {
            frame.group.id: f"frame-{number}" for number, frame in enumerate(layout.frames, 1)
        }
        self.parents = {group.id: group.parent for group in scene.groups}
        self.frame_parents = {
            name: self._home(self.parents[group]) for group, name in self.frame_ids.items()
        }
        self.homes = {box.id: self._home(box.group) for box in scene.boxes}

    def compose(self, name: str) -> Picture:
        """The whole picture; ids of texts count in the order in which they are made here."""
        layout, around = self.layout, self.layout.around
        notes = {note.box: note for note in layout.notes}
        frames = tuple(self._frame(frame) for frame in layout.frames)
        boxes = tuple(
            self._box(number, placed, notes.get(placed.box.id))
            for number, placed in enumerate(layout.boxes)
        )
        brackets = tuple(
            self._bracket(number, bracket) for number, bracket in enumerate(layout.brackets, 1)
        )
        title = self._title() if self.scene.title else None
        width, height = around.size
        return Picture(
            name=clean(name),
            description=clean(self.scene.description),
            width=width,
            height=height,
            background=self.palette.background,
            font=self.theme.font,
            size=self.theme.size,
            detail_size=self.theme.detail_size,
            line_width=self.theme.line_width,
            parameters=self.scene.parameters,
            frames=frames,
            boxes=boxes,
            trunks=tuple(self._trunks()),
            arrows=tuple(self._arrow(number, arrow) for number, arrow in enumerate(layout.arrows)),
            brackets=brackets,
            title=title,
            legend=tuple(self._legend()),
        )

    # Places

    def _page(self, place: Place) -> Place:
        """From coordinates in which y grows upwards to those of the page."""
        return place[0] - self.left, self.top - place[1]

    def _place(self, point: Point) -> Place:
        return self._page(self.direction.on_page(point))

    def _path(self, points: Sequence[Point]) -> tuple[Place, ...]:
        return tuple(map(self._place, points))

    def _area(self, area: Rectangle) -> Area:
        corners = Point(area.start, area.low), Point(area.end, area.high)
        return Area.around(map(self._place, corners))

    def _home(self, group: str) -> str | None:
        """The id of the innermost frame that a group is or is in."""
        while group:
            if group in self.frame_ids:
                return self.frame_ids[group]
            group = self.parents[group]
        return None

    # Things

    def _frame(self, placed: PlacedFrame) -> drawn.Frame:
        group = placed.group
        area = self._area(placed.rectangle)
        name = self.palette.stage(group.stage).line
        texts = (
            self._beside(text, self.palette.muted if position else name, Part.FRAME, area.left)
            for position, text in enumerate(placed.texts)
        )
        return drawn.Frame(
            id=self.frame_ids[group.id],
            group=group,
            frame=self._home(group.parent),
            area=area,
            radius=_radius(area),
            fill=self.palette.frame.fill,
            line=self.palette.frame_line(group.stage),
            texts=tuple(texts),
        )

    def _box(self, number: int, placed: PlacedBox, note: PlacedText | None) -> drawn.Box:
        box, palette = placed.box, self.palette
        area = self._area(placed.rectangle)
        tint = palette.boxes[box.id]
        is_merge = box.role == "merge"
        lines = box.label[:1] if is_merge else box.label
        return drawn.Box(
            id=_element(box.id, number),
            box=box,
            stage=palette.stages[box.stage].number if box.stage in palette.stages else None,
            frame=self.homes[box.id],
            area=area,
            radius=area.width / 2 if is_merge else _radius(area),
            tint=tint,
            lines=tuple(self._lines(lines, area.center, tint.detail)),
            note=self._beside(note, palette.muted, Part.MERGE, area.center[0]) if note else None,
        )

    def _lines(self, lines: Sequence[str], center: Place, detail: Paint) -> Iterator[Text]:
        """The lines of a box below each other: the first in full size, the others smaller."""
        sizes = [self.theme.size] + [self.theme.detail_size] * (len(lines) - 1)
        heights = [sum(line_extent(size, self.theme.font)) for size in sizes]
        y = center[1] - sum(heights) / 2
        for position, (line, size, height) in enumerate(zip(lines, sizes, heights)):
            color = detail if position else self.palette.text
            yield self._text(line, (center[0], y + height / 2), size, color, Part.BOX)
            y += height

    def _trunks(self) -> Iterator[drawn.Line]:
        for number, route in enumerate(self.layout.trunks):
            yield drawn.Line(_trunk(number), self._path(route.curves()), self.palette.plain)

    def _arrow(self, number: int, placed: PlacedArrow) -> drawn.Arrow:
        arrow, stroke = placed.arrow, self.palette.stroke(placed.arrow.skip)
        path = _leading(placed.route.curves())
        corners = self._path(self.layout.whole(placed).corners())
        label = None
        if placed.label:
            color = stroke.color if arrow.skip else self.palette.muted
            near = _nearest(corners, self._place(placed.label.center))
            label = self._beside(placed.label, color, Part.ARROW, near[0])
        return drawn.Arrow(
            id=f"arrow-{number}",
            arrow=arrow,
            frame=self._common_frame(arrow.source, arrow.target),
            via=tuple(map(_trunk, placed.via)),
            path=self._path(path),
            shaft=self._path(without_head(path)),
            corners=corners,
            stroke=stroke,
            label=label,
        )

    def _common_frame(self, source: str, target: str) -> str | None:
        """The innermost frame around two boxes."""
        around = self._around(self.homes[source])
        return next((one for one in self._around(self.homes[target]) if one in around), None)

    def _around(self, frame: str | None) -> list[str]:
        """A frame and those around it, from the inside out."""
        found = []
        while frame:
            found.append(frame)
            frame = self.frame_parents[frame]
        return found

    def _bracket(self, number: int, bracket: Bracket) -> drawn.Bracket:
        color = self.palette.stage(bracket.stage).line
        first, last = map(self._place, bracket.line)
        stroke = PaintedStroke(color, LineStyle.SOLID, _BRACKET_WIDTH)
        texts = (
            self._bracket_text(text, self.palette.muted if position else color, (first, last))
            for position, text in enumerate(bracket.texts)
        )
        line = drawn.Line(f"bracket-{number}", _straight(first, last), stroke)
        return drawn.Bracket(bracket.stage, line, tuple(texts))

    def _bracket_text(self, text: PlacedText, color: Paint, line: Sequence[Place]) -> Text:
        near = _nearest(line, self._place(text.center))
        return self._beside(text, color, Part.BRACKET, near[0])

    # Text

    def _title(self) -> Text:
        around = self.layout.around
        return self._text(
            self.scene.title,
            self._page(around.title),
            around.title_size,
            self.palette.text,
            Part.TITLE,
            name=next(self.text_ids),
        )

    def _legend(self) -> Iterator[drawn.LegendEntry]:
        swatches = itertools.count(1)
        for number, entry in enumerate(self.layout.around.legend, 1):
            start, end = map(self._page, entry.line)
            sample: drawn.Swatch | drawn.Line
            kind = None
            if isinstance(entry.subject, ToneEntry):
                sample = self._swatch(next(swatches), entry.subject, start, end)
            else:
                kind = entry.subject
                stroke = self.palette.skips[kind]
                sample = drawn.Line(f"sample-{number}", _straight(start, end), stroke)
            text = self._text(
                entry.text,
                self._page(entry.center),
                self.theme.detail_size,
                self.palette.muted,
                Part.LEGEND,
                Facing.LEFT,
                next(self.text_ids),
            )
            yield drawn.LegendEntry(sample, kind, text)

    def _swatch(self, number: int, tone: ToneEntry, start: Place, end: Place) -> drawn.Swatch:
        tint, height = tone.tint, self.theme.detail_size
        ramp = tone.ramp
        return drawn.Swatch(
            id=f"swatch-{number}",
            area=Area(start[0], start[1] - height / 2, end[0], end[1] + height / 2),
            fill=tint.fill,
            line=self.palette.neutral.line if ramp else tint.line,
            ramp=tint.line if ramp else None,
        )

    def _beside(self, text: PlacedText, color: Paint, part: Part, near: float) -> Text:
        """A text that faces the x of what it belongs to, if that is to its side."""
        center = self._place(text.center)
        half = text_width(text.text, text.size, self.theme.font) / 2
        facing = Facing.MIDDLE
        if abs(near - center[0]) >= half - _STRAIGHT:
            facing = Facing.LEFT if near < center[0] else Facing.RIGHT
        name = "" if part is Part.ARROW else next(self.text_ids)
        return self._text(text.text, center, text.size, color, part, facing, name)

    def _text(
        self,
        text: str,
        center: Place,
        size: float,
        color: Paint,
        part: Part,
        facing: Facing = Facing.MIDDLE,
        name: str = "",
    ) -> Text:
        line = one_line(text)
        width = text_width(line, size, self.theme.font)
        return Text(line, center, size, width, color, part, facing, name)


def _element(name: str, number: int) -> str:
    """The id of a box; the number keeps apart those that are cut short."""
    whole = clean(f"box-{name}")
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}-box{number}"


def _trunk(number: int) -> str:
    return f"trunk-{number}"


def _radius(area: Area) -> float:
    return min(_RADIUS, area.width / 3, area.height / 3)


def _straight(start: Place, end: Place) -> tuple[Place, ...]:
    """A straight line as a cubic Bézier path."""
    return tuple(
        (start[0] + (end[0] - start[0]) * part / 3, start[1] + (end[1] - start[1]) * part / 3)
        for part in range(4)
    )


def _leading(path: list[Point]) -> list[Point]:
    """A path without curves of no length at its end: a head needs a direction."""
    while len(path) > 4 and math.dist(path[-4], path[-1]) < _STRAIGHT:
        path = path[:-3]
    return path


def _nearest(line: Sequence[Place], to: Place) -> Place:
    """The point of a polyline that is nearest to a place."""
    found = (_projected(to, start, end) for start, end in itertools.pairwise(line))
    return min(found, key=lambda point: math.dist(point, to), default=line[0])


def _projected(place: Place, start: Place, end: Place) -> Place:
    """The point of a straight line that is nearest to a place."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    part = ((place[0] - start[0]) * across + (place[1] - start[1]) * down) / length if length else 0
    part = min(1.0, max(0.0, part))
    return start[0] + across * part, start[1] + down * part
