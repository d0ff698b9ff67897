"""GraphML: a picture for yEd, and plain data for networkx and others.

How nodes and edges look is an extension of GraphML by yEd; readers that do not know it find the
same facts next to it, as attributes.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from visualize.core.element_names import element_names
from visualize.core.fonts import family
from visualize.core.page import Area, Place
from visualize.core.palette import Paint, Palette
from visualize.core.scene import Scene
from visualize.core.theme import Dashes
from visualize.export.formats import Job
from visualize.export.markup import clean, number
from visualize.export.picture import Arrow, Box, Frame, Picture

_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_YED = "http://www.yworks.com/xml/graphml"
_YGRAPHML = "http://www.yworks.com/xml/schema/graphml/1.1/ygraphml.xsd"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_ATTRIBUTES = {
    "graph": {
        "name": "string", "description": "string", "level": "string", "parameters": "long",
        "class": "string", "macs": "long",
    },
    "node": {
        "label": "string", "role": "string", "members": "string", "repeat": "int",
        "parameters": "long", "macs": "long", "stage": "string", "detail": "string",
        "name": "string", "path": "string", "class": "string", "shape": "string",
        "frame": "string", "parameters_each": "long", "macs_each": "long",
    },
    "edge": {
        "label": "string", "skip": "string", "repeat": "int", "name": "string", "long": "boolean",
    },
}  # fmt: skip
_GRAPHICS = {"node": "nodegraphics", "edge": "edgegraphics"}
_STYLES = {Dashes.SOLID: "line", Dashes.DASHED: "dashed", Dashes.DOTTED: "dotted"}
# How much wider than a plain line one of a skip connection is, by its strands: yEd draws one each.
_WIDER = {1: 2.5, 2: 5.0, 3: 7.5}
# A corner this near to a box is on its border, in points.
_NEAR = 1.0


def write(job: Job) -> bytes:
    """A GraphML document: a node per box or frame, an edge per arrow.

    A frame is a group of yEd, a node that holds a graph. ``members`` is a list as JSON. What has
    a ``detail`` repeats what boxes of the overview hold.
    """
    root = _Writer(job.picture, job.scene, job.palette).document()
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


class _Writer:
    def __init__(self, picture: Picture, scene: Scene, palette: Palette) -> None:
        self.picture = picture
        self.scene = scene
        self.palette = palette
        self.stages = {group.id: group.label for group in scene.groups}
        self.areas = {box.box.id: box.area for box in picture.boxes}
        self.names = element_names(scene)
        # No operation has a colon in its name.
        self.frames = {frame.id: f"frame:{frame.id}" for frame in picture.frames}

    def document(self) -> ET.Element:
        for prefix, space in (("", _GRAPHML), ("y", _YED), ("xsi", _SCHEMA)):
            ET.register_namespace(prefix, space)
        root = ET.Element(f"{{{_GRAPHML}}}graphml")
        root.set(f"{{{_SCHEMA}}}schemaLocation", f"{_GRAPHML} {_YGRAPHML}")
        for domain, attributes in _ATTRIBUTES.items():
            for attribute, kind in attributes.items():
                key = _child(root, "key", id=f"{domain}_{attribute}")
                key.attrib |= {"for": domain, "attr.name": attribute, "attr.type": kind}
            if domain in _GRAPHICS:
                key = _child(root, "key", id=_GRAPHICS[domain])
                key.attrib |= {"for": domain, "yfiles.type": _GRAPHICS[domain]}
        graph = _child(root, "graph", id="G", edgedefault="directed")
        facts = {
            "name": self.picture.name,
            "description": self.picture.description,
            "level": self.scene.level,
            "parameters": self.picture.parameters,
        }
        if self.scene.model:
            facts |= {"class": self.scene.model.class_name, "macs": self.scene.model.macs}
        _facts(graph, "graph", facts)
        self._inside(graph, None)
        # What comes later is drawn over what came before: where a skip connection leaves with the
        # flow, the line of the flow is seen.
        for arrow in sorted(self.picture.arrows, key=lambda one: one.arrow.skip is None):
            self._edge(graph, arrow.id.removeprefix("arrow-"), arrow)
        return root

    # Nodes

    def _inside(self, graph: ET.Element, around: str | None) -> None:
        """The frames and boxes directly in one frame, or in none."""
        frames, boxes = self.picture.inside(around)
        for frame in frames:
            node = self._frame(graph, frame)
            inner = _child(node, "graph", edgedefault="directed")
            inner.set("id", f"{self.frames[frame.id]}:")
            self._inside(inner, frame.id)
        for box in boxes:
            self._box(graph, box)

    def _box(self, graph: ET.Element, box: Box) -> None:
        node = _child(graph, "node", id=box.box.id)
        shape = _yed(_datum(node, _GRAPHICS["node"]), "ShapeNode")
        _geometry(shape, box.area)
        self._look(shape, box.tint.fill, box.tint.line)
        first, details = box.box.label[0], "\n".join(box.box.label[1:])
        place = "t" if details and not box.is_circle else "c"
        self._label(shape, first, place, self.picture.size, self.palette.text)
        if details:
            side = "w" if box.is_circle else "b"
            self._label(shape, details, side, self.picture.detail_size, box.tint.detail)
        _yed(shape, "Shape", type="ellipse" if box.is_circle else "roundrectangle")
        _facts(node, "node", self._box_facts(box))

    def _box_facts(self, drawn: Box) -> dict[str, object]:
        box = drawn.box
        return {
            "label": "\n".join(box.label),
            "role": box.role,
            "members": json.dumps(list(box.members), ensure_ascii=False),
            "repeat": box.repeat,
            "parameters": box.parameters,
            "macs": box.macs,
            "stage": self.stages[box.stage] if box.stage else "",
            "detail": drawn.detail,
            "name": self.names.boxes[box.id],
            "path": box.path,
            "class": box.type,
            "shape": ", ".join("×".join(map(str, shape)) for shape in box.shapes),
            "frame": self.frames[drawn.frame] if drawn.frame else "",
            "parameters_each": box.each.parameters,
            "macs_each": box.each.macs,
        }

    def _frame(self, graph: ET.Element, frame: Frame) -> ET.Element:
        group = frame.group
        node = _child(graph, "node", id=self.frames[frame.id])
        node.set("yfiles.foldertype", "group")
        bounds = _yed(_datum(node, _GRAPHICS["node"]), "ProxyAutoBoundsNode")
        shape = _yed(_yed(bounds, "Realizers", active="0"), "GroupNode")
        _geometry(shape, frame.area)
        self._look(shape, frame.fill, frame.line)
        label = "\n".join(filter(None, (group.label, group.detail)))
        color = frame.texts[0].color if frame.texts else self.palette.muted
        self._label(shape, label, "tl", self.picture.detail_size, color)
        _yed(shape, "Shape", type="roundrectangle")
        _yed(shape, "State", closed="false", innerGraphDisplayEnabled="false")
        # yEd fits a group to its content, with this room around it.
        _yed(shape, "Insets", **self._room(frame))
        _facts(node, "node", self._frame_facts(frame, label))
        return node

    def _frame_facts(self, frame: Frame, label: str) -> dict[str, object]:
        group = frame.group
        return {
            "label": label,
            "role": "frame",
            "repeat": group.repeat,
            "stage": self.stages.get(group.stage, ""),
            "name": self.names.groups.get(group.id, frame.id),
            "path": group.path,
            "class": group.type,
            "frame": self.frames[frame.frame] if frame.frame else "",
            "parameters_each": group.each.parameters,
            "macs_each": group.each.macs,
        }

    def _room(self, frame: Frame) -> dict[str, str]:
        """The room between a frame and what is in it, on each side."""
        areas = [one.area for things in self.picture.inside(frame.id) for one in things]
        around = frame.area
        return {
            "left": number(min(area.left for area in areas) - around.left),
            "right": number(around.right - max(area.right for area in areas)),
            "top": number(min(area.top for area in areas) - around.top),
            "bottom": number(around.bottom - max(area.bottom for area in areas)),
        }

    def _look(self, shape: ET.Element, fill: Paint, line: Paint) -> None:
        _yed(shape, "Fill", color=fill.day, transparent="false")
        width = number(self.picture.line_width)
        _yed(shape, "BorderStyle", color=line.day, type="line", width=width)

    def _label(self, shape: ET.Element, text: str, place: str, size: float, color: Paint) -> None:
        label = _yed(
            shape, "NodeLabel",
            modelName="sides" if place == "w" else "internal", modelPosition=place,
            alignment="center", autoSizePolicy="content", fontFamily=family(self.picture.font),
            fontSize=number(size), textColor=color.day,
        )  # fmt: skip
        label.text = clean(text)

    # Edges

    def _edge(self, graph: ET.Element, name: str, arrow: Arrow) -> None:
        scene, stroke = arrow.arrow, arrow.stroke
        edge = _child(graph, "edge", id=name, source=scene.source, target=scene.target)
        line = _yed(_datum(edge, _GRAPHICS["edge"]), "PolyLineEdge")
        self._path(line, arrow)
        _yed(
            line, "LineStyle",
            color=stroke.color.day, type=_STYLES[stroke.style.dashes],
            width=number(self._width(arrow)),
        )  # fmt: skip
        _yed(line, "Arrows", source="none", target="delta")
        if scene.label:
            color = stroke.color if scene.look else self.palette.muted
            label = _yed(
                line, "EdgeLabel",
                modelName="six_pos", modelPosition="tail",
                fontSize=number(self.picture.detail_size), fontFamily=family(self.picture.font),
                textColor=color.day,
            )  # fmt: skip
            label.text = clean(scene.label)
        _yed(line, "BendStyle", smoothed="true")
        facts = {
            "label": scene.label,
            "skip": scene.skip or "",
            "repeat": scene.repeat,
            "name": name,
            "long": str(scene.long).lower(),
        }
        _facts(edge, "edge", facts)

    def _width(self, arrow: Arrow) -> float:
        """That of a line: all kinds of skip connection differ from each other and from plain ones.

        They do so without colours, by their widths and dashes.
        """
        wider = _WIDER[arrow.stroke.style.strands] if arrow.arrow.look else 1.0
        return wider * self.picture.line_width

    def _path(self, line: ET.Element, arrow: Arrow) -> None:
        """Where an edge runs: from the centres of its boxes, these ends moved, over its bends."""
        source, target = self.areas[arrow.arrow.source], self.areas[arrow.arrow.target]
        corners = arrow.corners
        leaves = _touches(source, corners[0])
        start = _offset(corners[0], source) if leaves else (0.0, 0.0)
        end = _offset(corners[-1], target)
        path = _yed(
            line, "Path",
            sx=number(start[0]), sy=number(start[1]), tx=number(end[0]), ty=number(end[1]),
        )  # fmt: skip
        for x, y in corners[1 if leaves else 0 : -1]:
            _yed(path, "Point", x=number(x), y=number(y))


def _geometry(shape: ET.Element, area: Area) -> None:
    _yed(
        shape, "Geometry",
        x=number(area.left), y=number(area.top), width=number(area.width),
        height=number(area.height),
    )  # fmt: skip


def _offset(place: Place, area: Area) -> Place:
    """The offset of a place from the middle of an area."""
    middle = area.center
    return place[0] - middle[0], place[1] - middle[1]


def _touches(area: Area, place: Place) -> bool:
    """Whether a place is in an area or on its border."""
    x, y = place
    across = area.left - _NEAR < x < area.right + _NEAR
    return across and area.top - _NEAR < y < area.bottom + _NEAR


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    cleaned = {name: clean(value) for name, value in attributes.items()}
    return ET.SubElement(parent, f"{{{_GRAPHML}}}{tag}", cleaned)


def _yed(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    cleaned = {name: clean(value) for name, value in attributes.items()}
    return ET.SubElement(parent, f"{{{_YED}}}{tag}", cleaned)


def _datum(parent: ET.Element, key: str) -> ET.Element:
    return _child(parent, "data", key=key)


def _facts(parent: ET.Element, domain: str, facts: Mapping[str, object]) -> None:
    for name, value in facts.items():
        _datum(parent, f"{domain}_{name}").text = clean(str(value))
