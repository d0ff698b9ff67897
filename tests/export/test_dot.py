"""DOT: the source that Graphviz draws, also the command ``dot`` without options."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pytest

import visualize
from tests.nets import NETS
from tests.plain_dot import run_dot
from visualize.core.element_names import element_names
from visualize.core.fonts import FAMILY
from visualize.export.engine import run_graphviz
from visualize.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, **options: object) -> tuple[Figure, str]:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, **options)
    return figure, figure.render(["dot"])["dot"].decode()


def read(dot: str) -> pygraphviz.AGraph:
    return pygraphviz.AGraph(string=dot)


def test_numbers_in_dot_are_short() -> None:
    assert not re.search(r"\d\.\d{4,}", drawn("residual")[1])


@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_nodes_have_module_paths_and_are_in_the_clusters_of_their_frames(
    name: str, level: str
) -> None:
    figure, dot = drawn(name, level=level)
    scene, graph = figure.scene, read(dot)
    names = element_names(scene)
    assert set(names.boxes.values()) == {node for node in graph.nodes() if node[0] != "/"}
    arrows = [(names.boxes[one.source], names.boxes[one.target]) for one in scene.all_arrows]
    assert sorted(edge for edge in graph.edges() if edge[0][0] != "/") == sorted(arrows)
    groups = {group.id: group for detail in (scene, *scene.details) for group in detail.groups}
    for box in scene.all_boxes:
        group, inside = box.group, [""]
        while group:
            if groups[group].framed:
                cluster = graph.get_subgraph(f"cluster-frame-{names.groups[group]}")
                inside.append(cluster.name)
                assert names.boxes[box.id] in cluster.nodes()
            group = groups[group].parent
    assert len(graph.subgraphs()) <= sum(one.framed for one in groups.values()) + len(scene.details)


def test_the_page_and_fonts_to_fall_back_on_are_in_the_source() -> None:
    figure, dot = drawn("residual")
    graph = read(dot)
    assert graph.graph_attr["layout"] == "nop2"
    assert list(map(float, graph.graph_attr["bb"].split(","))) == pytest.approx(
        [0, 0, *figure.size], abs=0.001
    )
    for attributes in (graph.graph_attr, graph.node_attr, graph.edge_attr):
        assert attributes["fontname"] == f"{FAMILY},Helvetica,Arial,sans-serif"


def shapes(svg: bytes) -> dict[str, list[float]]:
    """The numbers of outlines and lines, by the id of their group.

    Not those of heads and text, which versions of Graphviz place in their own ways.
    """
    return {
        group.get("id", ""): [
            float(number)
            for shape in group.iter()
            for key in ("d", "cx", "cy", "rx")
            for number in re.findall(r"-?\d+(?:\.\d+)?", shape.get(key, ""))
        ]
        for group in ET.fromstring(svg).iter(f"{SVG}g")
        if group.get("class") != "graph" and not group.get("id", "").startswith("a_graph")
    }


@pytest.mark.skipif(not shutil.which("dot"), reason="no Graphviz")
@pytest.mark.parametrize("name", ["residual", "unet", "squeeze_excite"])
def test_plain_dot_draws_the_figure(name: str, tmp_path: Path) -> None:
    figure, dot = drawn(name, title="A title")
    result = run_dot(dot.encode(), "svg", tmp_path)
    assert b"size too small" not in result.stderr
    ours, theirs = shapes(run_graphviz(dot, "svg", FAMILY)), shapes(result.stdout)
    assert theirs.keys() == ours.keys()
    compared = {name: values for name, values in ours.items() if not name.startswith("text-")}
    assert len(compared) > len(figure.scene.boxes)
    for key, values in compared.items():
        # Some versions shift all by the 0.36 pt by which they make the page too wide.
        assert theirs[key] == pytest.approx(values, abs=0.6), key
    width, height = figure.size
    size = ET.fromstring(result.stdout).get("viewBox", "").split()[2:]
    assert list(map(float, size)) == pytest.approx([width, height], abs=1)
