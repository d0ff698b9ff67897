"""The legend of a picture: samples of colours and lines, and signs, each with its text."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from visualize.core.fonts import text_width
from visualize.core.layout import PlacedLegend
from visualize.core.legend import Sign
from visualize.core.page import Area, Place, straight
from visualize.core.palette import Paint, ToneEntry
from visualize.export.markup import one_line
from visualize.export.parts import Look
from visualize.export.picture import Facing, LegendEntry, Line, Part, Swatch, Text


def legend_entries(
    placed: Iterable[PlacedLegend], look: Look, on_page: Callable[[Place], Place]
) -> Iterator[LegendEntry]:
    """What is drawn of the entries of a legend.

    Args:
        placed: the entries, in coordinates of the layout.
        look: what is the same in the whole figure.
        on_page: where a place of the layout is on the page.
    """
    swatches = itertools.count(1)
    for number, entry in enumerate(placed, 1):
        start, end = map(on_page, entry.line)
        sample: Swatch | Line | Text
        kind = None
        if isinstance(entry.subject, ToneEntry):
            sample = _swatch(next(swatches), entry.subject, look, start, end)
        elif isinstance(entry.subject, Sign):
            middle = ((start[0] + end[0]) / 2, start[1])
            sample = _text(
                entry.subject.written, middle, look.palette.text, look, f"text-sign-{number}"
            )
        else:
            kind = entry.subject
            sample = Line(f"sample-{kind}", straight(start, end), look.palette.skips[kind])
        name = f"text-legend-{number}"
        text = _text(entry.text, on_page(entry.center), look.palette.muted, look, name)
        yield LegendEntry(sample, kind, text)


def _swatch(number: int, tone: ToneEntry, look: Look, start: Place, end: Place) -> Swatch:
    tint, height = tone.tint, look.theme.detail_size
    return Swatch(
        id=f"swatch-{number}",
        area=Area(start[0], start[1] - height / 2, end[0], end[1] + height / 2),
        fill=tint.fill,
        line=look.palette.neutral.line if tone.ramp else tint.line,
        ramp=tint.line if tone.ramp else None,
    )


def _text(text: str, center: Place, color: Paint, look: Look, name: str) -> Text:
    line, size = one_line(text), look.theme.detail_size
    width = text_width(line, size, look.theme.font)
    return Text(line, center, size, width, color, Part.LEGEND, Facing.LEFT, name)
