"""GraphML: a laid out scene as yEd draws it, and as plain data for networkx and others.

What draws a node or an edge is the extension of GraphML that yEd brought; readers that do not know
it find the same facts beside it, as attributes.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from visualize.core.choices import Direction
from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Layout, PlacedArrow, PlacedBox, PlacedFrame
from visualize.core.palette import plain_tint, stage_numbers, tones
from visualize.core.scene import Scene, SceneBox
from visualize.core.theme import Theme

_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_YED = "http://www.yworks.com/xml/graphml"
_YGRAPHML = "http://www.yworks.com/xml/schema/graphml/1.1/ygraphml.xsd"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_ATTRIBUTES = {
    "graph": {
        "name": "string", "description": "string", "level": "string", "parameters": "long",
    },
    "node": {
        "label": "string", "role": "string", "members": "string", "repeat": "int",
        "parameters": "long", "macs": "long", "stage": "string",
    },
    "edge": {"label": "string", "skip": "string", "repeat": "int"},
}  # fmt: skip
_GRAPHICS = {"node": "nodegraphics", "edge": "edgegraphics"}
_STYLES = {"dashed": "dashed", "dotted": "dotted"}  # what else there is, is a plain line
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEAR = 1.0


def to_graphml(
    scene: Scene, layout: Layout, theme: Theme, direction: Direction, name: str
) -> bytes:
    """A GraphML document of ``scene``: a node a box or frame, an edge an arrow.

    A frame is a group of yEd, a node that holds a graph. ``members`` is a list as JSON.
    """
    root = _Writer(scene, layout, theme, direction).document(name)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


class _Writer:
    def __init__(self, scene: Scene, layout: Layout, theme: Theme, direction: Direction) -> None:
        self.scene = scene
        self.layout = layout
        self.theme = theme
        self.direction = direction
        self.tones, _ = tones(scene, theme)
        self.stages = stage_numbers(scene)
        self.groups = {group.id: group for group in scene.groups}
        # No operation has a colon in its name.
        self.frames = {frame.group.id: f"frame:{i}" for i, frame in enumerate(layout.frames)}
        self.placed = {placed.box.id: placed for placed in layout.boxes}

    def document(self, name: str) -> ET.Element:
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
            "name": name,
            "description": self.scene.description,
            "level": self.scene.level,
            "parameters": self.scene.parameters,
        }
        _facts(graph, "graph", facts)
        self._inside(graph, "")
        # What comes later is drawn over what came before: where a skip connection leaves with the
        # flow, the line of the flow is seen.
        numbered = enumerate(self.layout.arrows)
        for number, placed in sorted(numbered, key=lambda one: one[1].arrow.skip is None):
            self._edge(graph, number, placed)
        return root

    # Nodes

    def _inside(self, graph: ET.Element, home: str) -> None:
        """The frames and boxes directly in one frame."""
        for frame in self.layout.frames:
            if self._home(self.groups[frame.group.id].parent) == home:
                node = self._frame(graph, frame)
                inner = _child(node, "graph", edgedefault="directed")
                inner.set("id", f"{self.frames[frame.group.id]}:")
                self._inside(inner, frame.group.id)
        for placed in self.layout.boxes:
            if self._home(placed.box.group) == home:
                self._box(graph, placed)

    def _home(self, group: str) -> str:
        """The innermost frame that a group is or is in."""
        while group and group not in self.frames:
            group = self.groups[group].parent
        return group

    def _box(self, graph: ET.Element, placed: PlacedBox) -> None:
        box = placed.box
        node = _child(graph, "node", id=box.id)
        shape = _yed(_datum(node, _GRAPHICS["node"]), "ShapeNode")
        self._geometry(shape, placed.rectangle)
        tint = self.tones.get(box.id) or plain_tint(box, self.theme, self.stages)
        self._look(shape, tint.fill, tint.line)
        first, details = box.label[0], "\n".join(box.label[1:])
        place = "t" if details and box.role != "merge" else "c"
        self._label(shape, first, place, self.theme.size, self.theme.text)
        if box.role == "merge" and details:
            self._label(shape, details, "w", self.theme.detail_size, self.theme.muted)
        elif details:
            self._label(shape, details, "b", self.theme.detail_size, self.theme.muted)
        _yed(shape, "Shape", type="ellipse" if box.role == "merge" else "roundrectangle")
        _facts(node, "node", self._told(box))

    def _told(self, box: SceneBox) -> dict[str, object]:
        stage = self.groups[box.stage].label if box.stage else ""
        return {
            "label": "\n".join(box.label),
            "role": box.role,
            "members": json.dumps(list(box.members), ensure_ascii=False),
            "repeat": box.repeat,
            "parameters": box.parameters,
            "macs": box.macs,
            "stage": stage,
        }

    def _frame(self, graph: ET.Element, placed: PlacedFrame) -> ET.Element:
        group = placed.group
        node = _child(graph, "node", id=self.frames[group.id])
        node.set("yfiles.foldertype", "group")
        bounds = _yed(_datum(node, _GRAPHICS["node"]), "ProxyAutoBoundsNode")
        shape = _yed(_yed(bounds, "Realizers", active="0"), "GroupNode")
        self._geometry(shape, placed.rectangle)
        self._look(shape, self.theme.frame.fill, self.theme.frame.line)
        label = "\n".join(filter(None, (group.label, group.detail)))
        self._label(shape, label, "tl", self.theme.detail_size, self.theme.muted)
        _yed(shape, "Shape", type="roundrectangle")
        _yed(shape, "State", closed="false", innerGraphDisplayEnabled="false")
        # yEd makes a group as large as what is in it, with this room around that.
        _yed(shape, "Insets", **self._room(placed))
        _facts(node, "node", {"label": label, "role": "frame", "repeat": group.repeat})
        return node

    def _room(self, placed: PlacedFrame) -> dict[str, str]:
        """The room between a frame and what is in it, on each side."""
        home = placed.group.id
        areas = [box.rectangle for box in self.layout.boxes if self._home(box.box.group) == home]
        areas += [
            frame.rectangle
            for frame in self.layout.frames
            if self._home(self.groups[frame.group.id].parent) == home
        ]
        left, right, top, bottom = self._bounds(placed.rectangle)
        lefts, rights, tops, bottoms = zip(*map(self._bounds, areas))
        return {
            "left": _number(min(lefts) - left),
            "right": _number(right - max(rights)),
            "top": _number(min(tops) - top),
            "bottom": _number(bottom - max(bottoms)),
        }

    def _bounds(self, area: Rectangle) -> tuple[float, float, float, float]:
        """Left, right, top and bottom on the page."""
        corners = [
            self._place(Point(along, across))
            for along, across in ((area.start, area.low), (area.end, area.high))
        ]
        (left, right), (top, bottom) = (sorted(values) for values in zip(*corners))
        return left, right, top, bottom

    def _geometry(self, shape: ET.Element, area: Rectangle) -> None:
        left, right, top, bottom = self._bounds(area)
        _yed(
            shape, "Geometry",
            x=_number(left), y=_number(top), width=_number(right - left),
            height=_number(bottom - top),
        )  # fmt: skip

    def _look(self, shape: ET.Element, fill: str, line: str) -> None:
        _yed(shape, "Fill", color=fill, transparent="false")
        _yed(shape, "BorderStyle", color=line, type="line", width=_number(self.theme.line_width))

    def _label(self, shape: ET.Element, text: str, place: str, size: float, color: str) -> None:
        label = _yed(
            shape, "NodeLabel",
            modelName="sides" if place == "w" else "internal", modelPosition=place,
            alignment="center", autoSizePolicy="content", fontFamily=self.theme.font,
            fontSize=_number(size), textColor=color,
        )  # fmt: skip
        label.text = _text(text)

    # Edges

    def _edge(self, graph: ET.Element, number: int, placed: PlacedArrow) -> None:
        arrow = placed.arrow
        edge = _child(graph, "edge", id=f"e{number}", source=arrow.source, target=arrow.target)
        line = _yed(_datum(edge, _GRAPHICS["edge"]), "PolyLineEdge")
        self._path(line, placed)
        stroke = self.theme.skips[arrow.skip] if arrow.skip else None
        _yed(
            line, "LineStyle",
            color=stroke.color if stroke else self.theme.line,
            type=_STYLES.get(stroke.style, "line") if stroke else "line",
            width=_number(stroke.width if stroke else self.theme.line_width),
        )  # fmt: skip
        _yed(line, "Arrows", source="none", target="delta")
        if arrow.label:
            label = _yed(
                line, "EdgeLabel",
                modelName="six_pos", modelPosition="tail", fontSize=_number(self.theme.detail_size),
                fontFamily=self.theme.font,
                textColor=stroke.color if stroke else self.theme.muted,
            )  # fmt: skip
            label.text = _text(arrow.label)
        _yed(line, "BendStyle", smoothed="true")
        told = {"label": arrow.label, "skip": arrow.skip or "", "repeat": arrow.repeat}
        _facts(edge, "edge", told)

    def _path(self, line: ET.Element, placed: PlacedArrow) -> None:
        """Where an edge runs: from the centres of its boxes, these ends moved, over its bends."""
        source, target = self.placed[placed.arrow.source], self.placed[placed.arrow.target]
        corners = self.layout.whole(placed).corners()
        leaves = _touches(source.rectangle, corners[0])
        start = self._offset(corners[0], source) if leaves else (0.0, 0.0)
        end = self._offset(corners[-1], target)
        path = _yed(
            line, "Path",
            sx=_number(start[0]), sy=_number(start[1]), tx=_number(end[0]), ty=_number(end[1]),
        )  # fmt: skip
        for corner in corners[1 if leaves else 0 : -1]:
            x, y = self._place(corner)
            _yed(path, "Point", x=_number(x), y=_number(y))

    def _offset(self, point: Point, box: PlacedBox) -> tuple[float, float]:
        (x, y), (middle, center) = self._place(point), self._place(box.center)
        return x - middle, y - center

    def _place(self, point: Point) -> tuple[float, float]:
        """Page coordinates with y growing downwards."""
        x, y = self.direction.on_page(point)
        return x, -y


def _touches(area: Rectangle, point: Point) -> bool:
    return area.grown(_NEAR).holds(point)


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    told = {name: _text(value) for name, value in attributes.items()}
    return ET.SubElement(parent, f"{{{_GRAPHML}}}{tag}", told)


def _yed(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    told = {name: _text(value) for name, value in attributes.items()}
    return ET.SubElement(parent, f"{{{_YED}}}{tag}", told)


def _datum(parent: ET.Element, key: str) -> ET.Element:
    return _child(parent, "data", key=key)


def _facts(parent: ET.Element, domain: str, facts: Mapping[str, object]) -> None:
    for name, value in facts.items():
        _datum(parent, f"{domain}_{name}").text = _text(str(value))


def _text(text: str) -> str:
    """Text without what XML cannot hold, such as control characters."""
    return _NO_XML.sub("", text)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
