"""What stands around a figure: the title above it, the legend below, the edge of the page."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT, text_width
from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Page, PlacedLegend, Surroundings
from visualize.core.palette import explained_colors
from visualize.core.scene import Scene
from visualize.core.theme import Theme

# Between the edge of the page and what stands on it.
PAD = 4.5
_LEGEND = {
    "identity": "identity shortcut",
    "projection": "projection shortcut",
    "concat": "concat",
    "gate": "gate",
}
_SAMPLE = 24.0
_SAMPLE_GAP = 4.0
_ENTRY_GAP = 14.0
_LEGEND_GAP = 10.0


class Surrounder:
    """Places what stands around a figure.

    Args:
        scene: title and kinds of skip connection.
        theme: size of the type.
        page: how wide the figure is to be.
    """

    def __init__(self, scene: Scene, theme: Theme, page: Page) -> None:
        self.page = page
        self.theme = theme
        self.has_title = bool(scene.title)
        self.title_size = theme.size * 1.25
        self.title_width = text_width(scene.title, self.title_size, theme.font)
        kinds = scene.skip_kinds if scene.legend else ()
        self.tones = {
            tone.text: tone for tone in (explained_colors(scene, theme) if scene.legend else ())
        }
        # What the legend says: of kinds of skip connection, then of colours.
        self.entries = {kind: _LEGEND[kind] for kind in kinds} | {text: text for text in self.tones}

    @property
    def height(self) -> float:
        """Room that is taken above and below the figure where the page is as wide as it may be."""
        rows = len(self._rows(self.page.width - 2 * PAD))
        return 2 * PAD + self._title_height() + self._legend_height(rows)

    def surround(self, extent: Rectangle, direction: Direction) -> Surroundings:
        """Everything in its place around boxes and arrows that reach as far as ``extent``."""
        corners = [
            direction.on_page(Point(along, across))
            for along in (extent.start, extent.end)
            for across in (extent.low, extent.high)
        ]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        bottom, top = min(y for _, y in corners), max(y for _, y in corners)
        middle = (left + right) / 2
        least = self.page.width - 2 * PAD if self.page.exact else 0.0
        rows = self._rows(max(right - left, least, 150.0))
        broadest = max((self._row_width(row) for row in rows), default=0.0)
        width = max(right - left, broadest, self.title_width * self.has_title, least)
        legend = self._legend(rows, middle - broadest / 2, bottom - _LEGEND_GAP)
        title_height = self._title_height()
        return Surroundings(
            low=(middle - width / 2 - PAD, bottom - self._legend_height(len(rows)) - PAD),
            high=(middle + width / 2 + PAD, top + title_height + PAD),
            title=(middle, top + title_height - self.title_size * LINE_HEIGHT / 2),
            title_size=self.title_size,
            legend=tuple(legend),
        )

    def _title_height(self) -> float:
        return self.title_size * LINE_HEIGHT + _LEGEND_GAP if self.has_title else 0.0

    def _legend_height(self, rows: int) -> float:
        return rows * self._row_height() + _LEGEND_GAP if rows else 0.0

    def _row_height(self) -> float:
        return self.theme.detail_size * LINE_HEIGHT + 2

    def _rows(self, width: float) -> list[list[str]]:
        """The entries in as many rows as they need."""
        rows: list[list[str]] = []
        for kind in self.entries:
            if rows and self._row_width([*rows[-1], kind]) <= width:
                rows[-1].append(kind)
            else:
                rows.append([kind])
        return rows

    def _row_width(self, row: Sequence[str]) -> float:
        return sum(map(self._entry_width, row)) + _ENTRY_GAP * (len(row) - 1)

    def _entry_width(self, kind: str) -> float:
        return (
            _SAMPLE
            + _SAMPLE_GAP
            + text_width(self.entries[kind], self.theme.detail_size, self.theme.font)
        )

    def _legend(self, rows: Sequence[Sequence[str]], left: float, top: float) -> list[PlacedLegend]:
        entries = []
        for number, row in enumerate(rows):
            x, y = left, top - (number + 0.5) * self._row_height()
            for kind in row:
                width = self._entry_width(kind)
                start = x + _SAMPLE + _SAMPLE_GAP
                line = ((x, y), (x + _SAMPLE, y))
                center = ((start + x + width) / 2, y)
                tone = self.tones.get(kind)
                entries.append(PlacedLegend(kind, line, self.entries[kind], center, tone))
                x += width + _ENTRY_GAP
        return entries
