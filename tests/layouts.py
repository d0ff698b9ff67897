"""Scenes made by hand, and what must hold of their layouts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import networkx as nx

from visualize.core.choices import Direction
from visualize.core.layout import Layout
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.layout.densities import ROOMY
from visualize.layout.levels import split_levels
from visualize.layout.sizes import LevelSizes, Sizes
from visualize.layout.spacing import Spacing
from visualize.scene.themes import load_theme

THEME = load_theme("paper")


def scene(
    edges: Sequence[tuple[str, str]],
    arcs: Sequence[tuple[str, str]] = (),
    frames: dict[str, str] | None = None,
    inputs: str = "",
) -> Scene:
    """A scene of boxes named like nodes; names with ``+`` are merges.

    ``frames`` has the frame of each box that is in one, ``inputs`` the names of inputs.
    """
    frames = frames or {}
    nodes = list(dict.fromkeys(node for edge in edges for node in edge))
    ordered = list(nx.lexicographical_topological_sort(nx.DiGraph(edges), key=nodes.index))
    boxes = tuple(
        SceneBox(
            node,
            (node,),
            "merge" if "+" in node else "input" if node in inputs else "layer",
            (node,),
            0,
            0,
            frames.get(node, ""),
            "",
            "",
        )
        for node in ordered
    )
    groups = tuple(
        SceneGroup(frame, f"2 × {frame}", "", "repeat", "", 2, framed=True)
        for frame in dict.fromkeys(frames.values())
    )
    arrows = [SceneArrow(*edge, "", None, False, False, "") for edge in edges]
    arrows += [SceneArrow(*arc, "", "identity", True, False, "") for arc in arcs]
    return Scene("", "", "layer", boxes, groups, tuple(arrows))


def sizes_of(drawn: Scene, spacing: Spacing = ROOMY, direction: Direction = Direction.TB) -> Sizes:
    return Sizes(drawn, THEME, direction, spacing)


def figure_sizes(drawn: Scene, spacing: Spacing = ROOMY) -> LevelSizes:
    """The sizes of a scene without frames."""
    return LevelSizes(sizes_of(drawn, spacing), split_levels(drawn).figure, {})


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    """Boxes that share an area."""
    return [
        (one.box.id, other.box.id)
        for one, other in itertools.combinations(layout.boxes, 2)
        if one.rectangle.overlaps(other.rectangle)
    ]


def hits(layout: Layout) -> list[tuple[str, str, str]]:
    """Arrows that run through a box that is not at one of their ends."""
    return [
        (placed.arrow.source, placed.arrow.target, box.box.id)
        for placed in layout.arrows
        for box in layout.boxes
        if box.box.id not in (placed.arrow.source, placed.arrow.target)
        and any(
            box.rectangle.start < point.along < box.rectangle.end
            and box.rectangle.low < point.across < box.rectangle.high
            for point in layout.whole(placed).sample()
        )
    ]
