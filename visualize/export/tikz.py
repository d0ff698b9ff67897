"""TikZ: a laid out scene as a picture that can be edited, in the font of the document."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import partial

from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.geometry import Point, sample
from visualize.core.latex import escape_latex
from visualize.core.layout import Bracket, Layout, PlacedArrow, PlacedBox, PlacedFrame, PlacedText
from visualize.core.palette import ToneEntry, plain_tint, readable, stage_numbers, tones
from visualize.core.scene import Scene
from visualize.core.theme import Stroke, Theme, Tint

_STRAIGHT = 0.01
_ROOM = 1.05  # the paper beside what is measured
_INSIDE = 6.0  # between a box and what stands in it
_HEAD = r"""%% By itself: pdflatex or xelatex of this file. In a paper: \usepackage{tikz} and
%% \usetikzlibrary{arrows.meta} in the preamble, then in a figure \input of this file and, where
%% this caption serves, \caption[A short title]{\visualizecaption}.
\makeatletter
\ifx\@nodocument\relax\else
  \documentclass{article}
  \usepackage[paperwidth=%(width)s,paperheight=%(height)s,margin=0pt]{geometry}
  \usepackage{tikz}
  \usetikzlibrary{arrows.meta}
  \pagestyle{empty}
  \setlength{\parindent}{0pt}
  \setlength{\topskip}{0pt}
  \pagecolor[HTML]{%(background)s}
  \def\visualizealone{\par\vspace*{\fill}\end{document}}
  \begin{document}
  \centering
  \vspace*{\fill}
