"""The DOT source of a figure, with a place for everything.

``layout`` in the source lets the command ``dot`` draw it as it is, and nodes are in the clusters of
their frames, so that other programs find the structure.

Text is escaped here for DOT: labels are HTML-like, in which Graphviz also reads backslashes, and
other attributes are quoted by the library graphviz.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import graphviz

from visualize.core.fonts import LINE_HEIGHT, family
from visualize.core.geometry import HEAD_LENGTH
from visualize.core.page import Area, Place
from visualize.core.palette import PaintedStroke, Palette
from visualize.export.formats import Job
from visualize.export.markup import clean, number
from visualize.export.parts import outlines
from visualize.export.picture import (
    Arrow,
    Box,
    Frame,
    LegendEntry,
    Line,
    Picture,
    Shortcut,
    Swatch,
    Text,
)

# No name of a box has a slash.
_ANCHOR = "/anchor"
_ARROW_SIZE = HEAD_LENGTH / 10
# Where the font of the figure is not installed.
_OTHER_FONTS = "Helvetica,Arial,sans-serif"
# Graphviz measures text a little wider, and warns where a label is wider than its node.
_SLACK = 1.5
# Above and below a row of a label, as Graphviz spaces the rows of a table.
_PADDING = "0.7"


def write(job: Job) -> bytes:
    """The figure as DOT source."""
    return to_dot(job.picture, job.palette).encode()


def to_dot(picture: Picture, palette: Palette) -> str:
    """``picture`` as DOT for the engine ``nop2``, which draws and moves nothing.

    Graphviz counts y from the bottom of the page. ``palette`` has the colours of most things.
    """
    return _Writer(picture, palette).source()


class _Writer:
    def __init__(self, picture: Picture, palette: Palette) -> None:
        self.picture = picture
        self.palette = palette
        self.nodes = {box.box.id: box.id.removeprefix("box-") for box in picture.boxes}
        self.graph = graphviz.Digraph(name=_name(clean(picture.name).replace("&", "&amp;")))

    def source(self) -> str:
        picture = self.picture
        self._defaults()
        # Invisible nodes in two corners of the page, which set its size.
        corners = (0.0, picture.height), (picture.width, 0.0)
        for name, corner in zip((_ANCHOR, f"{_ANCHOR}2"), corners):
            self.graph.node(
                name, shape="point", style="invis", width="0", height="0", label="",
                pos=self._pair(corner),
            )  # fmt: skip
        self._inside(self.graph, None)
        for trunk in picture.trunks:
            self._line(trunk)
        for arrow in picture.arrows:
            self._arrow(arrow)
        for shortcut in picture.shortcuts:
            self._shortcut(shortcut)
        for bracket in picture.brackets:
            self._line(bracket.line)
        for entry in picture.legend:
            self._sample(entry)
        for text in picture.texts():
            self._text(text)
        source: str = self.graph.source
        return source

    def _defaults(self) -> None:
        picture = self.picture
        font, width = f"{family(picture.font)},{_OTHER_FONTS}", number(picture.line_width, 3)
        background = picture.background.day if picture.background else "transparent"
        self.graph.attr(
            "graph", layout="nop2", bb=f"0,0,{self._pair((picture.width, 0.0))}",
            bgcolor=background, pad="0", margin="0",
            outputorder="edgesfirst", tooltip=_plain(picture.name), fontname=font,
        )  # fmt: skip
        self.graph.attr(
            "node", fixedsize="shape", fontname=font, fontsize=number(picture.size, 3),
            fontcolor=self.palette.text.day, penwidth=width, margin="0",
        )  # fmt: skip
        self.graph.attr(
            "edge", arrowsize=number(_ARROW_SIZE, 3), fontname=font,
            fontsize=number(picture.detail_size, 3), fontcolor=self.palette.muted.day,
            penwidth=width, color=self.palette.plain.color.day,
        )  # fmt: skip

    # Things

    def _inside(self, graph: graphviz.Digraph, around: str | None) -> None:
        """The frames and boxes directly in one frame, or in none."""
        frames, boxes = self.picture.inside(around)
        for frame in frames:
            self._frame(graph, frame)
        for box in boxes:
            self._box(graph, box)

    def _box(self, graph: graphviz.Digraph, box: Box) -> None:
        stage = [f"stage{box.stage}"] if box.stage else []
        # The size of all lines but the first: sizes inside a label are whole numbers.
        size = {"fontsize": number(box.lines[-1].size, 3)} if len(box.lines) > 1 else {}
        graph.node(
            self.nodes[box.box.id],
            label=_label(box.lines),
            shape="circle" if box.is_circle else "box",
            fillcolor=box.tint.fill.day,
            color=box.tint.line.day,
            id=_plain(box.id),
            tooltip=_plain(box.box.tooltip),
            **_border(box),
            **size,
            **self._area(box.area),
            **{"class": " ".join(["box", box.box.role, *stage])},
        )
        for number_, (area, _) in enumerate(outlines(box)[1:]):
            graph.node(
                f"{self.nodes[box.box.id]}/{number_}",
                label="",
                shape="circle" if box.is_circle else "box",
                style="" if box.is_circle else "rounded",
                color=box.tint.line.day,
                penwidth=_border(box)["penwidth"],
                **self._area(area),
            )

    def _frame(self, graph: graphviz.Digraph, frame: Frame) -> None:
        """A cluster, which Graphviz draws behind everything else, with what is in it."""
        area = frame.area
        low, high = (area.left, area.bottom), (area.right, area.top)
        with graph.subgraph(name=f"cluster-{frame.id}") as cluster:
            cluster.attr(
                bb=f"{self._pair(low)},{self._pair(high)}",
                style="rounded,filled",
                fillcolor=frame.fill.day,
                color=frame.line.day,
                penwidth=number(self.picture.line_width, 3),
                id=frame.id,
                tooltip=_plain(frame.group.tooltip),
                **{"class": "frame"},
            )
            self._inside(cluster, frame.id)

    def _arrow(self, arrow: Arrow) -> None:
        scene, label = arrow.arrow, {}
        if arrow.label:
            if scene.skip:
                label["fontcolor"] = arrow.label.color.day
            label |= {
                "label": f"<{_escape(arrow.label.text) or ' '}>",
                "lp": self._pair(arrow.label.center),
            }
        self.graph.edge(
            self.nodes[scene.source],
            self.nodes[scene.target],
            pos=f"e,{self._pair(arrow.path[-1])} {self._path(arrow.shaft)}",
            id=arrow.id,
            tooltip=_plain(scene.tooltip),
            **{"class": " ".join(["arrow", *(["skip", scene.skip] if scene.skip else [])])},
            **self._stroke(arrow.stroke),
            **label,
        )

    def _line(self, line: Line) -> None:
        """A line without a head: an edge of the invisible node, with its own path."""
        self.graph.edge(
            _ANCHOR, _ANCHOR, dir="none", pos=self._path(line.path), id=line.id,
            **self._stroke(line.stroke),
        )  # fmt: skip

    def _shortcut(self, shortcut: Shortcut) -> None:
        """An arc beside a box, which is no edge of the graph."""
        self.graph.edge(
            _ANCHOR, _ANCHOR, id=shortcut.id,
            pos=f"e,{self._pair(shortcut.path[-1])} {self._path(shortcut.shaft)}",
            **self._stroke(shortcut.stroke),
        )  # fmt: skip

    def _sample(self, entry: LegendEntry) -> None:
        if isinstance(entry.sample, Swatch):
            self._swatch(entry.sample, entry.text.text)
        elif isinstance(entry.sample, Line):
            self._line(entry.sample)

    def _swatch(self, swatch: Swatch, text: str) -> None:
        fill = swatch.fill.day
        self.graph.node(
            f"/{swatch.id}",
            label="",
            shape="box",
            style="filled",
            fillcolor=f"{fill}:{swatch.ramp.day}" if swatch.ramp else fill,
            gradientangle="0",
            color=swatch.line.day,
            id=swatch.id,
            tooltip=_plain(text),
            **self._area(swatch.area),
            **{"class": "swatch"},
        )

    def _text(self, text: Text) -> None:
        self.graph.node(
            f"/{text.id}",
            label=f"<{_escape(text.text) or ' '}>",
            shape="none",
            pos=self._pair(text.center),
            width=number((text.width + _SLACK) / 72, 3),
            height=number(text.size * LINE_HEIGHT / 72, 3),
            fontsize=number(text.size, 3),
            fontcolor=text.color.day,
            id=text.id,
            **{"class": text.classes},
        )

    def _stroke(self, stroke: PaintedStroke) -> dict[str, str]:
        if stroke == self.palette.plain:
            return {}
        color = stroke.color.day
        return {
            "color": ":".join([color] * stroke.style.strands),
            "style": stroke.style.dashes.value,
            "penwidth": number(stroke.width, 3),
        }

    # Places

    def _area(self, area: Area) -> dict[str, str]:
        """The place and size of a node."""
        return {
            "pos": self._pair(area.center),
            "width": number(area.width / 72, 3),
            "height": number(area.height / 72, 3),
        }

    def _path(self, points: Iterable[Place]) -> str:
        return " ".join(map(self._pair, points))

    def _pair(self, place: Place) -> str:
        return f"{number(place[0], 3)},{number(self.picture.height - place[1], 3)}"


def _name(text: str) -> str:
    """The name of a graph; one in parentheses would be taken for HTML."""
    return clean(text).strip("<>") or "figure"


def _border(box: Box) -> dict[str, str]:
    """The style of a box and, where it has one of its own, that of its border."""
    style = "filled" if box.is_circle else "rounded,filled"
    if not box.border:
        return {"style": style}
    dashes = box.border.style.dashes.value
    style += "" if dashes == "solid" else f",{dashes}"
    return {"style": style, "penwidth": number(box.border.width, 3)}


def _label(lines: Sequence[Text]) -> str:
    """An HTML-like label: a row for each line."""
    first, *others = lines
    if not others:
        return f"<{_escape(first.text) or ' '}>"
    rows = [f'<font point-size="{number(first.size, 3)}">{_escape(first.text) or " "}</font>']
    rows += [
        f'<font color="{line.color.day}">{_escape(line.text) or " "}</font>' for line in others
    ]
    cells = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
    table = f'border="0" cellborder="0" cellspacing="0" cellpadding="{_PADDING}"'
    return f"<<table {table}>{cells}</table>>"


def _escape(text: str) -> str:
    """Text inside an HTML-like label, where Graphviz reads backslashes as escapes too."""
    return html.escape(text.replace("\\", "\\\\"))


def _plain(text: str) -> Any:
    """Text as the value of an attribute, in which Graphviz would read entities."""
    return graphviz.escape(clean(text).replace("&", "&amp;"))
