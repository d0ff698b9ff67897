"""Composing: from a scene and its layout to a picture."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from visualize.core.choices import Direction
from visualize.core.element_names import distinct, element_names
from visualize.core.fonts import line_extent, text_width
from visualize.core.geometry import Point, Rectangle, without_head
from visualize.core.layout import (
    Bracket,
    Layout,
    PlacedArrow,
    PlacedBox,
    PlacedDetail,
    PlacedFrame,
    PlacedText,
)
from visualize.core.page import Area, Place, nearest, straight
from visualize.core.palette import Paint, PaintedStroke, Palette
from visualize.core.scene import Scene, SceneDetail, SceneGroup
from visualize.core.theme import LineStyle, Theme
from visualize.export import picture as drawn
from visualize.export.corners import corner_radius, rounded_alike
from visualize.export.curves import APART
from visualize.export.legend import legend_entries
from visualize.export.letters import beside_letters, letters_center
from visualize.export.markup import clean, one_line
from visualize.export.parts import Look, Parts, leading
from visualize.export.picture import Facing, Part, Picture, Text

_BRACKET_WIDTH, _LEADER_WIDTH = 1.2, 0.5
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
    look = Look(theme, direction, palette, element_names(scene))
    origin = (-layout.around.low[0], layout.around.high[1])
    return _Composer(scene, layout, look, origin).compose(name)


class _Composer:
    """Composes a scene, or that of the detail in a panel whose ids begin with its letter.

    Args:
        scene: what is drawn.
        layout: of the scene.
        look: what is the same in the whole figure.
        origin: where the origin of the layout is on the page.
        detail: what it is the inside of, in a panel.
    """

    def __init__(
        self,
        scene: Scene,
        layout: Layout,
        look: Look,
        origin: Place,
        detail: SceneDetail | None = None,
    ) -> None:
        self.scene = scene
        self.layout = layout
        self.look = look
        self.theme, self.direction, self.palette = look.theme, look.direction, look.palette
        self.left, self.top = -origin[0], origin[1]
        self.panel = detail.letter if detail else ""
        self.stage = detail.stage if detail else ""
        self.frame_ids = {
            frame.group.id: f"frame-{look.names.groups[frame.group.id]}" for frame in layout.frames
        }
        self.parents = {group.id: group.parent for group in scene.groups}
        self.frame_parents = {
            name: self._home(self.parents[group]) for group, name in self.frame_ids.items()
        }
        self.homes = {box.id: self._home(box.group) for box in scene.boxes}
        boxes, groups = look.names.boxes, look.names.groups
        self.box_ids = {box.id: f"box-{boxes[box.id]}" for box in scene.boxes}
        self.arrow_ids = distinct(
            f"arrow-{boxes[one.arrow.source]}-to-{boxes[one.arrow.target]}" for one in layout.arrows
        )
        self.trunk_ids = distinct(map(self._trunk_id, range(len(layout.trunks))))
        self.shortcut_ids = distinct(f"shortcut-{boxes[one.box]}" for one in layout.shortcuts)
        self.bracket_ids = distinct(f"bracket-{groups[one.stage]}" for one in layout.brackets)

    def compose(self, name: str) -> Picture:
        """The whole picture."""
        parts = self.parts()
        title = self._title() if self.scene.title else None
        width, height = self.layout.around.size
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
            frames=parts.frames,
            boxes=rounded_alike(parts.boxes, self.theme.font),
            trunks=parts.trunks,
            arrows=parts.arrows,
            shortcuts=parts.shortcuts,
            brackets=parts.brackets,
            title=title,
            legend=tuple(legend_entries(self.layout.around.legend, self.look, self._page)),
        )

    def parts(self) -> Parts:
        """What is drawn of the scene and of its details."""
        layout = self.layout
        notes = {note.box: note for note in layout.notes}
        own = Parts(
            frames=tuple(self._frame(frame) for frame in layout.frames),
            boxes=tuple(self._box(placed, notes.get(placed.box.id)) for placed in layout.boxes),
            trunks=tuple(self._trunks()),
            arrows=tuple(map(self._arrow, self.arrow_ids, layout.arrows)),
            shortcuts=tuple(self._shortcuts()),
            brackets=tuple(map(self._bracket, self.bracket_ids, layout.brackets)),
        )
        return functools.reduce(Parts.joined, map(self._detail, layout.details), own)

    def _detail(self, placed: PlacedDetail) -> Parts:
        """A panel, as a frame around what is in it."""
        detail = placed.detail
        area = Area.around(map(self._page, (placed.low, placed.high)))
        colors = self.palette.stage(detail.stage)
        texts = (
            self._text(
                text,
                self._page(center),
                size,
                colors.detail if position else colors.line,
                Part.FRAME,
                name=f"text-{self.look.panel_id(detail.letter)}-{position}",
            )
            for position, (text, center, size) in enumerate(placed.texts)
        )
        panel = drawn.Frame(
            id=self.look.panel_id(detail.letter),
            group=SceneGroup(
                f"detail {detail.letter}", detail.letter, detail.title, "detail", "", framed=True
            ),
            frame=None,
            area=area,
            radius=corner_radius(area),
            fill=self.palette.background,
            line=colors.line,
            texts=tuple(texts),
        )
        x, y = placed.shift
        look = replace(self.look, direction=placed.direction)
        inner = _Composer(detail.scene, placed.layout, look, (x - self.left, self.top - y), detail)
        leader = placed.leader and (straight(*map(self._page, placed.leader)),)
        stroke = replace(self.palette.plain, color=colors.line, width=_LEADER_WIDTH)
        lines = tuple(
            drawn.Line(f"leader-{self.look.names.details[detail.letter]}", path, stroke)
            for path in leader or ()
        )
        return Parts((panel,), (), lines, (), (), ()).joined(inner.parts())

    # Places

    def _trunk_id(self, number: int) -> str:
        """The name of a trunk: that of the box where the first arrow along it begins."""
        along = (one.arrow.source for one in self.layout.arrows if number in one.via)
        return "-".join(("trunk", *(self.look.names.boxes[box] for box in list(along)[:1])))

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
        """The id of the innermost frame that a group is or is in; in a detail, its panel."""
        while group:
            if group in self.frame_ids:
                return self.frame_ids[group]
            group = self.parents[group]
        return self.look.panel_id(self.panel) if self.panel else None

    # Things

    def _frame(self, placed: PlacedFrame) -> drawn.Frame:
        group = placed.group
        area = self._area(placed.rectangle)
        name = self.palette.stage(self.stage or group.stage).line
        texts = (
            self._beside(
                text,
                self.palette.muted if position else name,
                Part.FRAME,
                area.left,
                f"text-{self.frame_ids[group.id]}-{position}",
            )
            for position, text in enumerate(placed.texts)
        )
        return drawn.Frame(
            id=self.frame_ids[group.id],
            group=group,
            frame=self._home(group.parent),
            area=area,
            radius=corner_radius(area),
            fill=self.palette.frame.fill,
            line=self.palette.frame_line(self.stage or group.stage),
            texts=tuple(texts),
        )

    def _box(self, placed: PlacedBox, note: PlacedText | None) -> drawn.Box:
        box, palette = placed.box, self.palette
        area = self._area(placed.rectangle)
        tint = palette.boxes[box.id]
        is_merge = box.role == "merge"
        stage = box.stage or (self.stage if box.role not in ("input", "output", "merge") else "")
        lines = placed.lines[:1] if is_merge else placed.lines
        return drawn.Box(
            id=self.box_ids[box.id],
            box=box,
            detail=self.panel,
            stage=palette.stages[stage].number if stage in palette.stages else None,
            frame=self.homes[box.id],
            area=area,
            radius=area.width / 2 if is_merge else corner_radius(area),
            tint=tint,
            lines=tuple(self._lines(lines, area, tint.detail, self.scene.letters.get(box.id, ""))),
            note=self._note(placed, note, area),
            border=palette.borders.get(box.id),
        )

    def _note(self, placed: PlacedBox, note: PlacedText | None, area: Area) -> Text | None:
        """The text beside a merge, or the letter in the corner of a box with a detail."""
        name = f"text-{self.box_ids[placed.box.id]}"
        if note:
            return self._beside(note, self.palette.muted, Part.MERGE, area.center[0], name)
        letters, size = self.scene.letters.get(placed.box.id), self.theme.detail_size
        if not letters:
            return None
        border = self.palette.borders.get(placed.box.id)
        inner = area.shrunk(APART * (border.style.strands - 1)) if border else area
        center, color = letters_center(letters, inner, self.theme), self.palette.text
        return self._text(letters, center, size, color, Part.DETAIL, name=name)

    def _lines(
        self, lines: Sequence[Sequence[str]], area: Area, detail: Paint, letters: str
    ) -> Iterator[Text]:
        """The rows of a box below each other: its first line in full size, the others smaller."""
        full, small = (self.theme.size, self.palette.text), (self.theme.detail_size, detail)
        kinds = [full] + [small] * (len(lines) - 1)
        rows = [(row, *kind) for line, kind in zip(lines, kinds) for row in line]
        heights = [sum(line_extent(size, self.theme.font)) for _, size, _ in rows]
        x, y = area.center[0], area.center[1] - sum(heights) / 2
        for place, ((row, size, color), height) in enumerate(zip(rows, heights)):
            middle = x if place else beside_letters(row, letters, area, self.theme)
            yield self._text(row, (middle, y + height / 2), size, color, Part.BOX)
            y += height

    def _trunks(self) -> Iterator[drawn.Line]:
        for name, route in zip(self.trunk_ids, self.layout.trunks):
            yield drawn.Line(name, self._path(route.curves()), self.palette.plain)

    def _shortcuts(self) -> Iterator[drawn.Shortcut]:
        for name, placed in zip(self.shortcut_ids, self.layout.shortcuts):
            path = placed.route.curves()
            yield drawn.Shortcut(
                id=name,
                box=placed.box,
                kind=placed.kind,
                path=self._path(path),
                shaft=self._path(without_head(path)),
                stroke=self.palette.stroke(placed.kind),
            )

    def _arrow(self, name: str, placed: PlacedArrow) -> drawn.Arrow:
        arrow, stroke = placed.arrow, self.palette.stroke(placed.arrow.look)
        path = leading(placed.route.curves())
        corners = self._path(self.layout.whole(placed).corners())
        label = None
        if placed.label:
            color = stroke.color if arrow.look else self.palette.muted
            near = nearest(corners, self._place(placed.label.center))
            label = self._beside(placed.label, color, Part.ARROW, near[0], "")
        return drawn.Arrow(
            id=name,
            arrow=arrow,
            frame=self._common_frame(arrow.source, arrow.target),
            via=tuple(self.trunk_ids[number] for number in placed.via),
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
            frame = self.frame_parents.get(frame)
        return found

    def _bracket(self, name: str, bracket: Bracket) -> drawn.Bracket:
        color = self.palette.stage(bracket.stage).line
        first, last = map(self._place, bracket.line)
        stroke = PaintedStroke(color, LineStyle.SOLID, _BRACKET_WIDTH)
        texts = (
            self._beside(
                text,
                self.palette.muted if position else color,
                Part.BRACKET,
                nearest((first, last), self._place(text.center))[0],
                f"text-{name}-{position}",
            )
            for position, text in enumerate(bracket.texts)
        )
        line = drawn.Line(name, straight(first, last), stroke)
        return drawn.Bracket(bracket.stage, line, tuple(texts))

    # Text

    def _title(self) -> Text:
        around = self.layout.around
        return self._text(
            self.scene.title,
            self._page(around.title),
            around.title_size,
            self.palette.text,
            Part.TITLE,
            name="text-title",
        )

    def _beside(self, text: PlacedText, color: Paint, part: Part, near: float, name: str) -> Text:
        """A text that faces the x of what it belongs to, if that is to its side."""
        center = self._place(text.center)
        half = text_width(text.text, text.size, self.theme.font) / 2
        facing = Facing.MIDDLE
        if abs(near - center[0]) >= half - _STRAIGHT:
            facing = Facing.LEFT if near < center[0] else Facing.RIGHT
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
