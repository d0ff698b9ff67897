"""SVG: real text in an embedded font, a title and a description, and no script.

Lines, heads, dashes and baselines are where Graphviz draws them in the PDF of the same figure.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence

from visualize.core.fonts import faces_of, family, line_extent, subset
from visualize.core.fonts.faces import Face
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke
from visualize.export.curves import APART, DASHES, curves, head, is_straight, parallel
from visualize.export.formats import Job
from visualize.export.markup import clean, number
from visualize.export.picture import Arrow, Box, Frame, Line, Picture, Shortcut, Swatch, Text

_FALLBACK = "Helvetica, Arial, sans-serif"


def write(job: Job) -> bytes:
    """The figure as SVG.

    Colours are attributes. A theme with a night variant adds a style sheet that replaces them for
    readers in dark mode; where style sheets are not supported the colours by day remain. The
    parameters of the model and of each box are in ``data-parameters``, its copies in
    ``data-repeat``, for whoever checks them; those with ``data-detail`` repeat what others hold.
    """
    return _Writer(job.picture).document().encode("utf-8", "replace")


class _Writer:
    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        # The class that sets an attribute to a colour in dark mode.
        self.night: dict[tuple[str, str], str] = {}

    def document(self) -> str:
        """The whole file: the body first, as the head lists the colours that it uses."""
        body = "\n".join(self._body())
        return "\n".join((*self._head(), body, "</g>", "</svg>", ""))

    def _head(self) -> Iterator[str]:
        picture = self.picture
        width, height = f"{picture.width:.2f}", f"{picture.height:.2f}"
        text = "".join(sorted({*"".join(text.text for text in picture.all_texts())}))
        faces = faces_of(text, picture.font)
        families = dict.fromkeys([family(picture.font), *(face.family for face in faces)])
        names = ", ".join([*(f"'{name}'" for name in families), _FALLBACK])
        yield "<?xml version='1.0' encoding='utf-8'?>"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
            f'viewBox="0 0 {width} {height}" data-parameters="{picture.parameters}" role="img" '
            f'aria-labelledby="title description" font-family="{_escape(names)}">'
        )
        yield f'<title id="title">{_escape(picture.name)}</title>'
        yield f'<desc id="description">{_escape(picture.description)}</desc>'
        if faces:
            rules = (_font_face(face, characters) for face, characters in faces.items())
            yield f"<style>{' '.join(rules)}</style>"
        if self.night:
            colors = " ".join(
                f".{name} {{ {key}: {color}; }}" for (key, color), name in self.night.items()
            )
            yield f"<style>@media (prefers-color-scheme: dark) {{ {colors} }}</style>"

    def _body(self) -> Iterator[str]:
        picture = self.picture
        yield '<g id="graph0" class="graph">'
        yield (
            f'<rect width="{number(picture.width)}" height="{number(picture.height)}"'
            f"{self._colors(fill=picture.background)}/>"
        )
        for frame in picture.frames:
            yield from self._frame(frame)
        yield from self._lines()
        for arrow in picture.arrows:
            yield from self._arrow(arrow)
        for shortcut in picture.shortcuts:
            yield from self._shortcut(shortcut)
        for box in picture.boxes:
            yield from self._box(box)
        for entry in picture.legend:
            if isinstance(entry.sample, Swatch):
                yield from self._swatch(entry.sample, entry.text.text)
        for text in picture.texts():
            yield f'<g id="{text.id}" class="node {text.classes}">'
            yield from self._text(text)
            yield "</g>"

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

    def _frame(self, frame: Frame) -> Iterator[str]:
        look = f"{self._colors(fill=frame.fill, stroke=frame.line)}{self._width()}"
        yield f'<g id="{frame.id}" class="cluster frame">'
        yield _title(frame.group.tooltip)
        yield f'<path d="{_outline(frame.area, frame.radius)}"{look}/>'
        yield "</g>"

    def _box(self, box: Box) -> Iterator[str]:
        area, scene = box.area, box.box
        classes = f"node box {scene.role}" + (f" stage{box.stage}" if box.stage else "")
        held = f' data-parameters="{scene.parameters}"' if scene.parameters else ""
        held += f' data-repeat="{scene.repeat}"' if scene.repeat > 1 else ""
        held += f' data-detail="{box.detail}"' if box.detail else ""
        look = f"{self._colors(fill=box.tint.fill, stroke=box.tint.line)}{self._width()}"
        yield f'<g id="{_escape(box.id)}" class="{_escape(classes)}"{held}>'
        yield _title(scene.tooltip)
        if box.is_circle:
            x, y = map(number, area.center)
            yield (
                f'<ellipse cx="{x}" cy="{y}" rx="{number(area.width / 2)}" '
                f'ry="{number(area.height / 2)}"{look}/>'
            )
        else:
            yield f'<path d="{_outline(area, box.radius)}"{look}/>'
        for line in box.lines:
            yield from self._text(line)
        yield "</g>"

    def _line(self, line: Line, classes: str) -> Iterator[str]:
        yield f'<g id="{line.id}" class="{classes}">'
        yield from self._paths(line.path, line.stroke)
        yield "</g>"

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        kind = f" skip {arrow.arrow.skip}" if arrow.arrow.skip else ""
        yield f'<g id="{arrow.id}" class="edge arrow{kind}">'
        if arrow.arrow.tooltip:
            yield _title(arrow.arrow.tooltip)
        yield from self._headed(arrow.shaft, arrow.path[-1], arrow.stroke)
        if arrow.label:
            yield from self._text(arrow.label)
        yield "</g>"

    def _shortcut(self, shortcut: Shortcut) -> Iterator[str]:
        yield f'<g id="{shortcut.id}" class="edge shortcut skip {shortcut.kind}">'
        yield from self._headed(shortcut.shaft, shortcut.path[-1], shortcut.stroke)
        yield "</g>"

    def _headed(self, shaft: Sequence[Place], tip: Place, stroke: PaintedStroke) -> Iterator[str]:
        yield from self._paths(shaft, stroke)
        corners = head(shaft, tip, stroke.width)
        if corners:
            points = " ".join(map(_pair, corners))
            look = self._colors(fill=stroke.color, stroke=stroke.color)
            yield f'<polygon points="{points}"{look} stroke-width="{number(stroke.width)}"/>'

    def _paths(self, path: Sequence[Place], stroke: PaintedStroke) -> Iterator[str]:
        """A line as one path, or as several side by side."""
        color = self._colors(stroke=stroke.color)
        dashes = ",".join(map(str, DASHES.get(stroke.style.dashes, ())))
        look = f'{color} stroke-width="{number(stroke.width)}"'
        look += f' stroke-dasharray="{dashes}"' if dashes else ""
        strands = stroke.style.strands
        for strand in range(strands):
            aside = (strand - (strands - 1) / 2) * APART
            line = parallel(path, aside) if aside else path
            yield f'<path fill="none" d="{_data(line)}"{look}/>'

    def _swatch(self, swatch: Swatch, text: str) -> Iterator[str]:
        area = swatch.area
        yield f'<g id="{swatch.id}" class="node swatch">'
        yield _title(text)
        if swatch.ramp:
            fill = f' fill="url(#{swatch.id}-ramp)"'
            yield f'<defs><linearGradient id="{swatch.id}-ramp">'
            yield f'<stop offset="0"{self._colors(stop_color=swatch.fill)}/>'
            yield f'<stop offset="1"{self._colors(stop_color=swatch.ramp)}/>'
            yield "</linearGradient></defs>"
            look = fill + self._colors(stroke=swatch.line)
        else:
            look = self._colors(fill=swatch.fill, stroke=swatch.line)
        yield f'<path d="{_outline(area, 0)}"{look}{self._width()}/>'
        yield "</g>"

    def _text(self, text: Text) -> Iterator[str]:
        """A line of text, anchored in its middle: it stays there if another font is used."""
        if not text.text.strip():
            return
        above, below = line_extent(text.size, self.picture.font)
        y = text.center[1] + (above - below) / 2
        yield (
            f'<text xml:space="preserve" text-anchor="middle" x="{number(text.center[0])}" '
            f'y="{number(y)}" font-size="{text.size:.2f}"{self._colors(fill=text.color)}>'
            f"{_escape(text.text)}</text>"
        )

    # Looks

    def _width(self) -> str:
        return f' stroke-width="{number(self.picture.line_width)}"'

    def _colors(self, **paints: Paint) -> str:
        """Colours as attributes, with the classes that replace them in dark mode."""
        attributes, classes = "", []
        for name, paint in paints.items():
            key = name.replace("_", "-")
            attributes += f' {key}="{paint.day}"'
            if paint.night != paint.day:
                count = len(self.night) + 1
                classes.append(self.night.setdefault((key, paint.night), f"dark{count}"))
        return attributes + (f' class="{" ".join(classes)}"' if classes else "")


def _title(text: str) -> str:
    """What browsers show at the pointer, and screen readers read."""
    return f"<title>{_escape(clean(text))}</title>"


def _outline(area: Area, radius: float) -> str:
    """A rectangle with rounded corners, as Graphviz draws them, from its upper right clockwise."""
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    corners = ((right, top), (right, bottom), (left, bottom), (left, top))
    steps = []
    for (x, y), (across, down) in zip(corners, ((1, 0), (0, 1), (-1, 0), (0, -1))):
        # The corner is entered in one direction and left a quarter turn to the right.
        entry = x - across * radius, y - down * radius
        leave = x - down * radius, y + across * radius
        steps.append(f"L{_pair(entry)}")
        if radius:
            controls = [((x + end[0]) / 2, (y + end[1]) / 2) for end in (entry, leave)]
            steps.append(f"C{' '.join(map(_pair, (*controls, leave)))}")
    return f"M{''.join(steps)[1:]}Z"


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
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def _font_face(face: Face, characters: Iterable[str]) -> str:
    data = base64.b64encode(subset(face, "".join(characters))).decode()
    return (
        f"@font-face {{ font-family: '{face.family}'; "
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}"
    )
