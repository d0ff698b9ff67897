"""The title above a figure, the legend below it, and the edge of the page.

    ╭───────────────────╮
    │       title       │
    │      figure       │
    │ ─── skip   ■ type │
    ╰───────────────────╯

The legend is as broad as the figure, in as many rows as it needs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from visualize.core.fonts import LINE_HEIGHT, text_width
from visualize.core.layout import Page, PlacedLegend, Surroundings
from visualize.core.legend import SKIP_WORDS, Sign, signs
from visualize.core.palette import ToneEntry, explained_colors
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.layout.corners import Corners
from visualize.layout.spacing import PageSpacing

# A kind of skip connection, a colour or a sign.
_Subject = str | ToneEntry | Sign


class Surrounder:
    """Places what surrounds a figure.

    Args:
        scene: title and kinds of skip connection.
        theme: size of the type.
        page: how wide the figure is to be.
        spacing: the lengths.
    """

    def __init__(self, scene: Scene, theme: Theme, page: Page, spacing: PageSpacing) -> None:
        self.scene = scene
        self.page = page
        self.spacing = spacing
        self.theme = theme
        self.has_title = bool(scene.title)
        self.title_size = theme.size * 1.25
        self.title_width = text_width(scene.title, self.title_size, theme.font)
        colors = {tone.text: tone for tone in explained_colors(scene, theme)}
        self.signs: tuple[_Subject, ...] = (*colors.values(), *signs(scene))

    @property
    def size(self) -> tuple[float, float]:
        """How broad and how high a figure may be on a page of full width."""
        width = self.page.width - 2 * self.spacing.pad
        legend = self._legend_height(len(self._rows(width, self.scene.skip_kinds)))
        height = self.page.height - (2 * self.spacing.pad + self._title_height() + legend)
        return width, height

    def surround(self, area: Corners, drawn: Collection[str]) -> Surroundings:
        """Everything in its place around boxes, arrows and panels.

        Args:
            area: what these cover.
            drawn: the kinds of skip connection that have a line, of which the legend has samples;
                a closed box may have no room for its arc.
        """
        left, right, bottom, top = area.left, area.right, area.bottom, area.top
        middle = (left + right) / 2
        least = self.page.width - 2 * self.spacing.pad if self.page.exact else 0.0
        rows = self._rows(max(right - left, least, self.spacing.narrowest), drawn)
        broadest = max((self._row_width(row) for row in rows), default=0.0)
        width = max(right - left, broadest, self.title_width * self.has_title, least)
        legend = self._legend(rows, middle - broadest / 2, bottom - self.spacing.legend)
        title_height, pad = self._title_height(), self.spacing.pad
        return Surroundings(
            low=(middle - width / 2 - pad, bottom - self._legend_height(len(rows)) - pad),
            high=(middle + width / 2 + pad, top + title_height + pad),
            title=(middle, top + title_height - self.title_size * LINE_HEIGHT / 2),
            title_size=self.title_size,
            legend=tuple(legend),
        )

    def _title_height(self) -> float:
        return self.title_size * LINE_HEIGHT + self.spacing.legend if self.has_title else 0.0

    def _legend_height(self, rows: int) -> float:
        return rows * self._row_height() + self.spacing.legend if rows else 0.0

    def _row_height(self) -> float:
        return self.theme.detail_size * LINE_HEIGHT + self.spacing.row

    def _rows(self, width: float, drawn: Collection[str]) -> list[list[_Subject]]:
        """The entries in as many rows as they need."""
        drawn = {*drawn, *(self.scene.marked if self.scene.compares else ())}
        kinds = (kind for kind in self.scene.skip_kinds if kind in drawn)
        subjects: list[_Subject] = [*kinds, *self.signs] if self.scene.legend else []
        rows: list[list[_Subject]] = []
        for subject in subjects:
            if rows and self._row_width([*rows[-1], subject]) <= width:
                rows[-1].append(subject)
            else:
                rows.append([subject])
        return rows

    def _row_width(self, row: Sequence[_Subject]) -> float:
        return sum(map(self._entry_width, row)) + self.spacing.entry * (len(row) - 1)

    def _entry_width(self, subject: _Subject) -> float:
        return self._sample_width(subject) + self.spacing.gap + self._text_width(_text(subject))

    def _sample_width(self, subject: _Subject) -> float:
        return (
            self._text_width(subject.written) if isinstance(subject, Sign) else self.spacing.sample
        )

    def _text_width(self, text: str) -> float:
        return text_width(text, self.theme.detail_size, self.theme.font)

    def _legend(
        self, rows: Sequence[Sequence[_Subject]], left: float, top: float
    ) -> list[PlacedLegend]:
        entries = []
        for number, row in enumerate(rows):
            x, y = left, top - (number + 0.5) * self._row_height()
            for subject in row:
                width = self._entry_width(subject)
                end = x + self._sample_width(subject)
                line = ((x, y), (end, y))
                center = ((end + self.spacing.gap + x + width) / 2, y)
                entries.append(PlacedLegend(subject, line, _text(subject), center))
                x += width + self.spacing.entry
        return entries


def _text(subject: _Subject) -> str:
    return SKIP_WORDS[subject] if isinstance(subject, str) else subject.text
