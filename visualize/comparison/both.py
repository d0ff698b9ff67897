"""The second model as it is drawn, merged with the first at the same level."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from visualize.comparison.beside import side_by_side
from visualize.comparison.fates import Side
from visualize.comparison.merge import View, merged, shown_alone
from visualize.core.choices import Level
from visualize.core.detail import Detail
from visualize.core.diagram import Diagram
from visualize.core.difference import Difference
from visualize.core.scene import Scene
from visualize.ladder import Rung
from visualize.options import FigureOptions
from visualize.simplify import Choice, Simplifier
from visualize.simplify.details import brief, layers_or_modules
from visualize.simplify.part import inside_of

SceneMaker = Callable[[Diagram, Level], Scene]


class Both:
    """Merges scenes of the second model with those of the first.

    Args:
        difference: of both.
        before: the first model.
        after: the second model.
        options: what the figure shows.
        totals: what the legend lists.
        is_beside: whether both are drawn side by side.
    """

    def __init__(
        self,
        difference: Difference,
        before: Side,
        after: Side,
        options: FigureOptions,
        *,
        totals: tuple[tuple[str, str], ...] = (),
        is_beside: bool = False,
    ) -> None:
        self.totals, self.is_beside = totals, is_beside
        self.difference = difference
        self.before, self.after = before, after
        self.options = options
        self.simplifier = Simplifier(before.exact, options.idioms)
        self._diagram = functools.cache(self._make_diagram)

    @property
    def closed(self) -> frozenset[str]:
        """The modules of the second model that are drawn as one box each."""
        return self.after.closed

    def _make_diagram(self, rung: Rung) -> Diagram:
        """The first model."""
        return self.simplifier.to(
            rung.level,
            folded=self.options.fold,
            choice=Choice(collapsed=self.before.closed),
            depth=rung.depth,
            by_scale=rung.by_scale,
        )

    def overview(self, diagram: Diagram, rung: Rung, scene_of: SceneMaker) -> Scene:
        """The scene of a diagram of the second model, with what only the first one has."""
        return replace(self._overview(diagram, rung, scene_of), totals=self.totals)

    def _overview(self, diagram: Diagram, rung: Rung, scene_of: SceneMaker) -> Scene:
        scene = scene_of(diagram, rung.level)
        old = self._diagram(rung.plain)
        before = View(self.before, old, scene_of(old, rung.level))
        after = View(self.after, diagram, scene)
        if not self.is_beside:
            return merged(self.difference, before, after)
        return side_by_side(
            shown_alone(self.difference, before, is_old=True),
            shown_alone(self.difference, after, is_old=False),
            (self.difference.before.name, self.difference.after.name),
        )

    def explained(self, details: Sequence[Detail]) -> list[Detail]:
        """The details of what stays and differs; both side by side leave no room for any."""
        if self.is_beside:
            return []
        return [one for one in details if any(each.fate for each in one.box.shown.operations)]

    def inside(self, detail: Detail, scene_of: Callable[[Detail], Scene]) -> Scene:
        """The scene of what is inside a closed box, with what only the first model has there.

        Of the ways in which the first model can be shown, the one is taken that is most like it.
        """
        after = View(self.after, detail.diagram, scene_of(detail))
        scenes = []
        for partner in self._partners(detail):
            before = View(self.before, partner.diagram, scene_of(partner))
            scenes.append(merged(self.difference, before, after))
        if not scenes:
            return shown_alone(self.difference, after, is_old=False)
        return min(scenes, key=lambda one: len(one.boxes))

    def _partners(self, detail: Detail) -> Iterator[Detail]:
        """What was inside the box of the first model that holds the most of the same."""
        blocks, partners = self._diagram(Rung(Level.BLOCK)), self.difference.partners_after
        nodes = (one.id for one in detail.box.shown.operations)
        homes = Counter(blocks.hosts[partners[one]] for one in nodes if one in partners)
        for home, _ in homes.most_common(1):
            box = blocks.box(home).shown
            if box.kind.is_collapsed:
                part = Simplifier(inside_of(blocks.exact, box), self.options.idioms)
                whole = Detail((), box, layers_or_modules(part, box.path))
                yield from (whole, brief(whole, part))
