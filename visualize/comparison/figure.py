"""The figure of a difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from visualize.comparison.both import Both
from visualize.comparison.fates import sides
from visualize.comparison.page import difference_page
from visualize.core.depth import depth_of, roomy, with_room
from visualize.core.difference import Difference
from visualize.core.inert import visible, visible_lines
from visualize.core.length import Length
from visualize.core.quantities import count, giga
from visualize.export import Job
from visualize.figure import Figure
from visualize.fitting import Drawing, fit
from visualize.options import FigureOptions
from visualize.simplify import Simplifier

if TYPE_CHECKING:
    from visualize.check import Finding


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
        options = replace(options, title=options.title or title_of(difference))
        before, after = sides(difference)
        both = Both(difference, before, after, options, is_beside=side_by_side)
        simplifier = Simplifier(after.exact, options.idioms)
        depth = max(depth_of(one.exact.modules) for one in (before, after))
        drawing: Drawing = with_room(depth, fit, simplifier, options, both)
        return cls(simplifier, options, drawing, difference, side_by_side)

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


def title_of(difference: Difference) -> str:
    """Both names and the totals."""
    before, after = difference.before, difference.after
    parts = [f"{before.name} → {after.name}" if before.name != after.name else after.name]
    for text, old, new in (
        ("parameters", count(before.parameters), count(after.parameters)),
        ("MACs", giga(before.macs), giga(after.macs)),
    ):
        parts.append(f"{new} {text}" if old == new else f"{old} → {new} {text}")
    return " · ".join(parts)
