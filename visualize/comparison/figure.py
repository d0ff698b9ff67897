"""The figure of a difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from visualize.comparison.both import Both
from visualize.comparison.fates import sides
from visualize.comparison.page import difference_page
from visualize.core.depth import depth_of, roomy, with_room
from visualize.core.difference import Difference
from visualize.core.fonts import text_width
from visualize.core.inert import visible, visible_lines
from visualize.core.length import Length
from visualize.core.quantities import count, giga
from visualize.export import Job
from visualize.figure import Figure
from visualize.fitting import Drawing, fit, look, page_of
from visualize.options import FigureOptions
from visualize.simplify import Simplifier

if TYPE_CHECKING:
    from visualize.check import Finding

Totals = tuple[tuple[str, str], ...]
_TITLE = 1.25  # size of a title, in that of the first line of a box
_EDGE = 8.0  # points beside a title
_SHORTEST = 16  # characters of both names


@dataclass(frozen=True, repr=False)
class DifferenceFigure(Figure):
    """What differs between two models, in one figure. In a notebook it shows itself.

    Attributes:
        difference: what is drawn.
        side_by_side: whether both models are, and not one merged figure.
    """

    difference: Difference
    side_by_side: bool = False

    @classmethod
    def of_difference(
        cls, difference: Difference, options: FigureOptions, *, side_by_side: bool = False
    ) -> DifferenceFigure:
        """Draw both models of ``difference`` in one figure.

        Raises:
            UsageError: the theme, the font or a module that ``options`` name does not exist.
        """
        asked = replace(options, theme=look(options), font="")
        title, totals = heading(difference, asked)
        options = replace(asked, title=title)
        before, after = sides(difference)
        both = Both(difference, before, after, options, totals=totals, is_beside=side_by_side)
        simplifier = Simplifier(after.exact, options.idioms)
        depth = max(depth_of(one.exact.modules) for one in (before, after))
        drawing: Drawing = with_room(depth, fit, simplifier, options, both)
        return cls(simplifier, asked, drawing, difference, side_by_side)

    def __repr__(self) -> str:
        names = f"{visible(self.difference.before.name)} and {visible(self.difference.after.name)}"
        return f"<Figure of the difference of {names}: {len(self.scene.boxes)} boxes>"

    @roomy
    def caption(self, language: str = "en") -> str:
        """What differs in one paragraph, in ``en`` or ``zh``."""
        from visualize.report import difference_text

        return visible_lines(difference_text(self.difference, language))

    def alternative_text(self, language: str = "en") -> str:
        """The same, for readers who cannot see the figure."""
        return self.caption(language)

    def _write_page(self, job: Job) -> bytes:
        return difference_page(self.difference, job)

    def _agreement(self) -> list[Finding]:
        """Numbers are those of two models, of which no one graph has all."""
        return []

    def _resized(
        self, width: Length | str | float | None, height: Length | str | float | None
    ) -> Figure:
        options = self._sized(width, height)
        return self.of_difference(self.difference, options, side_by_side=self.side_by_side)


def heading(difference: Difference, options: FigureOptions) -> tuple[str, Totals]:
    """The title with both names and the totals; these are for the legend where it is too long."""
    before, after = (short(one.name) for one in (difference.before, difference.after))
    names = f"{before} → {after}" if before != after else after
    totals = tuple(_totals(difference))
    theme, room = look(options), page_of(options).width - 2 * _EDGE
    whole = " · ".join([names, *(f"{number} {text}" for number, text in totals)])

    def fits(text: str) -> bool:
        return text_width(text, theme.size * _TITLE, theme.font) <= room

    if options.title or fits(whole):
        return options.title or whole, ()
    while not fits(names) and len(before) + len(after) > _SHORTEST:
        longest = max(len(before), len(after))
        before, after = (_cut(one, longest - 1) for one in (before, after))
        names = f"{before} → {after}" if before != after else after
    return names, totals


def _cut(text: str, most: int) -> str:
    """A text with its middle left out, where it is longer than ``most``."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}…{text[len(text) - half :]}"


def short(name: str) -> str:
    """The name of a model without the folder of its file.

    >>> short("work/nets/net.py:Net(depth=3)"), short("hf:a/b.json"), short("resnet18")
    ('net.py:Net(depth=3)', 'b.json', 'resnet18')
    """
    head, mark, arguments = name.partition("(")
    return f"{head.rpartition('/')[2]}{mark}{arguments}"


def _totals(difference: Difference) -> Iterator[tuple[str, str]]:
    before, after = difference.before, difference.after
    for text, old, new in (
        ("parameters", count(before.parameters), count(after.parameters)),
        ("MACs", giga(before.macs), giga(after.macs)),
    ):
        yield (new if old == new else f"{old} → {new}"), text
