"""Sections of a picture: the overview, and each panel beside it."""

from __future__ import annotations

import visualize
from visualize.export import Job
from visualize.page.sections import Section, panels


def test_everything_drawn_is_in_one_section() -> None:
    figure = visualize.draw("resnet50")
    layout = figure.drawing.layout
    picture = Job(figure.scene, figure.theme, figure.direction, "", "", layout).picture
    overview = Section.of_scene(figure.scene, picture)
    found = list(panels(figure.scene, picture))
    sections = [overview, *(panel.section for panel in found)]
    for kind in ("boxes", "arrows", "shortcuts"):
        drawn = [one.id for section in sections for one in getattr(section, kind)]
        assert sorted(drawn) == sorted(one.id for one in getattr(picture, kind))
    lines = {one.id for section in sections for one in section.lines}
    lines |= {panel.leader.id for panel in found if panel.leader}
    assert lines == {one.id for one in picture.trunks}
    frames = {one.id for section in sections for one in section.frames}
    assert frames | {panel.frame.id for panel in found} == {one.id for one in picture.frames}
    assert all(panel.of for panel in found)
