"""Each rule of a good figure: a figure with one fault breaks the rule for it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import pytest

import visualize
from tests.graphs import every_kind, resnet
from visualize.check import RULES, check_figure
from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnFont, DrawnText
from visualize.check.rules import check_drawn
from visualize.core.page import Area, Place
from visualize.scene.themes import theme_names

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = tuple(f"{SVG}{name}" for name in ("path", "rect", "polygon", "ellipse"))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return visualize.draw(resnet()).render(["svg", "pdf"])


def groups(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """The groups of a class."""
    return (one for one in root.iter(f"{SVG}g") if name in one.get("class", "").split())


def shapes(group: ET.Element) -> list[ET.Element]:
    return [one for one in group.iter() if one.tag in SHAPES]


def shaft(root: ET.Element) -> ET.Element:
    """The line of the second arrow."""
    arrow = list(groups(root, "arrow"))[1]
    return next(arrow.iter(f"{SVG}path"))


def box_texts(root: ET.Element) -> list[ET.Element]:
    return [text for box in groups(root, "box") for text in box.iter(f"{SVG}text")]


def corner(root: ET.Element) -> Place:
    """The top right corner of the page in the coordinates of its content."""
    _, top, width, _ = map(float, root.get("viewBox", "").split())
    graph = next(groups(root, "graph"))
    shift = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", graph.get("transform", ""))
    right, down = map(float, shift.groups()) if shift else (0.0, 0.0)
    return width - right, top - down


# Damage


def pale_text(root: ET.Element) -> None:
    box_texts(root)[1].set("fill", "#b0b0b0")


def text_on_text(root: ET.Element) -> None:
    one, other = box_texts(root)[1:3]
    other.set("y", str(float(one.get("y", "0")) + 2))


def arrow_through_box(root: ET.Element) -> None:
    text = next(next(groups(root, "layer")).iter(f"{SVG}text"))
    y = float(text.get("y", "0")) + 4
    x = float(text.get("x", "0"))
    shaft(root).set("d", f"M{x - 60},{y} L{x - 24},{y}")


def arrow_along_box(root: ET.Element) -> None:
    """A line down the right side of the box that the arrow leaves."""
    outline = shapes(next(groups(root, "layer")))[0]
    numbers = [float(one) for one in re.findall(r"-?\d+\.?\d*", outline.get("d", ""))]
    right, (top, bottom) = max(numbers[::2]), (min(numbers[1::2]), max(numbers[1::2]))
    shaft(root).set("d", f"M{right + 1},{top} L{right + 1},{bottom}")


def arrow_on_arrow(root: ET.Element) -> None:
    """Two lines beside the figure, one of which begins later and ends earlier."""
    right, top = corner(root)
    for start, end in ((4, 60), (12, 40)):
        group = ET.SubElement(next(groups(root, "graph")), f"{SVG}g", {"class": "edge arrow"})
        group.set("id", f"arrow-from-{start}")
        line = {"fill": "none", "stroke": "#4d4d4d", "stroke-width": "0.8"}
        line["d"] = f"M{right - 2},{top + start} L{right - 2},{top + end}"
        ET.SubElement(group, f"{SVG}path", line)


def text_on_border(root: ET.Element) -> None:
    """The label of a box below its middle, wider than the box."""
    text = next(next(groups(root, "layer")).iter(f"{SVG}text"))
    text.text = f"{text.text} {'and' * 5}"


def arrow_through_text(root: ET.Element) -> None:
    text = next(one for one in root.iter(f"{SVG}text") if float(one.get("font-size", "0")) == 7)
    note = ET.SubElement(next(groups(root, "graph")), f"{SVG}g", {"class": "node note"})
    right, top = corner(root)
    added = ET.SubElement(note, f"{SVG}text", {**text.attrib, "x": f"{right - 24}"})
    added.set("y", f"{top + 12}")
    added.text = "apart"
    shaft(root).set("d", f"M{right - 44},{top + 10} L{right - 4},{top + 10}")


def box_on_box(root: ET.Element) -> None:
    merge = next(groups(root, "merge"))
    copy = ET.SubElement(next(groups(root, "graph")), f"{SVG}g", {"class": "node box merge"})
    copy.extend(one for one in merge if one.tag in (f"{SVG}title", f"{SVG}ellipse"))


def beyond_the_page(root: ET.Element) -> None:
    page = root.get("viewBox", "").split()
    root.set("viewBox", f"{page[0]} {page[1]} {float(page[2]) - 12} {page[3]}")


def alike_arrows(root: ET.Element) -> None:
    plain = next(one for one in groups(root, "arrow") if "skip" not in one.get("class", "").split())
    for shape in shapes(plain):
        if shape.get("stroke"):
            shape.set("stroke", "#33604d")


def alike_stages(root: ET.Element) -> None:
    for stage, line in (("stage1", "#d85a30"), ("stage2", "#50ae30")):
        for group in groups(root, stage):
            for shape in shapes(group):
                shape.set("fill", "#ffffff")
                shape.set("stroke", line)


def without_font(root: ET.Element) -> None:
    root.remove(root.find(f"{SVG}style"))  # type: ignore[arg-type]


def lost_parameters(root: ET.Element) -> None:
    group = next(one for one in root.iter(f"{SVG}g") if one.get("data-parameters"))
    group.set("data-parameters", str(int(group.get("data-parameters", "0")) - 1))


def more_copies(root: ET.Element) -> None:
    text = next(one for one in box_texts(root) if "conv, 8" in (one.text or ""))
    text.text = f"{text.text} ×3"


DAMAGE: dict[str, Callable[[ET.Element], None]] = {
    "contrast": pale_text,
    "text over text": text_on_text,
    "arrow over box": arrow_through_box,
    "arrow along box": arrow_along_box,
    "arrow over arrow": arrow_on_arrow,
    "arrow over text": arrow_through_text,
    "text over border": text_on_border,
    "box over box": box_on_box,
    "off the page": beyond_the_page,
    "colours of arrows": alike_arrows,
    "colours of stages": alike_stages,
    "fonts": without_font,
    "parameters": lost_parameters,
    "numbers": more_copies,
}


def test_every_rule_has_a_damaged_figure() -> None:
    assert DAMAGE.keys() == RULES.keys()


@pytest.mark.parametrize("rule", DAMAGE)
def test_damage_is_found(rule: str, files: dict[str, bytes]) -> None:
    root = ET.fromstring(files["svg"])
    DAMAGE[rule](root)
    found = {finding.rule for finding in check_figure(ET.tostring(root), "svg")}
    assert rule in found
    # One fault may be two: what moves onto another thing may also touch its text.
    assert len(found) <= 2


def test_a_character_that_no_font_has(files: dict[str, bytes]) -> None:
    damaged = files["svg"].decode().replace("image ", "图像 ").encode()
    messages = [str(finding) for finding in check_figure(damaged, "svg")]
    assert messages == ["fonts: no embedded font has 像 图"]


def test_a_pdf_without_its_font(files: dict[str, bytes]) -> None:
    damaged = re.sub(rb"/FontFile2 \d+ 0 R", lambda match: b" " * len(match[0]), files["pdf"])
    assert {finding.rule for finding in check_figure(damaged, "pdf")} == {"fonts"}


# Messages, by hand


def drawn(**things: object) -> Drawn:
    return Drawn(Area(0, 0, 200, 100), "#ffffff", **things)  # type: ignore[arg-type]


def text(words: str, size: float = 8.0, color: str = "#000000", left: float = 10) -> DrawnText:
    return DrawnText(words, Area(left, 10, left + 30, 20), size, color)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (
            drawn(texts=[text("a", 5.0), text("b", 5.0, left=60)]),
            "type size: “a” and 1 more at 5.0 pt; at least 6 pt",
        ),
        (
            drawn(texts=[text("a", color="#b0b0b0")]),
            "contrast: “a”, #b0b0b0 on #ffffff, has 2.2 : 1; at least 4.5 : 1",
        ),
        (
            drawn(texts=[text("a"), text("b", left=30)]),
            "text over text: “a” and “b” overlap at (45, 15) pt",
        ),
        (
            drawn(
                boxes=[DrawnBox("conv", Area(50, 20, 90, 60), "#ffffff", "#000000")],
                arrows=[DrawnArrow("arrow-1", ((10, 40), (150, 40)), "#000000", "1 pt solid")],
            ),
            "arrow over box: arrow-1 runs through conv",
        ),
        (
            drawn(
                boxes=[
                    DrawnBox("a", Area(50, 20, 90, 60), "#ffffff", "#000000"),
                    DrawnBox("b", Area(80, 20, 120, 60), "#ffffff", "#000000", frame=True),
                ]
            ),
            "box over box: a and b overlap",
        ),
        (
            drawn(boxes=[DrawnBox("a", Area(190, 20, 210, 60), "#ffffff", "#000000")]),
            "off the page: a extends beyond the page at (200, 40) pt",
        ),
        (drawn(fonts=[DrawnFont("Fira Sans", False)]), "fonts: Fira Sans is not embedded"),
        (drawn(fonts=[DrawnFont("a", True, False)]), "fonts: a is embedded as Type 3"),
        (drawn(parameters=9408), "parameters: the boxes add up to 0, the model has 9,408"),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
def test_a_finding_names_what_and_where(figure: Drawn, message: str) -> None:
    assert [str(finding) for finding in check_drawn(figure)] == [message]


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize(
    ("line", "along"),
    [
        (((20, 19), (150, 19)), True),
        (((20, 17), (150, 17)), False),
        (((20, 61), (55, 61)), False),  # it only reaches the corner
        (((49, 30), (49, 55)), True),
        (((70, 61), (70, 90)), False),  # it leaves the box
        (((20, 10), (20, 61), (150, 61)), True),
    ],
)
def test_a_line_along_a_border(frame: bool, line: tuple[Place, ...], along: bool) -> None:
    box = DrawnBox("conv", Area(50, 20, 90, 60), "#ffffff", "#000000", frame=frame)
    arrow = DrawnArrow("arrow-1", line, "#000000", "1 pt solid")
    found = [str(one) for one in check_drawn(drawn(boxes=[box], arrows=[arrow]))]
    assert found == ["arrow along box: arrow-1 runs along the border of conv"] * along


@pytest.mark.parametrize(
    ("line", "upon"),
    [
        (((10, 40), (60, 40)), True),
        (((10, 42), (60, 42)), False),  # beside it
        (((-9, 40), (10, 40)), False),  # only a little of it
        (((0, 40), (60, 40)), False),  # both begin at one point
        (((30, 10), (30, 80)), False),  # across it
        (((150, 40), (100, 40)), False),  # both end at one point
        (((90, 40), (20, 40)), True),  # the other way
    ],
)
def test_a_line_upon_another(line: tuple[Place, ...], upon: bool) -> None:
    lines = {"arrow-1": ((0, 40), (100, 40)), "arrow-2": line}
    arrows = [DrawnArrow(name, points, "#000000", "1 pt solid") for name, points in lines.items()]
    found = [str(one) for one in check_drawn(drawn(arrows=arrows)) if one.rule != "off the page"]
    assert found == ["arrow over arrow: arrow-1 lies on arrow-2"] * upon


def test_parts_of_one_arrow_may_lie_on_each_other() -> None:
    """A double line, and an arrow that turns back."""
    points = ((10.0, 40.0), (60.0, 40.0), (20.0, 40.0))
    arrows = [DrawnArrow("arrow-1", points, "#000000", "1 pt solid")]
    assert check_drawn(drawn(arrows=arrows)) == []


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize(
    ("left", "over"), [(60.0, False), (40.0, True), (72.0, True), (5.0, False)]
)
def test_a_text_on_a_border(frame: bool, left: float, over: bool) -> None:
    box = DrawnBox("conv", Area(50, 5, 95, 60), "#ffffff", "#000000", frame=frame)
    found = [str(one) for one in check_drawn(drawn(boxes=[box], texts=[text("a", left=left)]))]
    assert found == ["text over border: “a” lies on the border of conv"] * over


@pytest.mark.parametrize(
    ("left", "top", "radius", "over"),
    [
        (53.0, 7.0, 12.0, True),
        (53.0, 7.0, 4.0, False),
        (50.0, 5.0, 0.0, False),
        (53.0, 20.0, 12.0, False),  # beside the straight part of the side
        (63.0, 7.0, 12.0, False),
        (53.0, 47.0, 12.0, True),  # in a lower corner
        (150.0, 7.0, 12.0, False),  # not in the box
    ],
)
def test_a_text_on_a_rounded_corner(left: float, top: float, radius: float, over: bool) -> None:
    box = DrawnBox("conv", Area(50, 5, 120, 60), "#ffffff", "#000000", radius=radius)
    label = DrawnText("label", Area(left, top, left + 40, top + 10), 8, "#000000")
    found = [str(one) for one in check_drawn(drawn(boxes=[box], texts=[label]))]
    assert found == ["text over border: “label” lies on the border of conv"] * over


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((200.0, 100.0), ""),
        ((None, None), ""),
        ((144.0, None), "size: the figure is 2.78 in wide; at most 2.00 in"),
        ((None, 72.0), "size: the figure is 1.39 in high; at most 1.00 in"),
    ],
)
def test_a_figure_larger_than_asked_for(
    asked: tuple[float | None, float | None], message: str
) -> None:
    found = [str(one) for one in check_drawn(drawn(), asked=asked)]
    assert found == [message] * bool(message)


def test_a_figure_is_compared_with_the_size_that_was_asked_for() -> None:
    narrow = visualize.draw(resnet(), level="layer", width="0.5in")
    assert any(finding.rule == "size" for finding in narrow.check())
    assert all(finding.rule != "size" for finding in visualize.draw(resnet(), width="3in").check())


def test_a_frame_may_enclose_boxes_and_frames() -> None:
    box = DrawnBox("a", Area(50, 20, 90, 60), "#ffffff", "#000000")
    frame = DrawnBox("b", Area(40, 10, 100, 70), "#ffffff", "#000000", frame=True)
    outer = DrawnBox("c", Area(30, 5, 110, 80), "#ffffff", "#000000", frame=True)
    assert check_drawn(drawn(boxes=[outer, frame, box])) == []


@pytest.mark.parametrize("theme", theme_names())
def test_every_kind_of_line_is_its_own_without_colours(theme: str) -> None:
    figure = visualize.draw(every_kind(), theme=theme)
    for format_name, data in figure.render(["svg", "pdf", "tex"]).items():
        assert not check_figure(data, format_name, grey=True)


@pytest.mark.parametrize(
    ("style", "strands", "alike"),
    [
        ("1.3 pt solid", 1, True),
        ("1.5 pt solid", 1, True),
        ("1.7 pt solid", 1, False),
        ("1.3 pt dashed 5,2", 1, False),
        ("1.3 pt solid", 2, False),
    ],
)
def test_lines_that_differ_in_nothing_but_colour(style: str, strands: int, alike: bool) -> None:
    others = [
        DrawnArrow("b", ((50.0 + 2 * strand, 0.0), (50.0 + 2 * strand, 90.0)), "#b5481c", style)
        for strand in range(strands)
    ]
    line = DrawnArrow("a", ((0.0, 0.0), (0.0, 90.0)), "#1f5fa8", "1.3 pt solid")
    drawn = Drawn(page=Area(0, 0, 100, 100), background="#ffffff", arrows=[line, *others])
    found = [one for one in check_drawn(drawn, grey=True) if one.rule == "grey"]
    assert bool(found) == alike
    assert not [one for one in check_drawn(drawn) if one.rule == "grey"]
