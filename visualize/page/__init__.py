"""The page: a figure in one HTML file, whose closed boxes open in place.

inside      what is inside a box: a diagram of its own, down to single operations
alike       what boxes have in common that open to the same
views       the figure, and each inside, laid out once
sections    the overview, and each panel beside it
ports       where arrows go on inside of a box
plain       what is drawn, as plain data
operations  the table of all operations
document    all of it, for the scripts of the page
assemble    one file, which needs no other
assets      the scripts, the style and the skeleton
"""

from __future__ import annotations

from dataclasses import replace

from visualize.core.choices import Level
from visualize.core.diagram import Diagram
from visualize.core.scene import Scene
from visualize.export import Job
from visualize.fitting import Drawing
from visualize.options import FigureOptions
from visualize.page.assemble import assemble
from visualize.page.document import Documents
from visualize.page.inside import Opener
from visualize.page.views import View, ViewMaker
from visualize.scene.build import build_scene
from visualize.scene.themes import with_night
from visualize.simplify import Simplifier

__all__ = ["documents_of", "write_page"]


def write_page(simplifier: Simplifier, drawing: Drawing, options: FigureOptions, job: Job) -> bytes:
    """The figure as a page.

    Args:
        simplifier: of the model.
        drawing: what the page shows first.
        options: what it was drawn with.
        job: the same, to be written.
    """
    documents = documents_of(simplifier, drawing, options, job)
    document = documents.document()
    return assemble(job.picture.name, document, documents.written, job.picture.font)


def documents_of(
    simplifier: Simplifier, drawing: Drawing, options: FigureOptions, job: Job
) -> Documents:
    """What makes the document of a page; see `write_page`."""
    # The page has a mode for the dark, and so has the figure in it.
    job = replace(job, theme=with_night(job.theme))
    exact, titles = simplifier.exact, options.titles(simplifier.exact.modules)

    def scene(diagram: Diagram) -> Scene:
        return build_scene(
            diagram,
            Level.LAYER.value,
            names=options.names,
            titles=titles,
            color_by=options.color_by,
        )

    operations = tuple(one.id for one in exact.operations)
    root = View(drawing.diagram, job.scene, job.picture, job.palette, operations)
    opener = Opener(simplifier, folded=options.fold)
    maker = ViewMaker(job.theme, job.direction, scene)
    return Documents(root, opener, maker, options.color_by)
