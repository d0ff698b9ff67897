"""Finishing Graphviz's SVG: an embedded font, a title and description, tooltips, no links."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

from visualize.core.fonts import faces_of, family, subset, text_width
from visualize.core.fonts.faces import Face
from visualize.core.scene import Scene
from visualize.export.dot import ANCHOR, clean, element_ids

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_FALLBACK = "Helvetica, Arial, sans-serif"


def finish_svg(
    image: bytes, scene: Scene, size: tuple[float, float], *, title: str, font: str
) -> bytes:
    """Make ``image`` a document that looks the same everywhere and says what it shows.

    Tooltips become ``<title>`` elements, which browsers show and screen readers read; the font is
    embedded as a subset if it is the one that ships with the program. The parameters of the model
    and of each box are in ``data-parameters``.
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(image)
    text = "".join(element.text or "" for element in root.iter(_tag("text")))
    for group in root.iter(_tag("g")):
        _flatten_links(group)
    _drop_anchor(root)
    _count_parameters(root, scene)
    for element in root.iter(_tag("text")):
        element.attrib.pop("font-family", None)
        _center(element, font)
    width, height = (f"{length:.2f}" for length in size)  # Graphviz knows whole points only
    root.set("width", f"{width}pt")
    root.set("height", f"{height}pt")
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("role", "img")
    root.set("aria-labelledby", "title description")
    faces = faces_of(text, font)
    families = dict.fromkeys([family(font), *(face.family for face in faces)])
    root.set("font-family", ", ".join([*(f"'{name}'" for name in families), _FALLBACK]))
    head = [
        _element("title", clean(title), id="title"),
        _element("desc", clean(scene.description), id="description"),
    ]
    if faces:
        rules = [_font_face(face, characters) for face, characters in faces.items()]
        head.append(_element("style", " ".join(rules)))
    for position, element in enumerate(head):
        root.insert(position, element)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _count_parameters(root: ET.Element, scene: Scene) -> None:
    """Write down what adds up, for whoever checks the figure."""
    ids = element_ids(scene)
    held = {clean(ids[box.id]): box.parameters for box in scene.boxes}
    root.set("data-parameters", str(scene.parameters))
    for group in root.iter(_tag("g")):
        if held.get(group.get("id", "")):
            group.set("data-parameters", str(held[group.get("id", "")]))


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _element(name: str, text: str, **attributes: str) -> ET.Element:
    element = ET.Element(_tag(name), attributes)
    element.text = text
    return element


def _center(element: ET.Element, font: str) -> None:
    """Anchor a text in its middle: it stays there where another font has to do."""
    if element.get("text-anchor") == "start":
        width = text_width(element.text or "", float(element.get("font-size", "0")), font)
        element.set("x", f"{float(element.get('x', '0')) + width / 2:.2f}")
        element.set("text-anchor", "middle")


def _flatten_links(group: ET.Element) -> None:
    """Replace ``<a xlink:title>`` by its content, and the node's name by the tooltip."""
    for wrapper in list(group):
        links = wrapper.findall(_tag("a")) if wrapper.tag == _tag("g") else []
        if (
            wrapper.tag != _tag("g")
            or len(links) != 1
            or not wrapper.get("id", "").startswith("a_")
        ):
            continue
        link = links[0]
        title = group.find(_tag("title"))
        tooltip = link.get(f"{{{_XLINK}}}title")
        if title is not None and tooltip:
            title.text = tooltip
        position = list(group).index(wrapper)
        group.remove(wrapper)
        for offset, child in enumerate(list(link)):
            group.insert(position + offset, child)


def _drop_anchor(root: ET.Element) -> None:
    """Remove the invisible node and the names of the lines that hang on it."""
    for parent in root.iter(_tag("g")):
        for child in list(parent):
            title = child.find(_tag("title"))
            if title is None or title.text is None:
                continue
            if title.text in (ANCHOR, f"{ANCHOR}2"):
                parent.remove(child)
            elif title.text == f"{ANCHOR}->{ANCHOR}" or "note" in child.get("class", "").split():
                child.remove(title)


def _font_face(face: Face, text: str) -> str:
    data = base64.b64encode(subset(face, text)).decode()
    return (
        f"@font-face {{ font-family: '{face.family}'; "
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}"
    )
