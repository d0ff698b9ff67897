"""PDF: the picture with its fonts embedded, and each glyph where the font's own widths put it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import color_from_hex_string
from fpdf.pattern import LinearGradient

from visualize.core.fonts import below_middle, faces_of, text_width
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, PaintedStroke
from visualize.export.curves import APART, DASHES, curves, head, is_straight, parallel, rounded
from visualize.export.formats import Job
from visualize.export.parts import outlines
from visualize.export.picture import Box, Line, Picture, Swatch, Text

# The same figure has the same bytes, whenever it is written.
_DATE = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def write(job: Job) -> bytes:
    """The figure as a PDF of one page as large as the figure, with its alternative text."""
    return _Page(job.picture, job.words).content()


class _Page(FPDF):
    """The page of a figure in points, y grows down."""

    def __init__(self, picture: Picture, words: str) -> None:
        super().__init__(unit="pt", format=(picture.width, picture.height))
        self.picture, self.words = picture, words
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.set_creation_date(_DATE)
        self.set_creator("visualize")
        self.set_title(picture.name)
        self.set_subject(words)
        self.set_lang("en")
        text = "".join(text.text for text in picture.all_texts())
        self.family: dict[str, str] = {}
        for number, (face, characters) in enumerate(faces_of(text, picture.font).items()):
            name = f"face{number}"
            self.add_font(name, fname=face.file, collection_font_number=face.number)
            self.family |= dict.fromkeys(characters, name)

    def content(self) -> bytes:
        """The whole file. The page is one figure of its structure."""
        self.add_page()
        with self._marked_sequence(alt_text=self.words):
            self._draw()
        return bytes(self.output())

    def _draw(self) -> None:
        picture = self.picture
        if picture.background:
            self._area(Area(0, 0, picture.width, picture.height), 0, picture.background, None)
        for frame in picture.frames:
            self._area(frame.area, frame.radius, frame.fill, frame.line)
        for line in self._lines():
            self._strands(line.path, line.stroke)
        for arrow in picture.arrows:
            self._headed(arrow.shaft, arrow.path[-1], arrow.stroke)
        for shortcut in picture.shortcuts:
            self._headed(shortcut.shaft, shortcut.path[-1], shortcut.stroke)
        for box in picture.boxes:
            self._box(box)
        for entry in picture.legend:
            if isinstance(entry.sample, Swatch):
                self._swatch(entry.sample)
        for text in picture.all_texts():
            self._text(text)

    def _lines(self) -> Iterator[Line]:
        """The lines without heads."""
        yield from self.picture.trunks
        yield from (bracket.line for bracket in self.picture.brackets)
        for entry in self.picture.legend:
            if isinstance(entry.sample, Line):
                yield entry.sample

    def _box(self, box: Box) -> None:
        border, dashes = box.border, None
        width = border.width if border else None
        if border:
            dashes = DASHES.get(border.style.dashes)
        for place, (area, radius) in enumerate(outlines(box)):
            with self._painted(None if place else box.tint.fill, box.tint.line, width) as path:
                path.style.stroke_dash_pattern = dashes
                if box.is_circle:
                    path.circle(*area.center, area.width / 2)
                else:
                    _follow(path, rounded(area, radius))
                    path.close()

    def _area(self, area: Area, radius: float, fill: Paint | None, line: Paint | None) -> None:
        with self._painted(fill, line) as path:
            _follow(path, rounded(area, radius))
            path.close()

    def _swatch(self, swatch: Swatch) -> None:
        area = swatch.area
        if swatch.ramp:
            colors = [swatch.fill.day, swatch.ramp.day]
            middle = area.center[1]
            gradient = LinearGradient(area.left, middle, area.right, middle, colors)
            with self.use_pattern(gradient):
                self.rect(area.left, area.top, area.width, area.height, style="F")
        self._area(area, 0, None if swatch.ramp else swatch.fill, swatch.line)

    def _headed(self, shaft: Sequence[Place], tip: Place, stroke: PaintedStroke) -> None:
        """A line with an arrow head."""
        self._strands(shaft, stroke)
        corners = head(shaft, tip, stroke.width)
        if corners:
            with self._painted(stroke.color, stroke.color, stroke.width) as path:
                path.move_to(*corners[0])
                for corner in corners[1:]:
                    path.line_to(*corner)
                path.close()

    def _strands(self, points: Sequence[Place], stroke: PaintedStroke) -> None:
        """A line as one path, or as several next to each other."""
        strands = stroke.style.strands
        for strand in range(strands):
            aside = (strand - (strands - 1) / 2) * APART
            with self._painted(None, stroke.color, stroke.width) as path:
                path.style.stroke_dash_pattern = DASHES.get(stroke.style.dashes)
                _follow(path, parallel(points, aside) if aside else points)

    def _text(self, text: Text) -> None:
        """A line of text around its centre, each run of characters in a font that has them."""
        x = text.center[0] - text.width / 2
        y = text.center[1] + below_middle(text.size, self.picture.font)
        self.set_text_color(text.color.day)
        for family, run in itertools.groupby(text.text, self.family.get):
            characters = "".join(run)
            if family:
                self.set_font(family, size=text.size)
                self.text(x, y, characters)
            x += text_width(characters, text.size, self.picture.font)

    @contextmanager
    def _painted(
        self, fill: Paint | None, line: Paint | None, width: float | None = None
    ) -> Iterator[PaintedPath]:
        """A path that is filled and stroked once it is complete."""
        # As an operator: not all readers know widths in a dictionary of the graphics state.
        self.set_line_width(self.picture.line_width if width is None else width)
        with self.drawing_context() as context:
            path = PaintedPath()
            path.style.auto_close = False
            path.style.fill_color = color_from_hex_string(fill.day) if fill else None
            path.style.stroke_color = color_from_hex_string(line.day) if line else None
            yield path
            context.add_item(path)


def _follow(path: PaintedPath, points: Sequence[Place]) -> None:
    """Lead a path along cubic Bézier curves."""
    path.move_to(*points[0])
    for curve in curves(points):
        if is_straight(curve):
            path.line_to(*curve[3])
        else:
            path.curve_to(*itertools.chain(*curve[1:]))
