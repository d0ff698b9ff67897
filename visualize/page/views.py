"""Views: the figure, and what is inside its boxes, each different inside laid out once.

    figure ──▶ Bottleneck ──▶ conv, norm, ReLU
          └──▶ Bottleneck (the same view)

A view names operations by their positions in it, so that equal parts of a model share it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from visualize.core.choices import Direction
from visualize.core.detail import Detail
from visualize.core.diagram import Diagram
from visualize.core.layout import Layout, Surroundings
from visualize.core.palette import PaintedStroke, Palette, make_palette, skip_stroke
from visualize.core.phrases import verbatim
from visualize.core.scene import Scene, SceneBox
from visualize.core.theme import Theme
from visualize.export.compose import make_picture
from visualize.export.picture import Picture
from visualize.layout.corners import Corners
from visualize.layout.densities import ROOMY
from visualize.layout.flow import place_flow
from visualize.layout.sizes import Sizes
from visualize.page.inside import Inside
from visualize.scene.details import inside_scene

ENDS = ("input", "output")
"""The roles of boxes where data enters or leaves a diagram."""


@dataclass(frozen=True)
class View:
    """The figure, or what is inside a box.

    Attributes:
        diagram: its boxes.
        scene: what is drawn of them.
        picture: the same in its place.
        palette: the colours of both.
        operations: those of the model in it, in order.
        path: the module path of the box that it is the inside of.
    """

    diagram: Diagram
    scene: Scene
    picture: Picture
    palette: Palette
    operations: tuple[str, ...]
    path: str = ""

    @functools.cached_property
    def places(self) -> Mapping[str, int]:
        """The position of each operation."""
        return {node: place for place, node in enumerate(self.operations)}


@dataclass(frozen=True)
class ViewMaker:
    """Makes views.

    Args:
        theme: fonts and colours.
        direction: of the flow.
        scene: makes the scene of a diagram.
    """

    theme: Theme
    direction: Direction
    scene: Callable[[Diagram], Scene]

    def stroke(self, kind: str) -> PaintedStroke:
        """How skip connections of a kind are drawn."""
        return skip_stroke(kind, self.theme)

    def inside(self, inside: Inside) -> View:
        """What is inside a box; what enters or leaves it does so at a point on the border."""
        scene = inside_scene(Detail((), inside.box, inside.diagram), self.scene(inside.diagram))
        boxes = (_named(one, inside) for one in scene.boxes)
        scene = replace(scene, boxes=tuple(boxes), legend=False)
        sizes = Sizes(scene, self.theme, self.direction, ROOMY)
        layout = place_flow(sizes, math.inf).layout
        layout = replace(layout, around=_border(layout, self.direction))
        palette = make_palette(scene, self.theme)
        picture = make_picture(scene, layout, self.theme, self.direction, palette, "")
        return View(inside.diagram, scene, picture, palette, inside.box.members, inside.box.path)


def _named(box: SceneBox, inside: Inside) -> SceneBox:
    """A box of an inside: an end is a point, one of several copies has its name in its title.

    An end of the model that is in the box is no point.
    """
    name = inside.names.get(box.id, "")
    if box.role in ENDS and box.id not in inside.box.members:
        return replace(box, label=())
    if not name or not box.label:
        return box
    title, *rest = box.label
    return replace(box, label=(f"{name} · {title}", *rest), title=verbatim(f"{name} · {box.title}"))


def _border(layout: Layout, direction: Direction) -> Surroundings:
    """The edge of a page that ends where what is on it does."""
    area = Corners.of(layout.extent, direction)
    return Surroundings((area.left, area.bottom), (area.right, area.top))
