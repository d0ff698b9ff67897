"""Fit a figure to a page: the level that ``auto`` picks, and the size of the page."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import networkx as nx

from visualize.core.choices import Direction, Level
from visualize.core.detail import Detail
from visualize.core.diagram import Diagram
from visualize.core.layout import Page
from visualize.core.matching import matching_paths
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.fitting.drawing import MOST_BOXES, Drawing, Merging
from visualize.ladder import Rung, rungs
from visualize.layout import Arranger
from visualize.options import FigureOptions
from visualize.scene.build import build_scene
from visualize.scene.details import inside_scene, with_details
from visualize.scene.themes import load_theme, with_font
from visualize.scene.variants import changes, with_variants
from visualize.simplify import Choice, Simplifier
from visualize.simplify.details import DetailFinder
from visualize.simplify.selections import is_readable, others, selections

__all__ = ["Drawing", "fit", "look", "page_of"]

_MOST_ARROWS = 1000
_MOST_READABLE = 40  # boxes
# How many more details are tried where some fit.
_MOST_TRIED = 5


def fit(simplifier: Simplifier, options: FigureOptions, merging: Merging | None = None) -> Drawing:
    """Draw a model at the level asked for; at ``auto``, at the most detailed one that fits.

    One in which no arrow runs through a box and no label lies on another comes before one where
    that cannot be avoided.

    Details of closed blocks are shown where they fit as well, and those that the options name in
    any case. Labels are wrapped where nothing fits without that, or no panel does. If nothing fits
    even so, what reaches beyond the page the least is drawn all the same, of those with few boxes.

    Args:
        simplifier: makes the diagrams of the model.
        options: what the figure shows.
        merging: adds what another model has, in the figure of a difference.

    Raises:
        UsageError: the theme, the font or a module that ``options`` name does not exist.
    """
    drawings = _Drawings(simplifier, options, merging)
    tried = rungs(options)
    larger: list[Drawing] = []
    found = _best(drawings.of(tried), options, larger)
    if options.level is Level.AUTO:
        if found is None:
            found = _best(drawings.of(tried, wraps=True), options, larger)
        elif found.is_unexplained and options.shows_details:
            found = _with_panel(found, drawings.of(tried, wraps=True))
    if found is not None:
        return found
    return min(larger, key=lambda one: (len(one.scene.boxes) > _MOST_READABLE, one.excess))


def _best(
    drawings: Iterable[Drawing], options: FigureOptions, larger: list[Drawing]
) -> Drawing | None:
    """The first drawing that fits, and is clear and shows structure if there is such a one.

    Those that do not fit are added to ``larger``.
    """
    fitting: list[Drawing] = []
    closed: list[Drawing] = []
    for drawing in drawings:
        if not drawing.fits:
            larger.append(drawing)
        elif not drawing.is_clear:
            fitting.append(drawing)
        elif options.collapse or drawing.shows_structure:
            return drawing
        else:
            closed.append(drawing)
    return next(iter((*closed, *fitting)), None)


def _with_panel(found: Drawing, wrapped: Iterable[Drawing]) -> Drawing:
    """Of drawings with wrapped labels, the first with room for a panel that shows no less."""
    least = len(found.scene.boxes)
    for one in wrapped:
        is_more = one.scene.details and len(one.scene.boxes) >= least
        if is_more and one.fits and one.is_clear and one.shows_structure:
            return one
    return found


class _Drawings:
    """Draws a model.

    Args:
        simplifier: makes its diagrams.
        options: what the figure shows.

    Raises:
        UsageError: the theme, the font or a module that ``options`` name does not exist.
    """

    def __init__(
        self, simplifier: Simplifier, options: FigureOptions, merging: Merging | None = None
    ) -> None:
        modules = simplifier.exact.modules
        self.merging = merging
        self.simplifier = simplifier
        self.options = options
        theme, page = look(options), page_of(options)
        directions = (options.direction,) if options.direction else (Direction.TB, Direction.LR)
        self.arrangers = tuple(Arranger(theme, direction, page) for direction in directions)
        self.choice = None
        if options.expand or options.collapse:
            self.choice = Choice.of(options.expand, options.collapse, modules)
        if merging:
            self.choice = (self.choice or Choice()).closing(merging.closed)
        self.hidden = self._paths(options.hide, "--hide")
        self.titles = options.titles(modules)
        self.detailed = self._paths(options.named_details, "--details")
        # Rungs with details and without share these.
        self._diagram = functools.cache(self._make_diagram)
        self._overview = functools.cache(self._make_overview)
        self._insides: dict[nx.MultiDiGraph, Scene] = {}
        self._compared: dict[tuple[int, int], tuple[str, ...] | None] = {}

    def of(self, rungs: Sequence[Rung], *, wraps: bool = False) -> Iterator[Drawing]:
        """The drawings of each rung, made on demand: with all details, and with fewer.

        Args:
            rungs: how much to show.
            wraps: whether labels may be wrapped though no width is asked for. Only what has few
                boxes is drawn so.
        """
        arrangers = [one.wrapping for one in self.arrangers] if wraps else self.arrangers
        explained: set[frozenset[tuple[str, ...]]] = set()
        layers: Diagram | None = None
        rungs = [one for one in rungs if self.simplifier.has_scales or not one.by_scale]
        for rung in rungs:
            diagram = self._diagram(rung.plain)
            most = _MOST_READABLE if wraps else MOST_BOXES
            is_large = len(diagram.boxes) > most or diagram.graph.size() > _MOST_ARROWS
            if is_large and (wraps or rung is not rungs[-1]):
                continue
            if rung.level is Level.LAYER:
                layers = diagram
            elif diagram is layers:  # no layers work together: the figure is the one before
                continue
            for overview in self._overviews(rung.plain, arrangers):
                if not rung.explained:
                    yield self._with_small(overview, diagram)
                    continue
                # Levels of a small model are the same; its details fit none of them or the first.
                boxes = frozenset(box.members for box in diagram.boxes)
                if boxes not in explained and (self.detailed or overview.fits):
                    explained.add(boxes)
                    yield from self._explained(overview, diagram)
                    if overview.is_in_rows:
                        # It shows more than fewer boxes, all closed, with their panels.
                        yield overview

    def _overviews(self, rung: Rung, arrangers: Sequence[Arranger]) -> Iterator[Drawing]:
        """Drawings without details: in one direction, and in the next if that may fit better."""
        for arranger in arrangers:
            overview = self._overview(rung, arranger)
            yield overview
            if not overview.is_too_broad:
                return

    def _explained(self, overview: Drawing, diagram: Diagram) -> Iterator[Drawing]:
        """Drawings with details: all that are named, or else fewer and fewer until they fit."""
        found = self._details(diagram)
        if self.detailed:
            named = [one for one in found if one.box.path in self.detailed]
            yield self._with(overview, named)
            return
        for shown in selections(found, self._finder.brief):
            drawing = self._with(overview, shown)
            yield self._filled(drawing, shown, found) if drawing.fits else drawing

    def _with_small(self, overview: Drawing, diagram: Diagram) -> Drawing:
        """A drawing with those details that fit where no rich one does: of a stem or a head."""
        if not self.options.shows_details or not overview.fits:
            return overview
        drawing, _ = self._more(overview, (), self._details(diagram))
        return drawing if drawing.is_clear else overview

    def _filled(
        self, fitting: Drawing, shown: Sequence[Detail], found: Sequence[Detail]
    ) -> Drawing:
        """A drawing with details that fit, and with what else explains the boxes of others.

        Details are made brief where that leaves fewer boxes without a letter.
        """
        drawing, left = self._more(fitting, shown, found)
        short = [one if one.details else self._finder.brief(one) for one in shown]
        if not left or [one.diagram for one in short] == [one.diagram for one in shown]:
            return drawing
        briefly = self._with(fitting, short)
        fewer = len(left) - 1
        if len(self._worded(briefly, short, others(found, short), most=fewer)[1]) > fewer:
            return drawing
        other, still = self._more(briefly, short, found)
        return other if len(still) < len(left) else drawing

    def _more(
        self, fitting: Drawing, shown: Sequence[Detail], found: Sequence[Detail]
    ) -> tuple[Drawing, list[Detail]]:
        """A drawing that explains as much more as fits, and what remains unexplained.

        Words about how other blocks differ need the least room; details that fit come in their
        place, those first for which there are no words.
        """
        order = {box.id: place for place, box in enumerate(fitting.scene.boxes)}
        left = others(found, shown)
        drawing, missed = self._worded(fitting, shown, left)
        unsaid = {id(one) for one in missed}
        tried = sorted(left, key=lambda one: id(one) not in unsaid)
        for other in itertools.islice(tried, _MOST_TRIED if missed else _MOST_TRIED // 2):
            more = sorted((*shown, self._finder.brief(other)), key=lambda one: order[one.boxes[0]])
            rest = [one for one in left if one is not other]
            if not is_readable(more):
                continue
            larger, still = self._worded(drawing, more, rest, most=len(missed))
            if len(still) <= len(missed) and larger.fits:
                drawing, missed, shown, left = larger, still, more, rest
        return drawing, missed

    def _worded(
        self,
        fitting: Drawing,
        shown: Sequence[Detail],
        left: Sequence[Detail],
        most: float = math.inf,
    ) -> tuple[Drawing, list[Detail]]:
        """A drawing with words about as many of the details ``left`` as fit, and the others.

        It shows more than one that is ``fitting``. Words that leave more than ``most`` others are
        not laid out.
        """
        numbers = () if self.merging else (len(left), len(left) // 2)
        for number in dict.fromkeys(numbers):
            worded, unsaid = with_variants(shown, left[:number], self._scenes, self._changes)
            missed = [*unsaid, *left[number:]]
            if len(missed) < len(left) and len(missed) <= most:
                drawing = replace(self._with(fitting, worded), less=fitting)
                if drawing.fits:
                    return drawing, missed
        return replace(self._with(fitting, shown), less=fitting), list(left)

    def _changes(self, shown: Scene, other: Scene) -> tuple[str, ...] | None:
        """What is different in another scene; each pair is compared once."""
        pair = id(shown), id(other)
        if pair not in self._compared:
            self._compared[pair] = changes(shown, other)
        return self._compared[pair]

    def _scenes(self, detail: Detail) -> Iterator[Scene]:
        """What is inside a detail, in full and in brief."""
        yield self._inside(self._finder.whole(detail))
        yield self._inside(self._finder.brief(detail))

    def _with(self, overview: Drawing, shown: Sequence[Detail]) -> Drawing:
        return replace(overview, scene=with_details(overview.scene, shown, self._inside))

    def _make_diagram(self, rung: Rung) -> Diagram:
        return self.simplifier.to(
            rung.level,
            folded=self.options.fold,
            choice=self.choice,
            depth=rung.depth,
            hidden=self.hidden,
            by_scale=rung.by_scale,
        )

    def _make_overview(self, rung: Rung, arranger: Arranger) -> Drawing:
        """A drawing without details."""
        diagram = self._diagram(rung)
        scene = self._scene(diagram, rung.level, self.options.title)
        if self.merging:
            scene = self.merging.overview(diagram, rung, self._scene)
            scene = replace(scene, title=self.options.title)
        return Drawing(scene, arranger, diagram)

    @functools.cached_property
    def _finder(self) -> DetailFinder:
        return DetailFinder(self._diagram(Rung(Level.BLOCK)), self.simplifier.idioms)

    def _details(self, diagram: Diagram) -> Sequence[Detail]:
        """What can be shown beside a diagram: in a difference, where something differs."""
        found = self._finder.of(diagram)
        return self.merging.explained(found) if self.merging else found

    def _inside(self, detail: Detail) -> Scene:
        """The scene of a detail."""
        graph = detail.diagram.graph
        if graph not in self._insides:
            inside = self._inside_alone
            made = self.merging.inside(detail, inside) if self.merging else inside(detail)
            self._insides[graph] = made
        return self._insides[graph]

    def _inside_alone(self, detail: Detail) -> Scene:
        return inside_scene(detail, self._scene(detail.diagram, Level.LAYER))

    def _scene(self, diagram: Diagram, level: Level, title: str = "") -> Scene:
        return build_scene(
            diagram,
            level.value,
            title=title,
            legend=self.options.legend,
            names=self.options.names,
            titles=self.titles,
            color_by=self.options.color_by,
        )

    def _paths(self, patterns: Iterable[str], option: str) -> frozenset[str]:
        modules = self.simplifier.exact.modules
        return frozenset().union(*(matching_paths(one, modules, option) for one in patterns))


def look(options: FigureOptions) -> Theme:
    """The theme that the options name, with its font.

    Raises:
        UsageError: there is no such theme, or no such font.
    """
    theme = options.theme
    loaded = load_theme(theme) if isinstance(theme, str) else theme
    return with_font(loaded, options.font) if options.font else loaded


def page_of(options: FigureOptions) -> Page:
    """The page that the options ask for: by default as needed, at most 6.875 × 9 inches."""
    page = Page()
    if options.width:
        page = replace(page, width=options.width.points, exact=True)
    if options.height:
        page = replace(page, height=options.height.points)
    return page
