"""The styles of a picture: sizes, colours and dashes, all in one place at its top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualize.core.fonts import line_extent
from visualize.core.palette import Paint, PaintedStroke, PaintedTint, Palette
from visualize.core.theme import LineStyle
from visualize.export.curves import APART, DASHES, head_size
from visualize.export.markup import number
from visualize.export.picture import Box, Picture

_TIGHTER = {"times": 3, "to": 1, "cdot": 1}
# The styles of text beside boxes, by the name of their size.
_TEXT_STYLES = {"text": "label", "detail": "note", "title": "title"}
ROOM = 1.0  # between a text and the border of its box


@dataclass(frozen=True)
class Styles:
    """What nodes and paths have in common.

    Attributes:
        picture: what is drawn.
        palette: its colours.
        distance: the most common distance between two boxes, which nodes need not repeat.
    """

    picture: Picture
    palette: Palette
    distance: float

    def lines(self) -> Iterator[str]:
        """The source that defines them."""
        distance = number(self.distance)
        yield "\\tikzset{visualize/.style={x=1bp, y=1bp,"
        yield f"  node distance={distance}bp and {distance}bp,"
        yield "  /utils/exec={%"
        for name, color in self._colors():
            yield f"    \\definecolor{{visualize {name}}}{{HTML}}{{{_hex(color)}}}%"
        # Signs without the room around operators, as narrow as in other fonts.
        for sign, room in _TIGHTER.items():
            yield f"    \\let\\visualize{sign}\\{sign}%"
            tight = f"\\mkern-{room}mu\\visualize{sign}\\mkern-{room}mu"
            yield f"    \\def\\{sign}{{{tight}}}%"
        for name, size in self.sizes.items():
            yield f"    \\def\\visualize{name}{{{self._font(size)}}}%"
        yield "  },"
        for name, style in self._styles():
            yield f"  {name}/.style={{{style}}},"
        yield "  every visualize/.try}}%"

    @property
    def sizes(self) -> Mapping[str, float]:
        """The sizes of text by name."""
        picture = self.picture
        sizes = {"text": picture.size, "detail": picture.detail_size}
        if picture.title:
            sizes["title"] = picture.title.size
        return sizes

    @property
    def tints(self) -> Mapping[str, PaintedTint]:
        """The colours of boxes by the name of their style."""
        palette = self.palette
        plain = {"layer": palette.neutral, "terminal": palette.terminal, "merge": palette.merge}
        return plain | {f"stage {one.number}": one.tint for one in palette.stages.values()}

    @property
    def rows(self) -> Mapping[str, tuple[float, float]]:
        """The height and radius of boxes by the name of their style, which counts lines."""
        found: dict[str, Counter[tuple[float, float]]] = {}
        for box in self.picture.boxes:
            if not box.is_circle:
                shape = round(box.area.height, 2), round(box.radius, 2)
                found.setdefault(rows_of(box), Counter())[shape] += 1
        return {name: found[name].most_common(1)[0][0] for name in sorted(found)}

    def color(self, paint: Paint) -> str:
        """A colour by its name, if it has one."""
        names = {_hex(color): name for name, color in reversed(list(self._colors()))}
        name = names.get(_hex(paint))
        return f"visualize {name}" if name else rgb(paint)

    def text_style(self, size: float) -> tuple[str, Paint]:
        """The style of text beside boxes, with its colour."""
        for name, known in self.sizes.items():
            if known == size:
                paint = self.palette.muted if name == "detail" else self.palette.text
                return _TEXT_STYLES[name], paint
        return f"note, execute at begin node={self.size_of(size)}", self.palette.muted

    def size_of(self, size: float) -> str:
        """The macro for text of a size."""
        names = {value: name for name, value in reversed([*self.sizes.items()])}
        return f"\\visualize{names[size]}" if size in names else self._font(size)

    def _colors(self) -> Iterator[tuple[str, Paint]]:
        palette = self.palette
        yield from (("background", palette.background), ("text", palette.text))
        yield from (("muted", palette.muted), ("line", palette.plain.color))
        for name, tint in {**self.tints, "frame": palette.frame}.items():
            yield from ((f"{name} fill", tint.fill), (f"{name} line", tint.line))
        yield from ((kind, stroke.color) for kind, stroke in palette.skips.items())

    def _font(self, size: float) -> str:
        """A font, and a strut: lines of text are as far apart as in the figure."""
        above, below = map(number, line_extent(size, self.picture.font))
        strut = f"\\vrule height{above}bp depth{below}bp width0pt\\relax"
        # Spaces as in the figure: those of TeX's own fonts are broad, and more so after a comma.
        space = "\\spaceskip.26em\\relax"
        return f"\\fontsize{{{number(size)}}}{{0}}\\selectfont{space}{strut}"

    def _styles(self) -> Iterator[tuple[str, str]]:
        picture = self.picture
        width = f"line width={number(picture.line_width)}bp"
        # Lines with struts lie on each other.
        font = f"\\sffamily\\fontsize{{{number(picture.size)}}}{{0}}\\selectfont"
        font += "\\lineskip0pt\\lineskiplimit0pt"
        yield "every node", f"inner sep=0pt, outer sep=0pt, text=visualize text, font={font}"
        yield "box", f"draw, {width}, align=center, inner xsep={number(ROOM)}bp"
        for name, (height, radius) in self.rows.items():
            yield (
                name,
                f"minimum height={number(height)}bp, rounded corners={number(radius)}bp",
            )
        for name in self.tints:
            shape = "circle, inner sep=0pt, " if name == "merge" else ""
            yield name, f"{shape}fill=visualize {name} fill, draw=visualize {name} line"
        yield "frame", f"draw=visualize frame line, {width}, fill=visualize frame fill"
        for name in self.sizes:
            color = "muted" if name == "detail" else "text"
            style = f"text=visualize {color}, execute at begin node=\\visualize{name}"
            yield _TEXT_STYLES[name], style
        yield "line", f"draw=visualize line, {width}"
        yield "arrow", f"line, ->, {_tip(self.palette.plain.width)}"
        for kind, stroke in self.palette.skips.items():
            yield kind, f"draw=visualize {kind}, {self._look(stroke)}, {_tip(stroke.width)}"

    def border(self, stroke: PaintedStroke) -> str:
        """Width and dashes of the border of a box, which may be a double line."""
        look = f"line width={number(stroke.width)}bp"
        if dashes := DASHES.get(stroke.style.dashes):
            look += f", dash pattern=on {dashes[0]}bp off {dashes[1]}bp"
        if stroke.style.strands > 1:
            look += f", double, double distance={number(APART - stroke.width)}bp"
        return look

    def _look(self, stroke: PaintedStroke) -> str:
        """Width and dashes. Two lines side by side are a wide one with a gap along its middle."""
        width = stroke.width
        look = f"line width={number(width)}bp"
        dashes = DASHES.get(stroke.style.dashes)
        if dashes:
            look += f", dash pattern=on {dashes[0]}bp off {dashes[1]}bp"
        strands = stroke.style.strands
        if strands > 1:
            gap = (strands - 1) * APART - width
            look += f", double=visualize background, double distance={number(gap)}bp"
        if stroke.style is LineStyle.TRIPLE:
            # The line in the middle is drawn over the gap.
            look += f", postaction={{draw, -, double=none, line width={number(width)}bp}}"
        return look


def rows_of(box: Box) -> str:
    """The style for the height of a box."""
    return f"lines {len(box.lines)}"


def _tip(width: float) -> str:
    """The head of an arrow, as it is with the outline that other formats draw around it."""
    length, breadth = map(number, head_size(width))
    return f">={{Triangle[length={length}bp, width={breadth}bp]}}"


def _hex(color: Paint) -> str:
    return color.day.lstrip("#").upper()


def rgb(color: Paint) -> str:
    """A colour without a name."""
    red, green, blue = (int(color.day[place : place + 2], 16) for place in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"
