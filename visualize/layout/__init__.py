"""Layout: places for the boxes of a scene and routes for its arrows, phase by phase.

    levels      the figure and the frames in it, each with its own units and links
    frames      the innermost first, each laid out by the same phases and then one unit
    order       each flow is decomposed into series, parallels and tangles
    place       from the inside out: a series on a straight line, parallels side by side,
                a tangle in layers
    rows        or, where several resolutions are alive at once, each of them has a row
    columns     a U-shaped flow is folded in the middle, one too long for the page
                continues in another column
    routes      arcs beside what they bypass, curves from box to box, side inputs
    clutter     what texts keep clear of
    legible     whether they do
    surround    notes, brackets of stages, and short arcs beside closed residual blocks
    labels      labels that lie on something move along their arrows
    page        title and legend, and the edge of the page

All phases work along and across the flow. The direction on the page decides only how text lies,
and on which side titles, columns and first branches are.
"""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from visualize.core.choices import Direction, Level
from visualize.core.geometry import Rectangle
from visualize.core.layout import Layout, Page, PlacedDetail
from visualize.core.scene import Scene, SceneDetail
from visualize.core.theme import Theme
from visualize.layout.corners import Corners
from visualize.layout.densities import DENSE, KNOTTED, NARROW, ROOMY, SLIM, TIGHT, WRAPPED
from visualize.layout.details import Panel, least_size, place_details
from visualize.layout.flow import PlacedFlow, place_flow, place_flow_in_rows
from visualize.layout.leaders import with_leaders
from visualize.layout.sizes import Sizes
from visualize.layout.spacing import Spacing
from visualize.layout.surround.page import Surrounder

__all__ = ["Arrangement", "Arranger", "arrange", "lay_out"]

# By how much panels and an overview shrink at most with the densest spacing.
_DENSER = 1.8
# By how much boxes side by side shrink at most where their texts are wrapped.
_SLIMMER = 2.2


def lay_out(scene: Scene, theme: Theme, direction: Direction, page: Page | None = None) -> Layout:
    """Place every box, arrow and label of ``scene`` so that it fits ``page``, if it can."""
    return arrange(scene, theme, direction, page or Page()).best


def arrange(scene: Scene, theme: Theme, direction: Direction, page: Page) -> Arrangement:
    """Place the boxes and frames of ``scene``; arrows are drawn later."""
    return Arranger(theme, direction, page).arrange(scene)


class Arranger:
    """Lays out figures for one page; what several of them show is laid out once.

    Args:
        theme: sizes and fonts.
        direction: of the flow in the figure.
        page: the room for it.
    """

    def __init__(self, theme: Theme, direction: Direction, page: Page) -> None:
        self.theme = theme
        self.direction = direction
        self.page = page
        self.wraps = page.exact
        self._flows: dict[Hashable, PlacedFlow] = {}
        self._sizes: dict[Hashable, tuple[Sizes, tuple[Rectangle, ...]]] = {}
        self._in_rows: dict[Hashable, PlacedFlow | None] = {}

    @functools.cached_property
    def wrapping(self) -> Arranger:
        """The same, which may wrap labels also where no width is asked for."""
        other = copy.copy(self)
        other.wraps = True
        return other

    def arrange(
        self,
        scene: Scene,
        spacing: Spacing = ROOMY,
        *,
        in_half: bool = False,
        less: Arrangement | None = None,
    ) -> Arrangement:
        """Place the boxes and frames of ``scene``; arrows are drawn later.

        Args:
            scene: what to show.
            spacing: the lengths.
            in_half: whether the overview is at most half as long as the page, in more columns, so
                that there is room for details below it.
            less: an arrangement of the same with fewer details, that fits: with more of them, no
                less dense one will.
        """
        surrounder = Surrounder(scene, self.theme, self.page, spacing.page)
        return Arrangement(self, scene, spacing, surrounder, in_half, less=less)

    def flow(
        self, scene: Scene, direction: Direction, spacing: Spacing, room: tuple[float, float]
    ) -> PlacedFlow:
        """A scene without its details, placed for a ``room`` that is as long and broad as given.

        The same boxes are placed once, whatever letters are in their corners: their room counts.
        """
        sizes, areas = self._sized(scene, direction, spacing)
        key = id(scene.boxes), areas, direction, spacing, room
        if key not in self._flows:
            self._flows[key] = place_flow(sizes, *room)
        return self._flows[key]

    def _sized(
        self, scene: Scene, direction: Direction, spacing: Spacing
    ) -> tuple[Sizes, tuple[Rectangle, ...]]:
        """The sizes of what is in a scene, and the areas of its boxes."""
        key = id(scene.boxes), tuple(scene.letters.items()), direction, spacing
        if key not in self._sizes:
            sizes = Sizes(scene, self.theme, direction, spacing)
            areas = tuple(extent.area for extent in sizes.extents.values())
            self._sizes[key] = sizes, areas
        return self._sizes[key]

    def rows(self, scene: Scene, spacing: Spacing) -> PlacedFlow | None:
        """A scene without its details in rows of resolution, if it has such; placed once."""
        if self.direction is not Direction.TB:
            return None
        sizes, areas = self._sized(scene, self.direction, spacing)
        key = id(scene.boxes), areas, spacing
        if key not in self._in_rows:
            self._in_rows[key] = place_flow_in_rows(sizes)
        return self._in_rows[key]

    def panel(self, detail: SceneDetail, spacing: Spacing, *, bare: bool = False) -> Panel:
        """A detail, placed in the direction of the figure or else in the one that fits.

        Args:
            detail: what to place.
            spacing: the lengths.
            bare: whether its boxes and frames alone have to fit, so that no arrow is drawn.
        """
        room = Surrounder(detail.inside, self.theme, self.page, spacing.page).size
        panels = []
        for direction in dict.fromkeys((self.direction, Direction.TB, Direction.LR)):
            size = direction.size(*room)
            panel = Panel(detail, self.flow(detail.inside, direction, spacing, size))
            panels.append(panel)
            if self.page.holds(*panel.boxes_size) and (bare or self.page.holds(*panel.size)):
                return panel
        return panels[0]


