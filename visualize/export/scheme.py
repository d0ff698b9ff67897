"""An SVG that follows the reader's light or dark mode, made of the same figure in both colours."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_COLORS = ("fill", "stroke", "stop-color")
_STOP = re.compile(r"stop-color:(#\w{6});?")


def follow_scheme(light: bytes, dark: bytes) -> bytes:
    """Give ``light`` the colours of ``dark`` where the reader's system or page is dark.

    Colours stay as attributes, which the rules of a style sheet override; readers that know no
    style sheets see ``light``.

    Args:
        light: a figure as SVG.
        dark: the same figure, element for element, in other colours.
    """
    ET.register_namespace("", _SVG)
    root, other = ET.fromstring(light), ET.fromstring(dark)
    rules: dict[tuple[str, str], str] = {}
    for element, twin in zip(root.iter(), other.iter(), strict=True):
        _free_stop(element)
        _free_stop(twin)
        for key in _COLORS:
            color = twin.get(key, "")
            if element.get(key, "") != color and color.startswith("#"):
                name = rules.setdefault((key, color), f"dark{len(rules) + 1}")
                element.set("class", f"{element.get('class', '')} {name}".strip())
    lines = [f".{name} {{ {key}: {color}; }}" for (key, color), name in rules.items()]
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = f"@media (prefers-color-scheme: dark) {{ {' '.join(lines)} }}"
    first = next((place for place, one in enumerate(root) if one.tag == f"{{{_SVG}}}g"), 0)
    root.insert(first, style)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _free_stop(element: ET.Element) -> None:
    """Make the colour of a gradient an attribute: no rule overrides a style."""
    found = _STOP.search(element.get("style", ""))
    if found:
        element.set("stop-color", found[1])
        element.set("style", _STOP.sub("", element.get("style", "")))
