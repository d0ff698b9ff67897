"""Exact artefacts at the seams: graph JSON, scene JSON and DOT of six small nets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import visualize
from tests.nets import NETS
from visualize.core.documents import to_json
from visualize.export.scene_json import scene_document
from visualize.report import write_graph

Golden = Callable[[str, bytes], None]


def scene(figure: visualize.Figure) -> bytes:
    """The scene without places, which are those of a picture."""
    return to_json(scene_document(figure.scene))


@pytest.mark.parametrize("name", NETS)
def test_graph_and_figure_are_as_before(name: str, golden: Golden) -> None:
    make, inputs = NETS[name]
    architecture = visualize.trace(make(), inputs, name=name)
    golden(f"{name}.graph.json", write_graph(architecture, "json"))
    figure = visualize.draw(architecture, level="layer")
    golden(f"{name}.scene.json", scene(figure))
    golden(f"{name}.dot", figure.render("dot")["dot"])


@pytest.mark.parametrize("level", ["op", "block", "stage"])
def test_scene_of_residual_at_each_level(level: str, golden: Golden) -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, level=level)
    golden(f"residual.{level}.scene.json", scene(figure))
