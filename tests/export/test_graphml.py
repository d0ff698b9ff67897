"""GraphML of a figure: networkx reads what is drawn, and yEd finds where and how."""

from __future__ import annotations

import dataclasses
import functools
import io
import itertools
import json
import xml.etree.ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import visualize
from tests.graphs import every_kind, resnet
from tests.nets import NETS
from visualize.figure import Figure

YED = "{http://www.yworks.com/xml/graphml}"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def drawn(name: str, **options: object) -> Figure:
    net, shapes = NETS[name]
    return visualize.draw(net(), shapes, **options)


def written(figure: Figure) -> bytes:
    return figure.render(["graphml"])["graphml"]


def read(content: bytes) -> nx.MultiDiGraph:
    return nx.read_graphml(io.BytesIO(content), force_multigraph=True)


@pytest.mark.parametrize("level", ["op", "layer", "block", "stage"])
@pytest.mark.parametrize("name", NETS)
def test_networkx_reads_all_that_is_drawn(name: str, level: str) -> None:
    figure = drawn(name, level=level)
    scene, graph = figure.scene, read(written(figure))
    assert graph.is_directed()
    assert graph.graph["level"] == level
    assert graph.graph["parameters"] == scene.parameters
    boxes = {node: facts for node, facts in graph.nodes(data=True) if facts["role"] != "frame"}
    assert set(boxes) == {box.id for box in scene.all_boxes}
    for box in scene.all_boxes:
        facts = boxes[box.id]
        assert facts["label"].split("\n") == list(box.label)
        assert json.loads(facts["members"]) == list(box.members)
        found = (facts["role"], facts["repeat"], facts["parameters"], facts["macs"])
        assert found == (box.role, box.repeat, box.parameters, box.macs)
    arrows = sorted((one.source, one.target, one.skip or "", one.label) for one in scene.all_arrows)
    edges = graph.edges(data=True)
    assert sorted((a, b, facts["skip"], facts["label"]) for a, b, facts in edges) == arrows
    overview = [facts for facts in boxes.values() if not facts["detail"]]
    assert sum(facts["parameters"] for facts in overview) == scene.parameters
    assert len(overview) == len(scene.boxes)


def geometry(node: ET.Element) -> tuple[float, float, float, float]:
    found = next(node.iter(f"{YED}Geometry"))
    x, y, width, height = (float(found.attrib[name]) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
@pytest.mark.parametrize("name", NETS)
def test_what_yed_draws_is_in_its_place(name: str, direction: str) -> None:
    root = ET.fromstring(written(drawn(name, direction=direction)))
    areas = {node.attrib["id"]: geometry(node) for node in root.iter(f"{GRAPHML}node")}
    whole = [one for key, one in areas.items() if not key.startswith("frame:")]
    for index, one in enumerate(whole):
        for other in whole[:index]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]
    for edge in root.iter(f"{GRAPHML}edge"):
        path = next(edge.iter(f"{YED}Path"))
        for end, name_of_end in (("s", "source"), ("t", "target")):
            left, top, right, bottom = areas[edge.attrib[name_of_end]]
            dx, dy = float(path.attrib[f"{end}x"]), float(path.attrib[f"{end}y"])
            assert abs(dx) <= (right - left) / 2 + 1.1
            assert abs(dy) <= (bottom - top) / 2 + 1.1


def test_frames_are_groups_around_their_boxes() -> None:
    figure = visualize.draw(resnet(), direction="TB")
    root = ET.fromstring(written(figure))
    frames = [node for node in root.iter(f"{GRAPHML}node") if node.get("yfiles.foldertype")]
    assert len(frames) == sum(group.framed for group in figure.scene.groups) > 0
    for frame in frames:
        left, top, right, bottom = geometry(frame)
        inner = [geometry(node) for node in frame.iter(f"{GRAPHML}node") if node is not frame]
        assert len(inner) > 1
        assert all(left < a and top < b and c < right and d < bottom for a, b, c, d in inner)
        room = {name: float(size) for name, size in next(frame.iter(f"{YED}Insets")).items()}
        assert left + room["left"] == pytest.approx(min(area[0] for area in inner), abs=0.1)
        assert top + room["top"] == pytest.approx(min(area[1] for area in inner), abs=0.1)


def test_nodes_have_their_frame_path_class_and_shape() -> None:
    figure = visualize.draw("resnet18", level="layer")
    graph = read(written(figure))
    assert graph.graph["class"] == "ResNet"
    assert graph.graph["macs"] == figure.architecture.macs
    facts = graph.nodes["layer1_0_conv1"]
    assert (facts["name"], facts["path"]) == ("layer1.0.conv1", "layer1.0.conv1")
    assert (facts["class"], facts["shape"]) == ("Conv2d", "64×56×56")
    assert (facts["parameters"], facts["parameters_each"]) == (73_984, 36_992)
    frame = graph.nodes[facts["frame"]]
    assert (frame["role"], frame["path"], frame["class"]) == ("frame", "layer1.0", "BasicBlock")
    assert (frame["stage"], frame["parameters_each"]) == ("layer1", 73_984)
    assert graph.nodes["layer2_0_conv1"]["frame"] == ""
    assert {facts["long"] for _, _, facts in graph.edges(data=True)} == {False}


