"""Exact artefacts at the seams: graph JSON, scene JSON and DOT of six small nets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import visualize
from tests.nets import NETS
from visualize.report import write_graph

Golden = Callable[[str, bytes], None]


@pytest.mark.parametrize("name", NETS)
def test_graph_and_figure_are_as_before(name: str, golden: Golden) -> None:
    make, inputs = NETS[name]
    architecture = visualize.trace(make(), inputs, name=name)
    golden(f"{name}.graph.json", write_graph(architecture, "json"))
    files = visualize.draw(architecture, level="layer").render(["json", "dot"])
    golden(f"{name}.scene.json", files["json"])
    golden(f"{name}.dot", files["dot"])


@pytest.mark.parametrize("level", ["op", "block", "stage"])
def test_scene_of_residual_at_each_level(level: str, golden: Golden) -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, level=level)
    golden(f"residual.{level}.scene.json", figure.render(["json"])["json"])
