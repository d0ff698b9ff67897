"""Read a figure back from a PDF: what a shape is follows from its form."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnFont, DrawnText
from visualize.check.paths import Step, corner_radius, segments
from visualize.check.streams import check_streams, check_widths
from visualize.core.errors import FigureError
from visualize.core.page import Area, Place, polyline
from visualize.core.remarks import keep_quiet

# Filled shapes up to this size in points are arrow heads.
_HEAD = 7.0
_BACKGROUND = 0.9  # share of the page that its background covers at least
_STEPS = {step.value: step for step in Step}


def read_pdf(data: bytes, name: str) -> Drawn:
    """What the first page of a PDF shows.

    Args:
        data: the content of the file.
        name: what errors call it.

    Raises:
        FigureError: ``data`` is not a PDF, or has no page.
    """
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    keep_quiet("pdfminer")
    check_streams(data, name)
    try:
        page = next(PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data)))))
        manager = _bounded(PDFResourceManager)()
        device = PDFPageAggregator(manager, laparams=None)
        PDFPageInterpreter(manager, device).process_page(page)
        return _Page(device.get_result()).drawn(_fonts(page.resources))
    except Exception as error:  # pdfminer raises many kinds, also late, as it reads in parts
        raise FigureError("not a readable PDF file", where=name) from error


def _bounded(manager: Any) -> Any:
    """A kind of ``manager`` that reads no font whose widths would take all memory."""
    from pdfminer.pdftypes import resolve1

    class Bounded(manager):  # type: ignore[misc]
        def get_font(self, number: Any, spec: Any) -> Any:
            for key in ("W", "W2"):
                check_widths([resolve1(each) for each in resolve1(spec.get(key)) or []])
            return super().get_font(number, spec)

    return Bounded


class _Page:
    """A page as pdfminer reads it: y grows up."""

    def __init__(self, layout: Any) -> None:
        self.layout = layout
        self.height = float(layout.height)

    def drawn(self, fonts: list[DrawnFont]) -> Drawn:
        from pdfminer.layout import LTChar, LTCurve

        curves = [item for item in self.layout if isinstance(item, LTCurve)]
        wide = [item for item in curves if self._is_wide(item)]
        behind = [item for item in wide if item.height >= _BACKGROUND * self.height]
        background = _color(behind[-1].non_stroking_color) if behind else "#ffffff"
        boxes, arrows = self._shapes(item for item in curves if not self._is_wide(item))
        return Drawn(
            page=Area(0.0, 0.0, self.layout.width, self.layout.height),
            background=background,
            texts=list(self._texts(item for item in self.layout if isinstance(item, LTChar))),
            boxes=[_with_frame(box, boxes) for box in boxes],
            arrows=arrows,
            fonts=fonts,
        )

    def _is_wide(self, item: Any) -> bool:
        """Whether a filled shape is nearly as wide as the page, as its background is."""
        return bool(item.fill and item.width >= _BACKGROUND * self.layout.width)

    def _shapes(self, items: Iterable[Any]) -> tuple[list[DrawnBox], list[DrawnArrow]]:
        boxes: list[DrawnBox] = []
        arrows: list[DrawnArrow] = []
        for item in items:
            points = self._points(item)
            area = Area.around(points)
            if item.fill and not isinstance(item.non_stroking_color, str):  # that is a gradient
                if max(area.width, area.height) > _HEAD:
                    boxes.append(_box(item, points))
                elif arrows:  # the head of the line before it
                    arrows[-1] = replace(arrows[-1], headed=True)
            elif not item.fill and not any(_are_alike(area, box.area) for box in boxes):
                # The outline of a box has been read with its filling.
                arrows.append(_arrow(item, points))
        return boxes, arrows

    def _points(self, item: Any) -> list[Place]:
        """Points on the outline of a shape."""
        steps = [
            (_STEPS[operator], [self._down(point) for point in points])
            for operator, *points in item.original_path
            if operator in _STEPS
        ]
        return polyline(segments(steps)) or [self._down(point) for point in item.pts]

    def _texts(self, letters: Iterator[Any]) -> Iterator[DrawnText]:
        """Lines of text: letters of one size, each of which begins where the one before ends."""
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
        area = Area.of_letters(first.x0, base, last.x1 - first.x0, size)
        return DrawnText(text, area, size, _color(first.graphicstate.ncolor))

    def _down(self, point: Sequence[float]) -> Place:
        return point[0], self.height - point[1]


def _box(item: Any, outline: Sequence[Place]) -> DrawnBox:
    area = Area.around(outline)
    name = f"the box at ({area.left:.0f}, {area.top:.0f}) pt"
    fill, line = _color(item.non_stroking_color), _color(item.stroking_color)
    return DrawnBox(name, area, fill, line, radius=corner_radius(outline))


def _arrow(item: Any, points: Sequence[Place]) -> DrawnArrow:
    """A line, without a head so far."""
    dashes = item.dashing_style[0] if item.dashing_style else []
    style = f"{item.linewidth:g} pt {'dashed ' + str(list(dashes)) if dashes else 'solid'}"
    name = f"the line from ({points[0][0]:.0f}, {points[0][1]:.0f}) pt"
    return DrawnArrow(name, tuple(points), _color(item.stroking_color), style, headed=False)


def _with_frame(box: DrawnBox, boxes: Sequence[DrawnBox]) -> DrawnBox:
    """``box``, marked as a frame if it encloses others."""
    holds = any(box is not other and box.area.encloses(other.area) for other in boxes)
    return replace(box, frame=holds)


def _continues(before: Any, letter: Any) -> bool:
    """Whether ``letter`` is on the same line of text as the one before it."""
    return bool(
        abs(letter.matrix[5] - before.matrix[5]) < 0.01
        and abs(letter.size - before.size) < 0.01
        and abs(letter.x0 - before.x1) < 0.4 * before.size
    )


def _are_alike(one: Area, other: Area) -> bool:
    return one.shrunk(-0.5).encloses(other) and other.shrunk(-0.5).encloses(one)


def _color(color: Any) -> str:
    """Grey, RGB or CMYK components from 0 to 1 as a hexadecimal colour."""
    parts = [float(part) for part in color] if isinstance(color, (tuple, list)) else [float(color)]
    parts = [min(1.0, max(0.0, part)) for part in parts]
    if len(parts) == 1:
        parts *= 3
    elif len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts[:3])


def _fonts(resources: Any) -> list[DrawnFont]:
    """The fonts of a page, and whether a file of each is embedded."""
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
