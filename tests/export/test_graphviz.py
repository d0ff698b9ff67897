"""What Graphviz draws from DOT is the same figure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

import visualize
from tests.nets import NETS
from visualize.core.fonts import FAMILY
from visualize.export.engine import run_graphviz

SVG = "{http://www.w3.org/2000/svg}"


def named_groups(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """The groups by their ids, without that of the figure in front."""
    for group in root.iter(f"{SVG}g"):
        yield group.get("id", "").removeprefix(f"{root.get('id')}-"), group


def heads(root: ET.Element) -> dict[str, tuple[float, float]]:
    """The middle of each arrow head, by the id of the arrow."""
    found = {}
    for name, group in named_groups(root):
        shape = next(group.iter(f"{SVG}polygon"), None)
        if shape is not None and name.startswith("arrow-"):
            corners = {
                tuple(map(float, pair.split(","))) for pair in shape.get("points", "").split()
            }
            x, y = (sum(values) / len(corners) for values in zip(*corners))
            found[name] = (x, y)
    return found


def own_texts(group: ET.Element) -> Iterator[ET.Element]:
    """The lines of text in a group and in no note inside it."""
    for child in group:
        if child.tag == f"{SVG}text":
            yield child
        elif "note" not in child.get("class", "").split():
            yield from own_texts(child)


def baselines(root: ET.Element) -> dict[str, list[float]]:
    """The heights of lines of text, by the id of what they belong to."""
    return {
        name: [float(text.get("y", "0")) for text in own_texts(group)]
        for name, group in named_groups(root)
        if name.startswith(("box-", "text-", "arrow-"))
    }


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
@pytest.mark.parametrize("name", ["residual", "unet", "squeeze_excite"])
def test_the_svg_has_text_and_heads_where_graphviz_draws_them(name: str, direction: str) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, direction=direction, title="A title")
    files = figure.render(["svg", "dot"])
    ours = ET.fromstring(files["svg"])
    theirs = ET.fromstring(run_graphviz(files["dot"].decode(), "svg", FAMILY))
    # Graphviz counts y from the bottom of its page, which is wider by 0.36 pt on each side.
    height = float(next(theirs.iter(f"{SVG}g")).get("transform", "").split()[-1].rstrip(")"))
    lines, their_lines = baselines(ours), baselines(theirs)
    assert lines.keys() == their_lines.keys()
    for key, values in lines.items():
        moved = [y + 0.36 - height for y in values]
        assert their_lines[key] == pytest.approx(moved, abs=0.05), key
    points, their_points = heads(ours), heads(theirs)
    assert points.keys() == their_points.keys()
    assert points
    for key, (x, y) in points.items():
        assert their_points[key] == pytest.approx((x + 0.36, y + 0.36 - height), abs=0.05), key