\fi
\makeatother
%% Text in no more room than it was given, whatever the font.
\providecommand{\visualizefit}[2]{%%
  \setbox0\hbox{#2}\ifdim\wd0>#1\relax\resizebox{#1}{!}{\box0}\else\box0\fi}"""
_TAIL = r"""\ifdefined\visualizealone\expandafter\visualizealone\fi"""


def to_tikz(scene: Scene, layout: Layout, theme: Theme, direction: Direction, caption: str) -> str:
    r"""A ``tikzpicture`` of a scene: styles first, then a named node a box and a path an arrow.

    The file compiles by itself and as input of a paper, where it defines ``\visualizecaption``.
    """
    lines = _Writer(scene, layout, theme, direction).lines(caption)
    return "".join(f"{line}\n" for line in lines)


class _Writer:
    def __init__(self, scene: Scene, layout: Layout, theme: Theme, direction: Direction) -> None:
        self.scene = scene
        self.layout = layout
        self.theme = theme
        self.direction = direction
        self.tones, _ = tones(scene, theme)
        self.numbers = stage_numbers(scene)
        self.stages = {
            stage: f"stage {number % len(theme.stages) + 1}"
            for stage, number in self.numbers.items()
        }
        self.names = _names([box.id for box in scene.boxes])

    def lines(self, caption: str) -> Iterator[str]:
        # A little more than the picture, or TeX breaks the page before it.
        width, height = (_length(size * _ROOM + 1) for size in self.layout.around.size)
        yield f"% {' '.join(self.scene.description.split())}"
        background = self.theme.background.lstrip("#").upper()
        yield _HEAD % {"width": width, "height": height, "background": background}
        yield f"\\gdef\\visualizecaption{{{escape_latex(caption)}}}"
        yield from self._colors()
        yield "\\begin{tikzpicture}[x=1bp, y=1bp,"
        yield from (f"  {name}/.style={{{style}}}," for name, style in self._styles())
        yield "]"
        yield from self._background()
        for frame in self.layout.frames:
            yield from self._frame(frame)
        for placed in self.layout.boxes:
            yield self._box(placed)
        for trunk in self.layout.trunks:
            yield f"\\draw[line] {self._path(trunk.curves())};"
        for arrow in self.layout.arrows:
            yield from self._arrow(arrow)
        for note in self.layout.notes:
            near = min(
                (box.center for box in self.layout.boxes), key=partial(math.dist, note.center)
            )
            yield self._text(note, "note", near)
        for bracket in self.layout.brackets:
            yield from self._bracket(bracket)
        yield from self._around()
        yield "\\end{tikzpicture}"
        yield _TAIL

    def _background(self) -> Iterator[str]:
        """A ground for what is not drawn for white paper."""
        background = self.theme.background
        if background.lower() != "#ffffff":
            around = self.layout.around
            fill = f"fill={{rgb,255:{_rgb(background)}}}"
            yield f"\\path[{fill}] {_pair(around.low)} rectangle {_pair(around.high)};"

    # Styles

    def _colors(self) -> Iterator[str]:
        for name, color in self._palette().items():
            yield f"\\definecolor{{{name}}}{{HTML}}{{{color.lstrip('#').upper()}}}"

    def _palette(self) -> dict[str, str]:
        theme = self.theme
        colors = {"text": theme.text, "muted": theme.muted, "line": theme.line}
        for name, tint in self._tints().items():
            colors |= {f"{name} fill": tint.fill, f"{name} line": tint.line}
        colors |= {kind: theme.skips[kind].color for kind in self.scene.skip_kinds}
        return {f"visualize {name}": color for name, color in colors.items()}

    def _tints(self) -> dict[str, Tint]:
        theme = self.theme
        stages = {
            f"stage {index}": tint
            for index, tint in enumerate(theme.stages, start=1)
            if f"stage {index}" in self.stages.values()
        }
        plain = {
            "layer": theme.neutral, "terminal": theme.terminal, "merge": theme.merge,
            "frame": theme.frame,
        }  # fmt: skip
        return plain | stages

    def _styles(self) -> Iterator[tuple[str, str]]:
        theme = self.theme
        size, small = theme.size, theme.detail_size
        font = f"\\fontsize{{{_number(size)}}}{{{_number(size * 1.2)}}}\\selectfont"
        note = f"\\fontsize{{{_number(small)}}}{{{_number(small * 1.2)}}}\\selectfont"
        width = f"line width={_number(theme.line_width)}bp"
        yield "box", f"draw, {width}, rounded corners=4bp, align=center, inner sep=0pt, font={font}"
        for name in self._tints():
            shape = "circle, " if name == "merge" else ""
            yield (
                name,
                f"{shape}fill=visualize {name} fill, draw=visualize {name} line, "
                "text=visualize text",
            )
        yield "note", f"inner sep=0pt, font={note}, text=visualize muted"
        yield "line", f"{width}, draw=visualize line"
        yield "arrow", "line, -{Latex[length=5bp, width=4bp]}"
        for kind in self.scene.skip_kinds:
            yield kind, self._stroke(kind, theme.skips[kind])

    def _stroke(self, kind: str, stroke: Stroke) -> str:
        if stroke.style == "double":
            look = "double, double distance=1bp, line width=0.7bp"
        else:
            look = f"line width={_number(stroke.width)}bp, {stroke.style}"
        return f"draw=visualize {kind}, {look}"

    # The picture

    def _frame(self, placed: PlacedFrame) -> Iterator[str]:
        area = placed.rectangle
        corners = [
            self.direction.on_page(Point(along, across))
            for along, across in ((area.start, area.low), (area.end, area.high))
        ]
        yield (
            f"\\draw[box, frame{self._stage(placed.group.stage, ', draw=')}] "
            f"{_pair(corners[0])} rectangle {_pair(corners[1])};"
        )
        left = Point(area.start, area.low)
        for text in placed.texts:
            yield self._text(text, "note", left)

    def _stage(self, stage: str, before: str) -> str:
        name = self.stages.get(stage)
        return f"{before}visualize {name} line" if name else ""

    def _box(self, placed: PlacedBox) -> str:
        box = placed.box
        width, height = self.direction.size(placed.length, placed.breadth)
        if box.role == "merge":
            sizes = f"merge, minimum size={_length(width)}"
        else:
            role = "terminal" if box.role in ("input", "output") else "layer"
            role = self.stages.get(box.stage, role)
            sizes = f"{role}, minimum width={_length(width)}, minimum height={_length(height)}"
        tone = self.tones.get(box.id)
        if tone and box.role != "merge":
            sizes += f", fill={{rgb,255:{_rgb(tone.fill)}}}, draw={{rgb,255:{_rgb(tone.line)}}}"
        room = width - _INSIDE
        lines = [_fit(room, line) for line in box.label]
        small = _number(self.theme.detail_size)
        fill = tone.fill if tone else plain_tint(box, self.theme, self.numbers).fill
        muted = self.theme.muted == readable(self.theme.muted, self.theme.text, fill)
        color = "visualize muted" if muted else "visualize text"
        details = [
            f"\\fontsize{{{small}}}{{{small}}}\\selectfont\\color{{{color}}}{line}"
            for line in lines[1:]
        ]
        text = "\\\\".join([lines[0], *details])
        if box.role == "merge":
            text = escape_latex(box.label[0])
        at = _pair(self.direction.on_page(placed.center))
        return f"\\node[box, {sizes}] ({self.names[box.id]}) at {at} {{{text}}};"

    def _arrow(self, placed: PlacedArrow) -> Iterator[str]:
        arrow = placed.arrow
        style = ["arrow", *([arrow.skip] if arrow.skip else [])]
        ends = f"{self.names[arrow.source]} to {self.names[arrow.target]}"
        yield f"\\draw[{', '.join(style)}] {self._path(placed.route.curves())}; % {ends}"
        if placed.label:
            told = f"note, text=visualize {arrow.skip}" if arrow.skip else "note"
            path = self.layout.whole(placed).curves()
            points = [*path[::3], *sample(path)]
            near = min(points, key=partial(math.dist, placed.label.center))
            yield self._text(placed.label, told, near)

    def _path(self, path: Sequence[Point]) -> str:
        """Curves with their control points, and lines where these are straight."""
        points = [self.direction.on_page(point) for point in path]
        told = _pair(points[0])
        for place in range(0, len(points) - 1, 3):
            start, first, second, end = points[place : place + 4]
            if math.dist(start, end) < _STRAIGHT:
                continue
            if _is_straight(start, first, second, end):
                told += f" -- {_pair(end)}"
            else:
                told += f" .. controls {_pair(first)} and {_pair(second)} .. {_pair(end)}"
        return told

    def _text(self, text: PlacedText, style: str, near: Point) -> str:
        """Text that keeps its distance from a point, however wide it is in another font."""
        center, point = self.direction.on_page(text.center), self.direction.on_page(near)
        return self._note(text.text, center, text.size, style, point)

    def _note(
        self, text: str, at: Sequence[float], size: float, style: str, near: Sequence[float]
    ) -> str:
        if size != self.theme.detail_size:
            style += f", font=\\fontsize{{{_number(size)}}}{{{_number(size)}}}\\selectfont"
        half = text_width(text, size, self.theme.font) / 2
        if abs(near[0] - at[0]) >= half - _STRAIGHT:
            side = 1 if near[0] < at[0] else -1
            style += f", anchor={'west' if side > 0 else 'east'}"
            at = (at[0] - side * half, at[1])
        return f"\\node[{style}] at {_pair(at)} {{{_fit(2.1 * half, text)}}};"

    def _bracket(self, bracket: Bracket) -> Iterator[str]:
        first, last = (self.direction.on_page(point) for point in bracket.line)
        color = self._stage(bracket.stage, ", draw=")
        yield f"\\draw[line{color}, line width=1.2bp] {_pair(first)} -- {_pair(last)};"
        for position, text in enumerate(bracket.texts):
            color = "" if position else self._stage(bracket.stage, ", text=")
            yield self._text(text, f"note{color}", Point(text.center.along, bracket.line[0].across))

    def _around(self) -> Iterator[str]:
        """The title above the figure and the legend below it."""
        around = self.layout.around
        if self.scene.title:
            style = "note, text=visualize text"
            yield self._note(self.scene.title, around.title, around.title_size, style, around.title)
        for entry in around.legend:
            start, end = entry.line
            if entry.tone:
                yield self._swatch(entry.tone, start, end)
            else:
                yield f"\\draw[{entry.kind}] {_pair(start)} -- {_pair(end)};"
            yield self._note(entry.text, entry.center, self.theme.detail_size, "note", end)

    def _swatch(self, tone: ToneEntry, start: Sequence[float], end: Sequence[float]) -> str:
        """A small box in the colour that is explained, or in all from little to much."""
        fill, line = (f"{{rgb,255:{_rgb(color)}}}" for color in (tone.tint.fill, tone.tint.line))
        look = f"left color={fill}, right color={line}" if tone.ramp else f"fill={fill}"
        border = f"{{rgb,255:{_rgb(self.theme.neutral.line)}}}" if tone.ramp else line
        corners = _pair((start[0], start[1] - 3.5)), _pair((end[0], end[1] + 3.5))
        draw = "shadedraw" if tone.ramp else "draw"
        return f"\\{draw}[line, draw={border}, {look}] {corners[0]} rectangle {corners[1]};"


def _fit(room: float, text: str) -> str:
    return f"\\visualizefit{{{_length(room)}}}{{{escape_latex(text)}}}"


def _is_straight(*points: Sequence[float]) -> bool:
    """Whether points lie on one line, in this order or not."""
    start, *others, end = points
    length = math.dist(start, end)
    across = (end[1] - start[1], start[0] - end[0])
    return all(
        abs((point[0] - start[0]) * across[0] + (point[1] - start[1]) * across[1])
        < _STRAIGHT * length
        for point in others
    )


def _names(ids: Sequence[str]) -> dict[str, str]:
    """Names of nodes: letters, digits and hyphens."""
    names: dict[str, str] = {}
    for one in ids:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", one).strip("-") or "box"
        taken = set(names.values())
        number = 2
        name = plain
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        names[one] = name
    return names


def _rgb(color: str) -> str:
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"red,{red};green,{green};blue,{blue}"


def _pair(place: Sequence[float]) -> str:
    return f"({_number(place[0])},{_number(place[1])})"


def _length(value: float) -> str:
    return f"{_number(value)}bp"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
