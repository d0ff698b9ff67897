"""Styles of one figure reach no other figure on the same page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from torch import nn

import visualize
from tests.graphs import resnet
from visualize.core.palette import Paint
from visualize.export.svg_style import Colors, identity
from visualize.scene.themes import load_theme

SVG = "{http://www.w3.org/2000/svg}"
PAPER = load_theme("paper")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("resnet18", "resnet18-"),
        ("hf:T5Config", "hf-t5config-"),
        ("3d net", "figure-3d-net-"),
        ("编码", "u7f16u7801-"),
        ("", "figure-"),
        ('"><script>', "script-"),
        ("x" * 500, "x" * 40 + "-"),
    ],
)
def test_an_identity_is_an_identifier(name: str, start: str) -> None:
    scene = visualize.draw(resnet()).scene
    found = identity(name, scene, PAPER)
    assert found.startswith(start)
    assert re.fullmatch(r"[a-z][a-z0-9-]*", found)


def test_the_look_and_the_end_of_the_model_are_part_of_the_identity() -> None:
    scene = visualize.draw(resnet()).scene
    others = [
        identity("net", scene, load_theme("dark")),
        identity("net", replace(scene, level="block"), PAPER),
        identity("net", replace(scene, boxes=scene.boxes[:-2]), PAPER),
    ]
    assert len({identity("net", scene, PAPER), *others}) == 4
    # What comes before, and where a font is on this machine, is not.
    assert identity("net", replace(scene, boxes=scene.boxes[1:]), PAPER) == identity(
        "net", scene, replace(PAPER, font="/somewhere/else.ttf")
    )


def test_a_colour_by_day_may_have_two_by_night() -> None:
    colors = Colors("net")
    one, two = Paint("#ffffff", "#111111"), Paint("#ffffff", "#222222")
    assert colors.attributes(fill=one) == ' fill="#ffffff" class="fill-ffffff"'
    assert colors.attributes(fill=two) == ' fill="#ffffff" class="fill-ffffff-222222"'
    assert "--ffffff-222222:#222222;" in colors.sheet()
    assert not Colors("net").sheet()


def test_figures_on_one_page_share_no_id_font_or_rule() -> None:
    svgs = [
        visualize.draw(model, shape, theme=theme).svg
        for model, shape in ((nn.Linear(2, 2), (1, 2)), (nn.Conv1d(1, 2, 3), (1, 1, 8)))
        for theme in ("auto", "dark")
    ]
    roots = [ET.fromstring(svg) for svg in svgs]
    ids = [one.get("id") for root in roots for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    families = [family for svg in svgs for family in re.findall(r"font-family:'([^']*)'", svg)]
    assert len(set(families)) == len(svgs)
    for root in roots:
        sheets = "".join(style.text or "" for style in root.iter(f"{SVG}style"))
        plain = re.sub(r"@font-face{[^}]*}|@(supports|media)[^{]*{", "", sheets)
        for selector in re.findall(r"([^{}]+){", plain):
            assert all(f"#{root.get('id')}" in part for part in selector.split(","))


def test_readers_that_know_no_rules_get_a_font_of_common_width() -> None:
    svg = visualize.draw(nn.Linear(2, 2), (1, 2)).svg
    root = ET.fromstring(svg)
    assert root.get("font-family", "").startswith("Helvetica, Arial, 'Fira Sans'")
    assert f"#{root.get('id')} text{{font-family:'Fira Sans {root.get('id')}'" in svg