@dataclass(frozen=True)
class Arrangement:
    """A figure with one spacing, and the layouts made from it.

    Attributes:
        arranger: places what is in it.
        scene: what the figure shows.
        spacing: the lengths.
        surrounder: places title and legend.
        in_half: whether the overview is at most half as long as the page.
        in_rows: whether its boxes are in rows of resolution.
        less: an arrangement of the same with fewer details, that fits.
    """

    arranger: Arranger
    scene: Scene
    spacing: Spacing
    surrounder: Surrounder
    in_half: bool = False
    in_rows: bool = False
    less: Arrangement | None = None

    @functools.cached_property
    def best(self) -> Layout:
        """The layout that fits the page; if none does, the one with this spacing."""
        chosen = self.fitting or self.layout
        if not chosen.details:
            return chosen
        leading = with_leaders(chosen, self.arranger.direction, self.arranger.theme)
        return replace(chosen, details=leading)

    @functools.cached_property
    def fitting(self) -> Layout | None:
        """A layout that fits the page, with this spacing or a denser one; None if nothing fits."""
        if self.fitting_rows:
            return self.fitting_rows
        return self.found.layout if self.found else None

    @functools.cached_property
    def found(self) -> Arrangement | None:
        """The first arrangement of all that are tried that fits the page."""
        page, tried = self.arranger.page, self._tried
        if self.less:
            spacing = self.less.spacing
            tried = itertools.dropwhile(lambda one: one.spacing is not spacing, tried)
        fitting = (one for one in tried if not one._reaches_beyond(page) and one.layout.fits(page))
        return next(fitting, None)

    @functools.cached_property
    def fitting_rows(self) -> Layout | None:
        """A layout in rows of resolution that fits the page and is clear, if there is one."""
        page = self.arranger.page
        for spacing in (self.spacing, DENSE, NARROW, WRAPPED, *([SLIM] if page.exact else [])):
            if self.arranger.rows(self.scene, spacing) is None:
                return None
            one = replace(self.arranger.arrange(self.scene, spacing), in_rows=True)
            is_small = page.holds(*one._flow.boxes_size)
            if is_small and one.layout.fits(page) and one.layout.is_clear:
                return one.layout
        return None

    @property
    def _tried(self) -> Iterator[Arrangement]:
        """Arrangements of the same of which one may fit, the least dense first."""
        arrange, page = self.arranger.arrange, self.arranger.page
        halves = self.scene.details and self.arranger.direction.is_vertical
        in_half = self.less is not None and self.less.in_half
        halves = halves and (in_half or not self.less)
        if page.nearly.holds(*self._flow.boxes_size):
            if not in_half:
                yield self
            if self._may_fit and not in_half:
                yield from self._possible(arrange(self.scene, one) for one in self._denser)
            if halves:
                yield from self._possible(
                    arrange(self.scene, one, in_half=True) for one in (ROOMY, DENSE, NARROW)
                )
        length, breadth = self._flow.boxes_size
        if self.arranger.wraps and page.holds(length / _SLIMMER, breadth / _SLIMMER):
            if not in_half:
                yield arrange(self.scene, SLIM)
            if halves:
                yield arrange(self.scene, SLIM, in_half=True)

    def _possible(self, arrangements: Iterable[Arrangement]) -> Iterator[Arrangement]:
        """Arrangements of which one may fit: none if the last, the densest, is too large."""
        tried = tuple(arrangements)
        if not self.scene.details or not tried[-1]._reaches_beyond(self.arranger.page):
            yield from tried

    @property
    def _denser(self) -> Iterator[Spacing]:
        """The spacings with which the figure may fit, the least dense first."""
        yield from (DENSE, NARROW)
        if self._flow.layout.in_line:
            yield KNOTTED
        if self.scene.level == Level.STAGE.value:
            yield TIGHT

    @functools.cached_property
    def layout(self) -> Layout:
        """All of the figure with this spacing, whether it fits or not."""
        layout, direction = self._flow.showing(self.scene), self.arranger.direction
        area = Corners.of(layout.extent, direction)
        details = self._details(area)
        for one in details:
            area = area.joined(Corners(*one.low, *one.high))
        whole = replace(layout, details=details)
        return replace(whole, around=self.surrounder.surround(area, whole.skip_kinds))

    @property
    def excess(self) -> float:
        """How many times the best layout is as long as the page, in the direction that is worse."""
        (width, height), page = self.best.around.size, self.arranger.page
        return max(width / page.width, height / page.height)

    @property
    def is_too_broad(self) -> bool:
        """Whether what lies side by side is too much for the page, and no flow is too long.

        In the other direction, in which boxes take less room side by side, it may fit.
        """
        page, direction = self.arranger.page, self.arranger.direction
        length, breadth = direction.size(*self._flow.boxes_size)
        return direction.is_vertical and breadth > page.width >= length

    @property
    def _may_fit(self) -> bool:
        """Whether the figure may fit the page with denser spacing."""
        if not self.scene.details:
            return self.layout.nearly_fits(self.arranger.page)
        width, height = self._least
        return self.arranger.page.holds(width / _DENSER, height / _DENSER)

    @functools.cached_property
    def _flow(self) -> PlacedFlow:
        if self.in_rows:
            rows = self.arranger.rows(self.scene, self.spacing)
            assert rows is not None
            return rows
        direction = self.arranger.direction
        length, breadth = direction.size(*self.surrounder.size)
        room = (length / 2 if self.in_half else length), breadth
        return self.arranger.flow(self.scene, direction, self.spacing, room)

    def _details(self, area: Corners) -> tuple[PlacedDetail, ...]:
        """The panels of details around the overview, which covers ``area``."""
        if not self._panels:
            return ()
        room, spacing = self.surrounder.size, self.spacing.detail
        empty = self._flow.notches if self.in_rows else ()
        return place_details(self._panels, area, room, self.arranger.theme, spacing, empty)

    @functools.cached_property
    def _panels(self) -> list[Panel]:
        spacing = NARROW if self.spacing is WRAPPED else self.spacing
        return [self.arranger.panel(detail, spacing) for detail in self.scene.details]

    @functools.cached_property
    def _least(self) -> tuple[float, float]:
        """The size of boxes, frames and panels alone: arrows are not drawn for it."""
        least, room, spacing = self._flow.boxes_size, self.surrounder.size, self.spacing.detail
        bare = [self.arranger.panel(one, self.spacing, bare=True) for one in self.scene.details]
        return least_size(bare, least, room, self.arranger.theme, spacing)

    def _reaches_beyond(self, page: Page) -> bool:
        """Whether the boxes, frames and panels alone are larger than ``page``."""
        return not page.holds(*self._least)
