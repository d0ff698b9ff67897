"""Reading a figure back from a PDF: what a shape is follows from its form."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from visualize.check.curves import area_of, sampled, segments
from visualize.check.drawn import Area, Drawn, DrawnArrow, DrawnBox, DrawnFont, DrawnText, Point
from visualize.core.errors import FigureError

# Filled shapes smaller than this are the heads of arrows.
_HEAD = 7.0
_ASCENT, _DESCENT = 0.72, 0.2


def read_pdf(data: bytes, name: str) -> Drawn:
    """What the first page of a PDF shows.

    Raises:
        FigureError: it is no PDF, or has no page.
    """
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    try:
        page = next(PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data)))))
        manager = PDFResourceManager()
        device = PDFPageAggregator(manager, laparams=None)
        PDFPageInterpreter(manager, device).process_page(page)
    except (PSException, StopIteration, ValueError, KeyError, TypeError) as error:
        raise FigureError("this is no PDF of a figure", where=name) from error
    layout = device.get_result()
    return _Reader(layout.height).read(layout, _fonts(page.resources))


class _Reader:
    def __init__(self, height: float) -> None:
        self.height = height

    def read(self, layout: Any, fonts: list[DrawnFont]) -> Drawn:
        from pdfminer.layout import LTChar, LTCurve

        items = list(layout)
        page = Area(0.0, 0.0, layout.width, layout.height)
        drawn = Drawn(page, "#ffffff", fonts=fonts)
        background = "#ffffff"
        for item in items:
            if isinstance(item, LTCurve) and item.fill and item.width >= 0.9 * layout.width:
                covers = item.height >= 0.9 * layout.height
                background = _color(item.non_stroking_color) if covers else background
            elif isinstance(item, LTCurve):
                self._shape(item, drawn)
        drawn.texts.extend(self._texts(item for item in items if isinstance(item, LTChar)))
        boxes = [_as_frame(box, drawn.boxes) for box in drawn.boxes]
        return Drawn(page, background, drawn.texts, boxes, drawn.arrows, fonts)

    def _shape(self, item: Any, drawn: Drawn) -> None:
        steps = [
            (step, [self._down(point) for point in points]) for step, *points in item.original_path
        ]
        points = sampled(segments(steps)) or [self._down(point) for point in item.pts]
        area = area_of(points)
        if item.fill and not isinstance(item.non_stroking_color, str):  # that is a gradient
            if max(area.right - area.left, area.bottom - area.top) > _HEAD:
                name = f"the box at ({area.left:.0f}, {area.top:.0f}) pt"
                fill, line = _color(item.non_stroking_color), _color(item.stroking_color)
                drawn.boxes.append(DrawnBox(name, area, fill, line))
            elif drawn.arrows:
                # The head of the line before it.
                last = drawn.arrows[-1]
                drawn.arrows[-1] = DrawnArrow(last.name, last.points, last.color, last.style)
        elif not item.fill and not any(_alike(area, box.area) for box in drawn.boxes):
            # The outline of a box has been read with what fills it.
            dashes = item.dashing_style[0] if item.dashing_style else []
            style = f"{item.linewidth:g} pt {'dashed ' + str(list(dashes)) if dashes else 'solid'}"
            name = f"the line from ({points[0][0]:.0f}, {points[0][1]:.0f}) pt"
            color = _color(item.stroking_color)
            drawn.arrows.append(DrawnArrow(name, tuple(points), color, style, headed=False))

    def _texts(self, letters: Iterator[Any]) -> Iterator[DrawnText]:
        """Lines of text: letters of one size, each where the one before ends."""
        line: list[Any] = []
        for letter in letters:
            if line and not _continues(line[-1], letter):
                yield self._text(line)
                line = []
            line.append(letter)
        if line:
            yield self._text(line)

    def _text(self, line: Sequence[Any]) -> DrawnText:
        first, last = line[0], line[-1]
        size = round(float(first.size), 2)
        base = self.height - first.matrix[5]
        text = "".join(letter.get_text() for letter in line)
        area = Area(first.x0, base - _ASCENT * size, last.x1, base + _DESCENT * size)
        return DrawnText(text, area, size, _color(first.graphicstate.ncolor))

    def _down(self, point: Sequence[float]) -> Point:
        return point[0], self.height - point[1]


def _continues(before: Any, letter: Any) -> bool:
    return bool(
        abs(letter.matrix[5] - before.matrix[5]) < 0.01
        and abs(letter.size - before.size) < 0.01
        and abs(letter.x0 - before.x1) < 0.4 * before.size
    )


def _alike(one: Area, other: Area) -> bool:
    return one.shrunk(-0.5).encloses(other) and other.shrunk(-0.5).encloses(one)


def _color(color: Any) -> str:
    """Grey, RGB or CMYK components from 0 to 1 as a hexadecimal colour."""
    parts = [float(part) for part in color] if isinstance(color, (tuple, list)) else [float(color)]
    if len(parts) == 1:
        parts *= 3
    elif len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts[:3])


def _as_frame(box: DrawnBox, boxes: Sequence[DrawnBox]) -> DrawnBox:
    """``box``, as a frame if others stand in it."""
    holds = any(box is not other and box.area.encloses(other.area) for other in boxes)
    return DrawnBox(box.name, box.area, box.fill, box.line, frame=True) if holds else box


def _fonts(resources: Any) -> list[DrawnFont]:
    from pdfminer.pdftypes import resolve1

    found = []
    for reference in (resolve1(resources.get("Font")) or {}).values():
        font = resolve1(reference)
        name = str(getattr(font.get("BaseFont"), "name", "a font")).rpartition("+")[2]
        outlines = getattr(font.get("Subtype"), "name", "") != "Type3"
        inner = [resolve1(one) for one in resolve1(font.get("DescendantFonts")) or [font]]
        files = [
            key
            for one in inner
            for key in resolve1(one.get("FontDescriptor")) or {}
            if key.startswith("FontFile")
        ]
        found.append(DrawnFont(name, bool(files) or not outlines, outlines))
    return found
