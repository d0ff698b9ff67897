"""Fit a figure to a page: the level that ``auto`` picks, and the size of the page."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from visualize.core.choices import Direction, Level
from visualize.core.diagram import Diagram
from visualize.core.layout import Layout, Page
from visualize.core.matching import matching_paths
from visualize.core.scene import Scene
from visualize.core.theme import Theme
from visualize.layout import Arrangement, arrange
from visualize.options import FigureOptions
from visualize.scene.build import build_scene
from visualize.scene.themes import load_theme, with_font
from visualize.simplify import Choice, Simplifier

# No figure with more boxes fits a page, and laying one out to see that would take long.
_MOST_BOXES = 150


@dataclass(frozen=True)
class Detail:
    """How much a figure shows.

    Attributes:
        level: the level.
        depth: how many modules below the model everything is collapsed; None where the level
            alone decides.
    """

    level: Level
    depth: int | None = None


# What `auto` tries, in this order.
_FROM_DETAILED = (
    Detail(Level.LAYER),
    Detail(Level.BLOCK),
    Detail(Level.STAGE),
    Detail(Level.STAGE, 3),
    Detail(Level.STAGE, 2),
    Detail(Level.STAGE, 1),
)


@dataclass(frozen=True)
class Drawing:
    """A scene and the page it is drawn on; it is laid out on first use."""

    scene: Scene
    theme: Theme
    direction: Direction
    page: Page

    @property
    def layout(self) -> Layout:
        """Where everything is."""
        return self._arrangement.best

    @property
    def fits(self) -> bool:
        """Whether the figure fits its page with text at its true size."""
        return len(self.scene.boxes) <= _MOST_BOXES and self._arrangement.fitting is not None

    @functools.cached_property
    def _arrangement(self) -> Arrangement:
        return arrange(self.scene, self.theme, self.direction, self.page)


def fit(simplifier: Simplifier, options: FigureOptions) -> Drawing:
    """Draw a model at the level asked for; at ``auto``, at the most detailed one that fits.

    If none fits, the least detailed is drawn all the same.

    Raises:
        UsageError: the theme, the font or a module that ``options`` name does not exist.
    """
    theme, page = look(options), page_of(options)
    details = _FROM_DETAILED if options.level is Level.AUTO else (Detail(options.level),)
    titles = {
        path: text
        for pattern, text in options.labels.items()
        for path in matching_paths(pattern, simplifier.exact.modules, "--label")
    }
    for detail, diagram in _diagrams(simplifier, options, details):
        is_last = detail is details[-1]
        if len(diagram.boxes) > _MOST_BOXES and not is_last:
            continue
        scene = build_scene(
            diagram,
            detail.level.value,
            title=options.title,
            legend=options.legend,
            names=options.names,
            titles=titles,
            color_by=options.color_by,
        )
        drawing = Drawing(scene, theme, options.direction, page)
        if is_last or drawing.fits:
            break
    return drawing


def _diagrams(
    simplifier: Simplifier, options: FigureOptions, details: tuple[Detail, ...]
) -> Iterator[tuple[Detail, Diagram]]:
    """The diagram of each level, made on demand."""
    modules = simplifier.exact.modules
    choice = None
    if options.expand or options.collapse:
        choice = Choice.of(options.expand, options.collapse, modules)
    hidden = frozenset().union(*(matching_paths(one, modules, "--hide") for one in options.hide))
    for detail in details:
        yield (
            detail,
            simplifier.to(
                detail.level, folded=options.fold, choice=choice, depth=detail.depth, hidden=hidden
            ),
        )


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
