"""The DOT source of a figure, with a place for everything. The only file that escapes text."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import graphviz

from visualize.core.choices import Direction
from visualize.core.errors import shorten
from visualize.core.fonts import LINE_HEIGHT, family, text_width
from visualize.core.geometry import HEAD_LENGTH, Point, without_head
from visualize.core.layout import Bracket, Layout, PlacedArrow, PlacedBox, PlacedFrame, Surroundings
from visualize.core.palette import ToneEntry, plain_tint, readable, stage_numbers, stage_tint, tones
from visualize.core.scene import Scene
from visualize.core.theme import Stroke, Theme, Tint

ANCHOR = "anchor"
_ARROW_SIZE = HEAD_LENGTH / 10
_LONGEST = 400

Place = tuple[float, float]


def to_dot(scene: Scene, layout: Layout, theme: Theme, direction: Direction, name: str) -> str:
    """Write ``layout`` as DOT for the engine ``nop2``, which draws and moves nothing.

    Args:
        name: title of the figure for those who cannot see it.
    """
    return _Writer(scene, theme, direction).write(layout, name)


def clean(text: str) -> str:
    r"""``text`` without what XML cannot hold: control characters and half surrogates.

    >>> clean("a" + chr(0) + "b" + chr(9) + "c")
    'ab c'
    """
    spaced = (" " if character in "\t\r" else character for character in text)
    return "".join(
        character
        for character in spaced
        if character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Cn")
    )


def element_ids(scene: Scene) -> dict[str, str]:
    """The id of each box in the figure."""
    ids = {}
    for index, box in enumerate(scene.boxes):
        name = f"box-{box.id}"
        # Graphviz takes no strings of any length; the number keeps what is cut apart.
        ids[box.id] = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}-box{index}"
    return ids


class _Writer:
    def __init__(self, scene: Scene, theme: Theme, direction: Direction) -> None:
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.stages = stage_numbers(scene)
        self.nodes = {box.id: f"box{index}" for index, box in enumerate(scene.boxes)}
        self.elements = element_ids(scene)
        self.tones, _ = tones(scene, theme)
        self.swatches = 0
        self.graph = graphviz.Digraph()
        self.texts = 0
        self.frames = 0

    def write(self, layout: Layout, name: str) -> str:
        theme = self.theme
        self.graph.attr(
            "graph", bgcolor=theme.background, pad="0", margin="0", outputorder="edgesfirst",
            tooltip=_plain(name), fontname=family(theme.font),
        )  # fmt: skip
        self.graph.attr(
            "node", fixedsize="true", fontname=family(theme.font), fontsize=_number(theme.size),
            fontcolor=theme.text, penwidth=_number(theme.line_width), margin="0",
        )  # fmt: skip
        self.graph.attr(
            "edge", arrowsize=_number(_ARROW_SIZE), penwidth=_number(theme.line_width),
            color=theme.line, fontname=family(theme.font), fontsize=_number(theme.detail_size),
            fontcolor=theme.muted,
        )  # fmt: skip
        # Two invisible nodes in the corners of the page: it reaches no less and no more far.
        for name, corner in ((ANCHOR, layout.around.low), (f"{ANCHOR}2", layout.around.high)):
            self.graph.node(
                name, shape="point", style="invis", width="0", height="0", label="",
                pos=_pair(corner),
            )  # fmt: skip
        for frame in layout.frames:
            self._frame(frame)
        for placed in layout.boxes:
            self._box(placed)
        self._trunks(layout)
        for index, arrow in enumerate(layout.arrows):
            self._arrow(index, arrow)
        for frame in layout.frames:
            for position, text in enumerate(frame.texts):
                color = self.theme.muted if position else self._stage_tint(frame.group.stage).line
                place = self.direction.on_page(text.center)
                self._text(text.text, place, text.size, color, "note frame-label")
        for note in layout.notes:
            self._text(note.text, self.direction.on_page(note.center), note.size, theme.muted)
        for bracket in layout.brackets:
            self._bracket(bracket)
        self._around(layout.around)
        source: str = self.graph.source
        return source

    # Boxes and arrows

    def _box(self, placed: PlacedBox) -> None:
        box = placed.box
        tint = self.tones.get(box.id) or plain_tint(box, self.theme, self.stages)
        width, height = self.direction.size(placed.length, placed.breadth)
        merge = box.role == "merge"
        self.graph.node(
            self.nodes[box.id],
            label=self._label(box.label[:1] if merge else box.label, tint.fill),
            shape="circle" if merge else "box",
            style="filled" if merge else "rounded,filled",
            pos=self._place(placed.center),
            width=_number(width / 72),
            height=_number(height / 72),
            fillcolor=tint.fill,
            color=tint.line,
            id=_plain(self.elements[box.id]),
            tooltip=_plain(box.tooltip),
            **{"class": " ".join(["box", box.role, *self._stage_class(box.stage)])},
        )

    def _frame(self, placed: PlacedFrame) -> None:
        """A cluster, which Graphviz draws behind everything else."""
        area = placed.rectangle
        corners = [
            self.direction.on_page(Point(along, across))
            for along in (area.start, area.end)
            for across in (area.low, area.high)
        ]
        low, high = min(corners), max(corners)
        self.frames += 1
        with self.graph.subgraph(name=f"cluster{self.frames}") as cluster:
            cluster.attr(
                bb=f"{_pair(low)},{_pair(high)}",
                style="rounded,filled",
                fillcolor=self.theme.frame.fill,
                color=self._frame_line(placed.group.stage),
                penwidth=_number(self.theme.line_width),
                id=f"frame-{self.frames}",
                tooltip=_plain(placed.group.tooltip),
                **{"class": "frame"},
            )

    def _frame_line(self, stage: str) -> str:
        return self._stage_tint(stage).line if stage in self.stages else self.theme.frame.line

    def _stage_tint(self, stage: str) -> Tint:
        return stage_tint(stage, self.theme, self.stages)

    def _stage_class(self, stage: str) -> list[str]:
        return [f"stage{self.stages[stage] + 1}"] if stage in self.stages else []

    def _label(self, lines: Sequence[str], fill: str) -> str:
        """An HTML-like label: the first line in full size, the others smaller and muted."""
        theme = self.theme
        muted = readable(theme.muted, theme.text, fill)
        rows = [_escape(lines[0]) or " "]
        rows += [
            f'<font point-size="{_number(theme.detail_size)}" color="{muted}">'
            f"{_escape(line) or ' '}</font>"
            for line in lines[1:]
        ]
        if len(rows) == 1:
            return f"<{rows[0]}>"
        cells = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
        return (
            f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0.7">{cells}</table>>'
        )

    def _trunks(self, layout: Layout) -> None:
        """Lines without heads; each has the tooltip of the first arrow that follows it."""
        first = {trunk: placed.arrow for placed in layout.arrows[::-1] for trunk in placed.via}
        for trunk, route in enumerate(layout.trunks):
            arrow = first[trunk]
            self.graph.edge(
                self.nodes[arrow.source],
                self.nodes[arrow.target],
                dir="none",
                pos=" ".join(self._place(point) for point in route.curves()),
                id=f"trunk-{trunk}",
                tooltip=_plain(arrow.tooltip),
                **{"class": "arrow"},
            )

    def _arrow(self, index: int, placed: PlacedArrow) -> None:
        arrow = placed.arrow
        attributes = self._stroke(arrow.skip) if arrow.skip else {}
        if placed.label:
            color = self.theme.skips[arrow.skip].color if arrow.skip else self.theme.muted
            size = _number(placed.label.size)
            attributes["label"] = f'<<font point-size="{size}">{_escape(placed.label.text)}</font>>'
            attributes["fontcolor"] = color
            attributes["lp"] = self._place(placed.label.center)
        self.graph.edge(
            self.nodes[arrow.source],
            self.nodes[arrow.target],
            pos=self._spline(placed.route.curves()),
            id=f"arrow-{index}",
            tooltip=_plain(arrow.tooltip),
            **{"class": " ".join(["arrow", *(["skip", arrow.skip] if arrow.skip else [])])},
            **attributes,
        )

    def _stroke(self, kind: str) -> dict[str, str]:
        stroke: Stroke = self.theme.skips[kind]
        double = stroke.style == "double"
        return {
            "color": f"{stroke.color}:{stroke.color}" if double else stroke.color,
            "style": "solid" if double else stroke.style,
            "penwidth": _number(stroke.width),
        }

    # What stands beside them

    def _text(
        self, text: str, center: Place, size: float, color: str, weight: str = "note"
    ) -> None:
        self.texts += 1
        self.graph.node(
            f"text{self.texts}",
            label=f'<<font point-size="{_number(size)}">{_escape(text) or " "}</font>>',
            shape="none",
            pos=_pair(center),
            width=_number(text_width(text, size, self.theme.font) / 72),
            height=_number(size * LINE_HEIGHT / 72),
            fontcolor=color,
            id=f"text-{self.texts}",
            **{"class": weight},
        )

    def _bracket(self, bracket: Bracket) -> None:
        color = self._stage_tint(bracket.stage).line
        first, last = (self.direction.on_page(point) for point in bracket.line)
        self._line(first, last, {"color": color, "penwidth": "1.2"})
        for position, text in enumerate(bracket.texts):
            place = self.direction.on_page(text.center)
            self._text(text.text, place, text.size, self.theme.muted if position else color)

    def _line(self, start: Place, end: Place, attributes: dict[str, str]) -> None:
        ends = list(zip(start, end))
        self._path(
            [tuple(a + (b - a) * part / 3 for a, b in ends) for part in range(4)], attributes
        )

    def _path(self, points: Iterable[Iterable[float]], attributes: dict[str, str]) -> None:
        """A line without a head: an edge of the invisible node with a place of its own."""
        path = " ".join(_pair(point) for point in points)
        self.graph.edge(ANCHOR, ANCHOR, dir="none", pos=path, **attributes)

    def _around(self, around: Surroundings) -> None:
        """The title above the figure and the legend below it."""
        if self.scene.title:
            self._text(self.scene.title, around.title, around.title_size, self.theme.text, "title")
        for entry in around.legend:
            if entry.tone:
                self._swatch(entry.tone, *entry.line)
            else:
                self._line(*entry.line, self._stroke(entry.kind))
            size = self.theme.detail_size
            self._text(entry.text, entry.center, size, self.theme.muted, "legend")

    def _swatch(self, tone: ToneEntry, start: Place, end: Place) -> None:
        """A small box in the colour that is explained, or in all from little to much."""
        self.swatches += 1
        fill, line = tone.tint.fill, tone.tint.line
        self.graph.node(
            f"swatch{self.swatches}",
            label="",
            shape="box",
            style="filled",
            pos=_pair(((start[0] + end[0]) / 2, start[1])),
            width=_number((end[0] - start[0]) / 72),
            height=_number(self.theme.detail_size / 72),
            fillcolor=f"{fill}:{line}" if tone.ramp else fill,
            gradientangle="0",
            color=self.theme.neutral.line if tone.ramp else line,
            id=f"swatch-{self.swatches}",
            **{"class": "swatch"},
        )

    def _spline(self, path: Sequence[Point]) -> str:
        """A path that ends in an arrow head at its last point."""
        on_page = self.direction.on_page
        points = " ".join(_pair(on_page(point)) for point in without_head(path))
        return f"e,{_pair(on_page(path[-1]))} {points}"

    def _place(self, point: Point) -> str:
        return _pair(self.direction.on_page(point))


def _pair(place: Iterable[float]) -> str:
    return ",".join(_number(value) for value in place)


def _number(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _escape(text: str) -> str:
    """Text inside an HTML-like label, where Graphviz reads backslashes as escapes too."""
    return html.escape(shorten(clean(text), _LONGEST).replace("\n", " ").replace("\\", "\\\\"))


def _plain(text: str) -> Any:
    """Text as the value of an attribute, in which Graphviz would read entities."""
    return graphviz.escape(clean(text).replace("&", "&amp;"))
