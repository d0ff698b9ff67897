"""A drawing: a scene, and what lays it out on its page."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from visualize.core.choices import Level
from visualize.core.detail import Detail
from visualize.core.diagram import Diagram
from visualize.core.layout import Layout
from visualize.core.scene import Scene
from visualize.ladder import Rung
from visualize.layout import Arrangement, Arranger
from visualize.layout.legible import is_legible

# No figure with more of them fits a page, and laying one out to see that would take long.
MOST_BOXES = 150
# The part of a model that one closed module may hold.
_MOST_CLOSED = 0.7
# The levels that show closed blocks.
_COARSE = frozenset({Level.BLOCK.value, Level.STAGE.value})


@dataclass(frozen=True)
class Drawing:
    """A scene and what lays it out on its page, on first use.

    Attributes:
        scene: what it shows.
        arranger: what lays it out.
        diagram: what it was made from.
        less: a drawing of the same with fewer details, that fits.
    """

    scene: Scene
    arranger: Arranger
    diagram: Diagram
    less: Drawing | None = None

    @property
    def layout(self) -> Layout:
        """Where everything is."""
        return self._arrangement.best

    @property
    def fits(self) -> bool:
        """Whether the figure fits its page with text at its true size."""
        return len(self.scene.boxes) <= MOST_BOXES and self._arrangement.fitting is not None

    @property
    def is_clear(self) -> bool:
        """Whether no arrow runs through a box on its way, and no label lies on another."""
        arranger = self.arranger
        return self.layout.is_clear and is_legible(self.layout, arranger.direction, arranger.theme)

    @property
    def shows_structure(self) -> bool:
        """Whether no closed module holds most of the model; what repeats is drawn once and may."""
        boxes = self.scene.boxes
        closed = [
            len(one.members)
            for one in boxes
            if one.role == "block" and one.is_closed and one.repeat == 1
        ]
        return max(closed, default=0) <= _MOST_CLOSED * sum(len(one.members) for one in boxes)

    @property
    def is_unexplained(self) -> bool:
        """Whether it shows closed blocks, no panel, and no rows, which say more than panels."""
        closed = any(one.is_closed for one in self.scene.boxes)
        is_bare = self.scene.level in _COARSE and not self.scene.details
        return closed and is_bare and not self.is_in_rows

    @property
    def is_in_rows(self) -> bool:
        """Whether its boxes are in rows of resolution."""
        return self._arrangement.fitting_rows is not None

    @property
    def excess(self) -> float:
        """How many times the figure is as long as its page, in the direction that is worse."""
        return self._arrangement.excess

    @property
    def is_too_broad(self) -> bool:
        """Whether too much lies side by side in it, so that it may fit in another direction."""
        return not self.fits and self._arrangement.is_too_broad

    @functools.cached_property
    def _arrangement(self) -> Arrangement:
        less = self.less._arrangement.found if self.less else None
        return self.arranger.arrange(self.scene, less=less)


class Merging(Protocol):
    """Adds to the scenes of a model what another one has."""

    @property
    def closed(self) -> frozenset[str]:
        """Paths of modules that are one box."""

    def overview(
        self, diagram: Diagram, rung: Rung, scene_of: Callable[[Diagram, Level], Scene]
    ) -> Scene:
        """The scene of a diagram at a rung, with what the other model has."""

    def explained(self, details: Sequence[Detail]) -> list[Detail]:
        """The details that show a difference."""

    def inside(self, detail: Detail, scene_of: Callable[[Detail], Scene]) -> Scene:
        """The scene of what is inside closed boxes, with what the other model has there."""
