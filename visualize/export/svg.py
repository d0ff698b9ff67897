"""SVG: real text in an embedded font, a title and a description, and no script.

Lines, heads, dashes and baselines are where Graphviz draws them in the PDF of the same figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualize.core.element_names import element_names
from visualize.core.fonts import below_middle
from visualize.core.fonts.outlines import Outlines
from visualize.core.inert import visible_lines
from visualize.core.page import Area, Place
from visualize.core.palette import PaintedStroke
from visualize.export.curves import APART, DASHES, curves, head, is_straight, parallel, rounded
from visualize.export.formats import Job
from visualize.export.markup import clean, number
from visualize.export.nesting import Nest, nested
from visualize.export.parts import outlines
from visualize.export.picture import Arrow, Box, Facing, Line, Shortcut, Swatch, Text
from visualize.export.svg_style import Colors, Fonts, identity

_ANCHORS = {Facing.LEFT: "start", Facing.MIDDLE: "middle", Facing.RIGHT: "end"}
# What the keyboard can reach. Its name is its title.
_FOCUS = 'tabindex="0" role="%s"'


def write(job: Job) -> bytes:
    """The figure as SVG.

    Colours are attributes. A theme with a night variant adds a style sheet that replaces them for
    readers in dark mode; where style sheets are not supported the colours by day remain. The
    parameters of the model and of each box are in ``data-parameters``, its copies in
    ``data-repeat``, for whoever checks them; those with ``data-detail`` repeat what others hold.
    """
    return _Writer(job).document().encode("utf-8", "replace")


class _Writer:
    def __init__(self, job: Job) -> None:
        self.picture = job.picture
        self.words = job.words
        self.whole = nested(job.picture, job.scene)
        self.names = element_names(job.scene).groups
        self.id = identity(job.name, job.scene, job.theme)
        self.colors = Colors(self.id)
        self.outlines = Outlines(self.picture.font) if job.style.outlines else None
        self.links = job.style.links

    def document(self) -> str:
        """The whole file: the body first, as the head lists the colours that it uses."""
        body = "\n".join(self._body())
        return "\n".join((*self._head(), body, "</g>", "</svg>", ""))

    def _head(self) -> Iterator[str]:
        picture = self.picture
        width, height = f"{picture.width:.2f}", f"{picture.height:.2f}"
        text = "".join(text.text for text in picture.all_texts())
        fonts = None if self.outlines else Fonts(text, picture.font, self.id)
        names = f' font-family="{_escape(fonts.attribute)}"' if fonts else ""
        yield "<?xml version='1.0' encoding='utf-8'?>"
        # A reader of role img would not see what is inside it.
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
            f'viewBox="0 0 {width} {height}" id="{self.id}" '
            f'data-parameters="{picture.parameters}" role="graphics-document document" '
            f'aria-labelledby="{self.id}-title" aria-describedby="{self.id}-description"{names}>'
        )
        yield f'<title id="{self.id}-title">{_escape(picture.name)}</title>'
        yield f'<desc id="{self.id}-description">{_escape(self.words)}</desc>'
        if fonts:
            yield from (f"<style>{rule}</style>" for rule in fonts.rules())
        if sheet := self.colors.sheet():
            yield f"<style>\n{sheet}\n</style>"

    def _body(self) -> Iterator[str]:
        picture = self.picture
        yield f'<g id="{self.id}-graph" class="graph">'
        if picture.background:
            yield (
                f'<rect width="{number(picture.width)}" height="{number(picture.height)}"'
                f"{self.colors.attributes(fill=picture.background)}/>"
            )
        yield from self._inside(self.whole)
        yield from self._lines()
        for arrow in picture.arrows:
            yield from self._arrow(arrow)
        for shortcut in picture.shortcuts:
            yield from self._shortcut(shortcut)
        for entry in picture.legend:
            if isinstance(entry.sample, Swatch):
                yield from self._swatch(entry.sample, entry.text.text)
        for bracket in picture.brackets:
            for text in bracket.texts:
                yield from self._note(text)
        yield from self._note(picture.title)
        for entry in picture.legend:
            yield from self._note(entry.sample if isinstance(entry.sample, Text) else None)
            yield from self._note(entry.text)

    def _inside(self, nest: Nest) -> Iterator[str]:
        """Boxes, and frames, stages and panels with what is in them."""
        for one in nest.inside:
            if isinstance(one, Box):
                yield from self._box(one)
                continue
            yield from self._opened(one)
            yield from self._inside(one)
            yield "</g>"

    def _opened(self, nest: Nest) -> Iterator[str]:
        """The beginning of a frame, stage or panel."""
        group, frame = nest.group, nest.frame
        assert group is not None, "the whole figure is no element of its own"
        held = f' data-path="{_escape(group.path)}"' if group.path else ""
        held += f' data-kind="{_escape(group.role)}"'
        held += f' data-repeat="{group.repeat}"' if group.repeat > 1 else ""
        if frame is None:
            name = _escape(f"{self.id}-stage-{self.names[group.id]}")
            yield f'<g id="{name}" class="stage"{held}>'
            return
        look = f"{self.colors.attributes(fill=frame.fill, stroke=frame.line)}{self._width()}"
        yield f'<g id="{self._id(frame.id)}" class="cluster frame"{held} {_FOCUS % "group"}>'
        yield _title(group.tooltip)
        yield f'<path d="{_outline(frame.area, frame.radius)}"{look}/>'
        for text in frame.texts:
            yield from self._note(text)

    def _lines(self) -> Iterator[str]:
        """The lines without heads."""
        for trunk in self.picture.trunks:
            yield from self._line(trunk, "edge trunk")
        for bracket in self.picture.brackets:
            yield from self._line(bracket.line, "edge bracket")
        for entry in self.picture.legend:
            if isinstance(entry.sample, Line):
                yield from self._line(entry.sample, "edge sample")

    # Things

    def _box(self, box: Box) -> Iterator[str]:
        scene = box.box
        classes = f"node box {scene.role}" + (f" stage{box.stage}" if box.stage else "")
        held = f' data-parameters="{scene.parameters}"' if scene.parameters else ""
        held += f' data-repeat="{scene.repeat}"' if scene.repeat > 1 else ""
        held += f' data-detail="{box.detail}"' if box.detail else ""
        held += f' data-path="{_escape(scene.path)}"' if scene.path else ""
        held += f' data-kind="{_escape(scene.type or scene.role)}"'
        held += f' data-shape="{"×".join(map(str, scene.shape))}"' if scene.shape else ""
        held += f' data-status="{scene.status.value}"' if scene.status else ""
        address = self.links.get(scene.id, "")
        if address:  # which the keyboard reaches instead of the box
            yield f'<a href="{_escape(address)}" style="text-decoration:none">'
        focus = "" if address else f" {_FOCUS % 'graphics-symbol'}"
        yield f'<g id="{self._id(box.id)}" class="{_escape(classes)}"{held}{focus}>'
        yield _title(scene.tooltip)
        yield from self._outlines(box)
        for line in box.lines:
            yield from self._text(line)
        yield from self._note(box.note)
        yield "</g></a>" if address else "</g>"

    def _outlines(self, box: Box) -> Iterator[str]:
        """The outline of a box, and if its border is double another one in it."""
        look = self.colors.attributes(fill=box.tint.fill, stroke=box.tint.line)
        look += self._border(box.border) if box.border else self._width()
        for place, (area, radius) in enumerate(outlines(box)):
            if place and box.border:
                look = f' fill="none"{self.colors.attributes(stroke=box.tint.line)}'
                look += self._border(box.border)
            if box.is_circle:
                x, y = map(number, area.center)
                yield (
                    f'<ellipse cx="{x}" cy="{y}" rx="{number(area.width / 2)}" '
                    f'ry="{number(area.height / 2)}"{look}/>'
                )
            else:
                yield f'<path d="{_outline(area, radius)}"{look}/>'

    def _line(self, line: Line, classes: str) -> Iterator[str]:
        yield f'<g id="{self._id(line.id)}" class="{classes}">'
        yield from self._paths(line.path, line.stroke)
        yield "</g>"

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        kind = f" skip {arrow.arrow.skip}" if arrow.arrow.skip else ""
        yield f'<g id="{self._id(arrow.id)}" class="edge arrow{kind}">'
        if arrow.arrow.tooltip:
            yield _title(arrow.arrow.tooltip)
        yield from self._headed(arrow.shaft, arrow.path[-1], arrow.stroke)
        if arrow.label:
            yield from self._text(arrow.label)
        yield "</g>"

    def _shortcut(self, shortcut: Shortcut) -> Iterator[str]:
        yield f'<g id="{self._id(shortcut.id)}" class="edge shortcut skip {shortcut.kind}">'
        yield from self._headed(shortcut.shaft, shortcut.path[-1], shortcut.stroke)
        yield "</g>"

    def _headed(self, shaft: Sequence[Place], tip: Place, stroke: PaintedStroke) -> Iterator[str]:
        yield from self._paths(shaft, stroke)
        corners = head(shaft, tip, stroke.width)
        if corners:
            points = " ".join(map(_pair, corners))
            look = self.colors.attributes(fill=stroke.color, stroke=stroke.color)
            yield f'<polygon points="{points}"{look} stroke-width="{number(stroke.width)}"/>'

    def _paths(self, path: Sequence[Place], stroke: PaintedStroke) -> Iterator[str]:
        """A line as one path, or as several side by side."""
        look = self.colors.attributes(stroke=stroke.color) + self._border(stroke)
        strands = stroke.style.strands
        for strand in range(strands):
            aside = (strand - (strands - 1) / 2) * APART
            line = parallel(path, aside) if aside else path
            yield f'<path fill="none" d="{_data(line)}"{look}/>'

    def _swatch(self, swatch: Swatch, text: str) -> Iterator[str]:
        area = swatch.area
        yield f'<g id="{self._id(swatch.id)}" class="node swatch">'
        yield _title(text)
        if swatch.ramp:
            fill = f' fill="url(#{self._id(swatch.id)}-ramp)"'
            yield f'<defs><linearGradient id="{self._id(swatch.id)}-ramp">'
            yield f'<stop offset="0"{self.colors.attributes(stop_color=swatch.fill)}/>'
            yield f'<stop offset="1"{self.colors.attributes(stop_color=swatch.ramp)}/>'
            yield "</linearGradient></defs>"
            look = fill + self.colors.attributes(stroke=swatch.line)
        else:
            look = self.colors.attributes(fill=swatch.fill, stroke=swatch.line)
        yield f'<path d="{_outline(area, 0)}"{look}{self._width()}/>'
        yield "</g>"

    def _note(self, text: Text | None) -> Iterator[str]:
        """A text that is an element of its own."""
        if text:
            yield f'<g id="{self._id(text.id)}" class="node {text.classes}">'
            yield from self._text(text)
            yield "</g>"

    def _text(self, text: Text) -> Iterator[str]:
        """A line of text, anchored where it faces what it belongs to.

        There it keeps its distance in a font of any width.
        """
        if not text.text.strip():
            return
        x, y = text.center[0], text.center[1] + below_middle(text.size, self.picture.font)
        if self.outlines:
            shape = self.outlines.path(text.text, text.size, (x - text.width / 2, y))
            held = f'data-text="{_escape(text.text)}" data-size="{text.size:.2f}"'
            yield f'<path {held} d="{shape}"{self.colors.attributes(fill=text.color)}/>'
            return
        anchor = _ANCHORS[text.facing]
        x += {"start": -0.5, "end": 0.5}.get(anchor, 0.0) * text.width
        yield (
            f'<text xml:space="preserve" text-anchor="{anchor}" x="{number(x)}" '
            f'y="{number(y)}" font-size="{text.size:.2f}"'
            f"{self.colors.attributes(fill=text.color)}>{_escape(text.text)}</text>"
        )

    def _id(self, name: str) -> str:
        """The id of an element, which is that of no other figure's."""
        return _escape(f"{self.id}-{name}")

    def _border(self, stroke: PaintedStroke) -> str:
        """The width and the dashes of a line."""
        dashes = ",".join(map(str, DASHES.get(stroke.style.dashes, ())))
        look = f' stroke-width="{number(stroke.width)}"'
        return look + (f' stroke-dasharray="{dashes}"' if dashes else "")

    def _width(self) -> str:
        return f' stroke-width="{number(self.picture.line_width)}"'


def _title(text: str) -> str:
    """What browsers show at the pointer, and screen readers read."""
    return f"<title>{_escape(clean(text))}</title>"


def _outline(area: Area, radius: float) -> str:
    """A rectangle with rounded corners."""
    return f"{_data(rounded(area, radius))}Z"


def _data(path: Sequence[Place]) -> str:
    """A path with lines where it is straight."""
    steps = [f"M{_pair(path[0])}"]
    for curve in curves(path):
        if is_straight(curve):
            steps.append(f"L{_pair(curve[3])}")
        else:
            steps.append(f"C{' '.join(map(_pair, curve[1:]))}")
    return "".join(steps)


def _pair(place: Place) -> str:
    return f"{number(place[0])},{number(place[1])}"


def _escape(text: str) -> str:
    """Text or the value of an attribute."""
    return (
        visible_lines(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
    )
