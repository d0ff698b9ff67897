"""TikZ: a picture that can be edited, in the font of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from visualize.core.latex import escape_latex
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke, PaintedTint, Palette
from visualize.core.theme import Dashes, LineStyle
from visualize.export.curves import curves, is_straight
from visualize.export.formats import Job
from visualize.export.markup import number
from visualize.export.picture import (
    Arrow,
    Box,
    Bracket,
    Facing,
    Frame,
    LegendEntry,
    Picture,
    Swatch,
    Text,
)

_ROOM = 1.05  # size of the paper, in sizes of the picture
_SLACK = 1.05  # room for a text, in measured widths
_INSIDE = 6.0  # between a box and the text in it
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


def write(job: Job) -> bytes:
    r"""A ``tikzpicture``: styles first, then a named node per box and a path per arrow.

    The file compiles by itself and as input of a paper, where it defines ``\visualizecaption``.
    """
    lines = _Writer(job.picture, job.palette).lines(job.caption)
    return "".join(f"{line}\n" for line in lines).encode()


class _Writer:
    def __init__(self, picture: Picture, palette: Palette) -> None:
        self.picture = picture
        self.palette = palette
        self.names = _names([box.box.id for box in picture.boxes])
        self.tints = self._tints()

    def lines(self, caption: str) -> Iterator[str]:
        picture = self.picture
        # A little more than the picture, or TeX breaks the page before it.
        width, height = (_length(size * _ROOM + 1) for size in (picture.width, picture.height))
        yield f"% {' '.join(picture.description.split())}"
        background = _hex(picture.background)
        yield _HEAD % {"width": width, "height": height, "background": background}
        yield f"\\gdef\\visualizecaption{{{escape_latex(caption)}}}"
        for name, color in self._colors():
            yield f"\\definecolor{{visualize {name}}}{{HTML}}{{{_hex(color)}}}"
        # As on the page of a picture, y grows downwards.
        yield "\\begin{tikzpicture}[x=1bp, y=-1bp,"
        yield from (f"  {name}/.style={{{style}}}," for name, style in self._styles())
        yield "]"
        if background != "FFFFFF":
            corner = _pair((picture.width, picture.height))
            yield f"\\path[fill={_rgb(picture.background)}] (0,0) rectangle {corner};"
        yield from self._boxes()
        yield from self._notes()
        yield "\\end{tikzpicture}"
        yield _TAIL

    def _boxes(self) -> Iterator[str]:
        """Frames, boxes and arrows."""
        picture = self.picture
        for frame in picture.frames:
            yield from self._frame(frame)
        for box in picture.boxes:
            yield self._box(box)
        for trunk in picture.trunks:
            yield f"\\draw[line] {_path(trunk.path)};"
        for arrow in picture.arrows:
            yield from self._arrow(arrow)
        for shortcut in picture.shortcuts:
            yield f"\\draw[arrow, {shortcut.kind}] {_path(shortcut.path)};"

    def _notes(self) -> Iterator[str]:
        """Notes, brackets, title and legend."""
        picture = self.picture
        for box in picture.boxes:
            if box.note:
                yield self._note(box.note)
        for bracket in picture.brackets:
            yield from self._bracket(bracket)
        if picture.title:
            yield self._note(picture.title, ", text=visualize text")
        for entry in picture.legend:
            yield from self._entry(entry)

    # Styles

    def _tints(self) -> dict[str, PaintedTint]:
        palette = self.palette
        plain = {
            "layer": palette.neutral,
            "terminal": palette.terminal,
            "merge": palette.merge,
            "frame": palette.frame,
        }
        return plain | {f"stage {one.number}": one.tint for one in palette.stages.values()}

    def _colors(self) -> Iterator[tuple[str, Paint]]:
        palette = self.palette
        yield from (("text", palette.text), ("muted", palette.muted), ("line", palette.plain.color))
        for name, tint in self.tints.items():
            yield from ((f"{name} fill", tint.fill), (f"{name} line", tint.line))
        yield from ((kind, stroke.color) for kind, stroke in palette.skips.items())

    def _styles(self) -> Iterator[tuple[str, str]]:
        picture = self.picture
        font, small = (_font(size, 1.2) for size in (picture.size, picture.detail_size))
        width = f"line width={number(picture.line_width)}bp"
        yield "box", f"draw, {width}, rounded corners=4bp, align=center, inner sep=0pt, font={font}"
        for name in self.tints:
            shape = "circle, " if name == "merge" else ""
            yield (
                name,
                f"{shape}fill=visualize {name} fill, draw=visualize {name} line, "
                "text=visualize text",
            )
        yield "note", f"inner sep=0pt, font={small}, text=visualize muted"
        yield "line", f"{width}, draw=visualize line"
        yield "arrow", "line, -{Latex[length=5bp, width=4bp]}"
        for kind, stroke in self.palette.skips.items():
            yield kind, f"draw=visualize {kind}, {_look(stroke)}"

    # Things

    def _frame(self, frame: Frame) -> Iterator[str]:
        style = self._stage(frame.group.stage, ", draw=")
        area = frame.area
        corners = f"{_pair((area.left, area.top))} rectangle {_pair((area.right, area.bottom))}"
        yield f"\\draw[box, frame{style}] {corners};"
        for text in frame.texts:
            yield self._note(text)

    def _stage(self, group: str, before: str) -> str:
        """The colour of a stage, if it has one of its own."""
        stage = self.palette.stages.get(group)
        return f"{before}visualize stage {stage.number} line" if stage else ""

    def _box(self, box: Box) -> str:
        name, area = self._role(box), box.area
        if box.is_circle:
            style = f"{name}, minimum size={_length(area.width)}"
        else:
            sizes = _length(area.width), _length(area.height)
            style = f"{name}, minimum width={sizes[0]}, minimum height={sizes[1]}"
            if box.tint != self.tints[name]:
                style += f", fill={_rgb(box.tint.fill)}, draw={_rgb(box.tint.line)}"
        text = self._lines(box, area.width - _INSIDE)
        place = _pair(area.center)
        return f"\\node[box, {style}] ({self.names[box.box.id]}) at {place} {{{text}}};"

    def _role(self, box: Box) -> str:
        """The style of a box."""
        if box.is_circle:
            return "merge"
        if box.box.role in ("input", "output"):
            return "terminal"
        return f"stage {box.stage}" if box.stage else "layer"

    def _lines(self, box: Box, room: float) -> str:
        first, *others = box.lines
        if box.is_circle:
            return escape_latex(first.text)
        muted = box.tint.detail == self.palette.muted
        color = "visualize muted" if muted else "visualize text"
        details = [
            f"{_font(line.size)}\\color{{{color}}}{_fit(room, line.text)}" for line in others
        ]
        return "\\\\".join([_fit(room, first.text), *details])

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        scene = arrow.arrow
        style = f"arrow, {scene.skip}" if scene.skip else "arrow"
        ends = f"{self.names[scene.source]} to {self.names[scene.target]}"
        yield f"\\draw[{style}] {_path(arrow.path)}; % {ends}"
        if arrow.label:
            color = f", text=visualize {scene.skip}" if scene.skip else ""
            yield self._note(arrow.label, color)

    def _bracket(self, bracket: Bracket) -> Iterator[str]:
        style = self._stage(bracket.group, ", draw=")
        width = number(bracket.line.stroke.width)
        yield f"\\draw[line{style}, line width={width}bp] {_path(bracket.line.path)};"
        for position, text in enumerate(bracket.texts):
            yield self._note(text, "" if position else self._stage(bracket.group, ", text="))

    def _entry(self, entry: LegendEntry) -> Iterator[str]:
        if isinstance(entry.sample, Swatch):
            yield _swatch(entry.sample)
        elif isinstance(entry.sample, Text):
            yield self._note(entry.sample, ", text=visualize text")
        else:
            yield f"\\draw[{entry.kind}] {_path(entry.sample.path)};"
        yield self._note(entry.text)

    def _note(self, text: Text, color: str = "") -> str:
        """Text that keeps its distance from what it belongs to, in whatever font."""
        style, (x, y) = f"note{color}", text.center
        if text.size != self.picture.detail_size:
            style += f", font={_font(text.size)}"
        if text.facing is Facing.LEFT:
            style, x = f"{style}, anchor=west", x - text.width / 2
        elif text.facing is Facing.RIGHT:
            style, x = f"{style}, anchor=east", x + text.width / 2
        return f"\\node[{style}] at {_pair((x, y))} {{{_fit(_SLACK * text.width, text.text)}}};"


def _swatch(swatch: Swatch) -> str:
    """A small box in one colour, or in a gradient."""
    look = f"fill={_rgb(swatch.fill)}"
    if swatch.ramp:
        look = f"left color={_rgb(swatch.fill)}, right color={_rgb(swatch.ramp)}"
    area: Area = swatch.area
    corners = f"{_pair((area.left, area.top))} rectangle {_pair((area.right, area.bottom))}"
    draw = "shadedraw" if swatch.ramp else "draw"
    return f"\\{draw}[line, draw={_rgb(swatch.line)}, {look}] {corners};"


def _look(stroke: PaintedStroke) -> str:
    style = stroke.style
    if style.strands == 1:
        return f"line width={number(stroke.width)}bp, {style.dashes.value}"
    if style is LineStyle.TRIPLE:
        # The line in the middle is drawn over the gap of a wide double one.
        middle = "postaction={draw, -, double=none, line width=0.7bp}"
        return f"double, double distance=2.7bp, line width=0.7bp, {middle}"
    dashes = "" if style.dashes is Dashes.SOLID else f", {style.dashes.value}"
    return f"double, double distance=1bp, line width=0.7bp{dashes}"


def _path(path: Sequence[Place]) -> str:
    """Curves with their control points, and lines where these are straight."""
    parts = [_pair(path[0])]
    for curve in curves(path):
        if is_straight(curve):
            parts.append(f"-- {_pair(curve[3])}")
        else:
            first, second, end = map(_pair, curve[1:])
            parts.append(f".. controls {first} and {second} .. {end}")
    return " ".join(parts)


def _font(size: float, leading: float = 1.0) -> str:
    return f"\\fontsize{{{number(size)}}}{{{number(size * leading)}}}\\selectfont"


def _fit(room: float, text: str) -> str:
    return f"\\visualizefit{{{_length(room)}}}{{{escape_latex(text)}}}"


def _names(ids: Sequence[str]) -> dict[str, str]:
    """Names of nodes: letters, digits and hyphens."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for one in ids:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", one).strip("-") or "box"
        name, count = plain, 2
        while name in taken:
            name, count = f"{plain}-{count}", count + 1
        names[one] = name
        taken.add(name)
    return names


def _hex(color: Paint) -> str:
    return color.day.lstrip("#").upper()


def _rgb(color: Paint) -> str:
    red, green, blue = (int(color.day[place : place + 2], 16) for place in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _pair(place: Place) -> str:
    return f"({number(place[0])},{number(place[1])})"


def _length(value: float) -> str:
    return f"{number(value)}bp"
