"""Details in panels beside the overview or below it, whichever fits the page better.

╭────────╮  ╭ A ───╮  ╭ C ───╮        ╭──────────────────────╮
│        │  │      │  │      │        │       overview       │
│ over-  │  ╰──────╯  │      │        ╰──────────────────────╯
│ view   │  ╭ B ───╮  ╰──────╯        ╭ A ───╮ ╭ B ───╮ ╭ C ─╮
│        │  │      │                  │      │ ╰──────╯ │    │
╰────────╯  ╰──────╯                  ╰──────╯          ╰────╯
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT, text_width
from visualize.core.layout import Layout, PlacedDetail
from visualize.core.page import Place
from visualize.core.scene import SceneDetail
from visualize.core.theme import Theme
from visualize.layout.corners import Corners
from visualize.layout.flow import PlacedFlow
from visualize.layout.spacing import DetailSpacing

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """A detail, laid out in the direction that fits the page."""

    detail: SceneDetail
    flow: PlacedFlow

    @property
    def layout(self) -> Layout:
        """Everything in it in its place."""
        return self.flow.showing(self.detail.scene)

    @property
    def direction(self) -> Direction:
        """Of the flow in it."""
        return self.flow.direction

    @property
    def size(self) -> Size:
        """How broad and high it is."""
        return Corners.of(self.flow.layout.extent, self.direction).size

    @property
    def boxes_size(self) -> Size:
        """The same without arrows, notes and labels."""
        return self.flow.boxes_size


def place_details(
    panels: Sequence[Panel],
    overview: Corners,
    room: Size,
    theme: Theme,
    spacing: DetailSpacing,
    notches: Sequence[Place] = (),
) -> tuple[PlacedDetail, ...]:
    """Place panels beside or below the ``overview``, or in one of its ``notches``.

    Args:
        panels: the details, laid out.
        overview: where the overview is.
        room: width and height of the page without what surrounds the figure.
        theme: the size of titles.
        spacing: the lengths.
        notches: places, from its upper left corner, to the right of which and below which the
            overview is empty.
    """
    sizes = [_panel_size(panel.detail, panel.size, theme, spacing) for panel in panels]
    places = pack(overview.size, sizes, room, spacing.gap, notches)
    return tuple(
        _placed(panel, size, (overview.left + x, overview.top - y), theme, spacing)
        for panel, size, (x, y) in zip(panels, sizes, places)
    )


def least_size(
    panels: Sequence[Panel], overview: Size, room: Size, theme: Theme, spacing: DetailSpacing
) -> Size:
    """How broad and high panels and the ``overview`` are at least, before arrows are drawn."""
    sizes = [_panel_size(panel.detail, panel.boxes_size, theme, spacing) for panel in panels]
    return covered(overview, sizes, pack(overview, sizes, room, spacing.gap))


def _panel_size(detail: SceneDetail, inside: Size, theme: Theme, spacing: DetailSpacing) -> Size:
    title = sum(width for _, width in _title(detail, theme)) + spacing.between
    lines = _lines(detail, inside[0], theme)
    width = max(inside[0], title, *(width for _, width in lines)) + 2 * spacing.padding
    return width, inside[1] + 2 * spacing.padding + _head(lines, theme) + spacing.title


def _head(lines: Sequence[tuple[str, float]], theme: Theme) -> float:
    """The height of the title and of the lines below it."""
    return (theme.size + len(lines) * theme.detail_size) * LINE_HEIGHT


def _lines(detail: SceneDetail, width: float, theme: Theme) -> list[tuple[str, float]]:
    """What is written about variants, in lines about as broad as ``width``, each with its own."""
    measure = functools.partial(text_width, size=theme.detail_size, font=theme.font)
    lines: list[str] = []
    for variant in detail.variants:
        first, *others = variant.text.split(", ")
        lines.append(first)
        for part in others:
            if measure(f"{lines[-1]}, {part}") <= width:
                lines[-1] += f", {part}"
            else:
                lines[-1] += ","
                lines.append(part)
    return [(line, measure(line)) for line in lines]


def _title(detail: SceneDetail, theme: Theme) -> list[tuple[str, float]]:
    """The letter and the title of a panel, each with its width."""
    return [
        (detail.letter, text_width(detail.letter, theme.size, theme.font)),
        (detail.title, text_width(detail.title, theme.detail_size, theme.font)),
    ]


def _placed(
    panel: Panel, size: Size, at: Place, theme: Theme, spacing: DetailSpacing
) -> PlacedDetail:
    """A panel whose upper left corner is ``at``."""
    inside = Corners.of(panel.flow.layout.extent, panel.direction)
    left, top = at
    width, height = size
    line = theme.size * LINE_HEIGHT
    x = left + spacing.padding
    texts = []
    for (text, wide), type_size in zip(
        _title(panel.detail, theme), (theme.size, theme.detail_size)
    ):
        texts.append((text, (x + wide / 2, top - spacing.padding - line / 2), type_size))
        x += wide + spacing.between
    lines = _lines(panel.detail, panel.size[0], theme)
    for number, (text, wide) in enumerate(lines):
        y = top - spacing.padding - line - (number + 0.5) * theme.detail_size * LINE_HEIGHT
        texts.append((text, (left + spacing.padding + wide / 2, y), theme.detail_size))
    middle = left + width / 2 - (inside.left + inside.right) / 2
    under = top - spacing.padding - _head(lines, theme) - spacing.title - inside.top
    return PlacedDetail(
        detail=panel.detail,
        layout=panel.layout,
        direction=panel.direction,
        shift=(middle, under),
        low=(left, top - height),
        high=(left + width, top),
        texts=tuple(texts),
    )


def pack(
    overview: Size,
    panels: Sequence[Size],
    room: Size,
    gap: float,
    notches: Sequence[Place] = (),
) -> list[Place]:
    """Where the upper left corners of ``panels`` go, from that of the overview: right and down.

    They stand in columns to its right, the first of these perhaps under it, in rows below it, or
    in columns in one of its notches: the packing that fits ``room``, or exceeds it least, and of
    several the one with the least area.

    >>> pack((80, 200), [(60, 90), (60, 90), (60, 150)], (300, 300), 10)
    [(90.0, 0.0), (90.0, 100.0), (160.0, 0.0)]
    >>> pack((200, 80), [(90, 60), (90, 70)], (210, 300), 10)
    [(0.0, 90.0), (100.0, 90.0)]
    """
    heights = sorted({overview[1], room[1], *(height for _, height in panels)})
    found = [
        [(overview[0] + gap + x, y) for x, y in columns(panels, height, gap)]
        for height in heights
        for columns in (_in_columns, _filled)
    ]
    found += [
        list(columns([overview, *panels], height, gap))[1:]
        for height in heights
        if height > overview[1]
        for columns in (_in_columns, _under_first)
    ]
    found += [
        [(right + gap + x, below + gap + y) for x, y in columns(panels, room[1] - below - gap, gap)]
        for right, below in notches
        for columns in (_in_columns, _filled)
    ]
    widths = sorted({overview[0], room[0]})
    found += [
        [(y, overview[1] + gap + x) for x, y in _in_columns(_turned(panels), width, gap)]
        for width in widths
    ]
    return min(found, key=lambda places: _cost(overview, panels, places, room))


def _under_first(panels: Sequence[Size], height: float, gap: float) -> list[Place]:
    """As ``_filled``, where the first panel begins the first column."""
    return _filled(panels, height, gap, begun=1)


def _filled(panels: Sequence[Size], height: float, gap: float, begun: int = 0) -> list[Place]:
    """Columns of at most ``height``, each panel in the first with room for it, tall ones first.

    The first ``begun`` panels begin a column each.
    """
    columns = [[panel] for panel in range(begun)]
    for panel in sorted(range(begun, len(panels)), key=lambda one: -panels[one][1]):
        for column in columns:
            if sum(panels[one][1] + gap for one in (*column, panel)) - gap <= height:
                column.append(panel)
                break
        else:
            columns.append([panel])
    places, x = {}, 0.0
    for column in sorted(columns, key=min):
        y = 0.0
        for panel in sorted(column):
            places[panel] = (x, y)
            y += panels[panel][1] + gap
        x += max(panels[panel][0] for panel in column) + gap
    return [places[panel] for panel in range(len(panels))]


def _turned(panels: Sequence[Size]) -> list[Size]:
    return [(height, width) for width, height in panels]


def _in_columns(panels: Sequence[Size], height: float, gap: float) -> Iterator[Place]:
    """Columns of panels of at most ``height``, from left to right."""
    x, y, broadest = 0.0, 0.0, 0.0
    for width, tall in panels:
        if y and y + tall > height:
            x, y, broadest = x + broadest + gap, 0.0, 0.0
        yield x, y
        y += tall + gap
        broadest = max(broadest, width)


def _cost(
    overview: Size, panels: Sequence[Size], places: Sequence[Place], room: Size
) -> tuple[float, float]:
    """By how much a packing exceeds the room, and its area."""
    width, height = covered(overview, panels, places)
    return max(0.0, width - room[0]) + max(0.0, height - room[1]), width * height


def covered(overview: Size, panels: Sequence[Size], places: Sequence[Place]) -> Size:
    """How broad and high the overview and all panels are together."""
    corners = [(x + width, y + height) for (x, y), (width, height) in zip(places, panels)]
    width = max([overview[0], *(right for right, _ in corners)])
    height = max([overview[1], *(bottom for _, bottom in corners)])
    return width, height
