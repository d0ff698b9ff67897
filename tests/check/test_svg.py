"""Reading SVG: shapes, lines and texts, moved and scaled."""

from __future__ import annotations

import pytest

import visualize
from tests.graphs import resnet
from visualize.check.svg import read_svg
from visualize.core.element_names import element_names
from visualize.core.errors import FigureError
from visualize.core.page import Area

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" data-parameters="12">'

# The same figure as this program writes it, and as Graphviz does for it: y grows down from the
# bottom edge there, boxes are paths and names are in the groups.
OURS = f"""{HEAD}<g class="graph"><rect width="200" height="100" fill="#fffdf8"/>
<g id="frame-1" class="cluster frame"><title>all</title>
<rect x="10" y="10" width="100" height="80" rx="4" fill="#f0f0f0" stroke="#808080"/></g>
<g id="arrow-1" class="edge arrow skip identity"><title>skip</title>
<path d="M40,20L40,60" fill="none" stroke="#305060" stroke-width="0.8" stroke-dasharray="5,2"/>
<polygon points="38,60 40,65 42,60" fill="#305060" stroke="#305060"/></g>
<g id="box-conv" class="node box layer stage2" data-parameters="12"><title>conv</title>
<rect x="20" y="65" width="40" height="20" rx="3" fill="#ddeeff" stroke="#335577"/>
<text x="40" y="78" font-size="8" fill="#111111" text-anchor="middle">conv</text></g></g></svg>"""
GRAPHVIZ = f"""{HEAD}<g id="graph0" class="graph" transform="scale(1 1) rotate(0) translate(0 100)">
<polygon fill="#fffdf8" stroke="none" points="0,0 0,-100 200,-100 200,0 0,0"/>
<g id="frame-1" class="cluster frame"><title>all</title>
<path fill="#f0f0f0" stroke="#808080" d="M14,-10C14,-10 110,-10 110,-10 L110,-90 L10,-90 L10,-10"/>
</g><g id="arrow-1" class="edge arrow skip identity"><title>skip</title>
<path fill="none" stroke="#305060" stroke-width="0.8" stroke-dasharray="5,2"
d="M40,-80C40,-70 40,-50 40,-40"/>
<polygon fill="#305060" stroke="#305060" points="38,-40 40,-35 42,-40"/></g>
<g id="box-conv" class="node box layer stage2" data-parameters="12"><title>conv</title>
<path fill="#ddeeff" stroke="#335577" d="M20,-35L60,-35 60,-15 20,-15 20,-35Z"/>
<text text-anchor="middle" x="40" y="-22" font-size="8.00" fill="#111111">conv</text>
</g></g></svg>"""


@pytest.mark.parametrize("source", [OURS, GRAPHVIZ], ids=["ours", "graphviz"])
def test_a_figure_of_both_writers(source: str) -> None:
    drawn = read_svg(source.encode(), "net.svg")
    assert drawn.page == Area(0, 0, 200, 100)
    assert (drawn.background, drawn.parameters) == ("#fffdf8", 12)
    frame, box = drawn.boxes
    assert (frame.name, frame.frame, frame.area) == ("frame-1", True, Area(10, 10, 110, 90))
    assert (box.name, box.frame, box.area) == ("conv", False, Area(20, 65, 60, 85))
    assert (box.fill, box.line, box.stage) == ("#ddeeff", "#335577", "stage2")
    assert box.parameters == 12
    (arrow,) = drawn.arrows
    assert (arrow.name, arrow.points) == ("arrow-1", ((40, 20), (40, 60)))
    assert (arrow.color, arrow.style) == ("#305060", "0.8 pt dashed 5,2")
    assert arrow.headed
    (text,) = drawn.texts
    assert (text.text, text.size, text.color) == ("conv", 8.0, "#111111")
    assert text.area.center[0] == 40
    assert text.area.width == 4 * 0.5 * 8  # no font is embedded


def test_a_drawn_figure_is_read_whole() -> None:
    figure = visualize.draw(resnet())
    drawn = read_svg(figure.render(["svg"])["svg"], "net.svg")
    boxes = [box for box in drawn.boxes if not box.frame]
    names = element_names(figure.scene).boxes
    assert set(names.values()) <= {box.name for box in boxes}
    assert sum(box.parameters or 0 for box in boxes) == drawn.parameters
    assert sum(arrow.headed for arrow in drawn.arrows) >= len(figure.scene.arrows)
    lines = {line for box in figure.scene.boxes for line in box.label}
    assert lines <= {text.text for text in drawn.texts}


@pytest.mark.parametrize(
    ("transform", "area"),
    [
        ("", Area(1, 2, 4, 6)),
        ("translate(10 20)", Area(11, 22, 14, 26)),
        ("translate(10)", Area(11, 2, 14, 6)),
        ("scale(2)", Area(2, 4, 8, 12)),
        ("scale(2) translate(10,20)", Area(22, 44, 28, 52)),
    ],
)
def test_transformations(transform: str, area: Area) -> None:
    source = f"""{HEAD}<g class="node" transform="{transform}"><title>a</title>
    <rect x="1" y="2" width="3" height="4" fill="#ffffff"/></g></svg>"""
    (box,) = read_svg(source.encode(), "net.svg").boxes
    assert box.area == area


def test_a_page_without_a_view_box() -> None:
    shape = '<title>conv</title><rect width="9" height="9" fill="#ffffff"/>'
    source = f'<svg width="30pt" height="20.5pt"><g class="node box">{shape}</g></svg>'
    drawn = read_svg(source.encode(), "net.svg")
    assert drawn.page == Area(0, 0, 30, 20.5)
    assert drawn.parameters is None


@pytest.mark.parametrize("content", ["", '<rect width="9" height="9" fill="#ffffff"/>', "<g/>"])
def test_a_drawing_without_boxes_is_not_called_clean(content: str) -> None:
    with pytest.raises(FigureError, match=r"^net\.svg: shows no boxes; check a figure"):
        read_svg(f'<svg width="30pt" height="20pt">{content}</svg>'.encode(), "net.svg")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "no figure",
        "<svg>",
        "<html/>",
        f'{HEAD}<text x="here">a</text></svg>',
        f"{HEAD.replace('12', 'twelve')}</svg>",
        "<svg>" + "<g>" * 5000 + "</g>" * 5000 + "</svg>",
    ],
    ids=["empty", "text", "open", "html", "place", "parameters", "deep"],
)
def test_what_is_not_an_svg_file(source: str) -> None:
    with pytest.raises(FigureError, match=r"^net\.svg: not an? (valid )?SVG file"):
        read_svg(source.encode(), "net.svg")