def test_frames_have_the_colour_of_their_stage() -> None:
    figure = visualize.draw("resnet50", level="layer")
    root = ET.fromstring(written(figure))
    found = set()
    for node in root.iter(f"{GRAPHML}node"):
        if node.get("yfiles.foldertype"):
            group = next(node.iter(f"{YED}GroupNode"))
            color = group.find(f"{YED}BorderStyle").attrib["color"]
            assert color == group.find(f"{YED}NodeLabel").attrib["textColor"]
            found.add(color)
    stages = [tint.line for tint in figure.theme.stages]
    assert len(found) > 1
    assert found <= set(stages)


def test_kinds_of_lines_differ_without_colour() -> None:
    root = ET.fromstring(written(visualize.draw(every_kind(), level="layer")))
    looks: dict[str, set[tuple[str, str]]] = {}
    for edge in root.iter(f"{GRAPHML}edge"):
        kind = next(one.text for one in edge if one.get("key") == "edge_skip") or ""
        line = next(edge.iter(f"{YED}LineStyle")).attrib
        looks.setdefault(kind, set()).add((line["type"], line["width"]))
    assert set(looks) == {"", "identity", "scaled", "projection", "concat", "gate", "mixed"}
    assert all(len(each) == 1 for each in looks.values())
    assert len(set().union(*looks.values())) == len(looks)
    (plain,) = looks.pop("")
    assert all(float(width) > float(plain[1]) for each in looks.values() for _, width in each)


def test_skip_connections_have_their_lines() -> None:
    figure = drawn("residual")
    styles = {
        facts.attrib["type"]: facts.attrib["color"]
        for edge in ET.fromstring(written(figure)).iter(f"{GRAPHML}edge")
        for facts in edge.iter(f"{YED}LineStyle")
    }
    assert styles["dashed"] == figure.theme.skips["projection"].color


def test_an_arc_has_its_corners_and_a_straight_arrow_none() -> None:
    root = ET.fromstring(written(drawn("residual", level="layer", fold=False)))
    bends: dict[str, set[int]] = {}
    for edge in root.iter(f"{GRAPHML}edge"):
        skip = next(one.text for one in edge if one.get("key") == "edge_skip") or ""
        bends.setdefault(skip, set()).add(len(list(edge.iter(f"{YED}Point"))))
    assert 0 in bends[""]
    assert bends["identity"] <= {2, 3}


@functools.cache
def plain() -> Figure:
    return visualize.draw(resnet(), fold=False)


def bends(name: str, level: str) -> dict[tuple[str, str], list[tuple[float, float]]]:
    root = ET.fromstring(written(visualize.draw(name, level=level)))
    areas = {node.attrib["id"]: geometry(node) for node in root.iter(f"{GRAPHML}node")}
    found = {}
    for edge in root.iter(f"{GRAPHML}edge"):
        path = next(edge.iter(f"{YED}Path"))
        ends = []
        for key, name_of_end in (("s", "source"), ("t", "target")):
            left, top, right, bottom = areas[edge.attrib[name_of_end]]
            x, y = (float(path.attrib[f"{key}{axis}"]) for axis in "xy")
            ends.append(((left + right) / 2 + x, (top + bottom) / 2 + y))
        points = [(float(one.attrib["x"]), float(one.attrib["y"])) for one in path]
        found[edge.attrib["source"], edge.attrib["target"]] = [ends[0], *points, ends[1]]
    return found


@pytest.mark.parametrize(("name", "level"), [("resnet34", "auto"), ("swin_t", "layer")])
def test_lines_to_another_column_turn_with_it(name: str, level: str) -> None:
    for points in bends(name, level).values():
        for one, other in itertools.pairwise(points):
            slants = abs(one[0] - other[0]) > 8 and abs(one[1] - other[1]) > 8
            assert not slants, points


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        return y * y


def test_two_arrows_between_the_same_boxes_are_two_edges() -> None:
    figure = visualize.draw(Twice(), (1, 4), level="op")
    assert read(written(figure)).number_of_edges() == len(figure.scene.arrows)


@settings(deadline=None)
@given(st.text(min_size=1), st.text())
def test_any_text_is_xml(label: str, title: str) -> None:
    figure = plain()
    first, *others = figure.scene.boxes
    scene = dataclasses.replace(
        figure.scene, title=title, boxes=(dataclasses.replace(first, label=(label,)), *others)
    )
    drawing = dataclasses.replace(figure.drawing, scene=scene)
    graph = read(written(dataclasses.replace(figure, drawing=drawing)))
    assert len(graph) >= len(scene.boxes)
