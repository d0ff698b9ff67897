"""Pictures: exact artefacts between layout and writers, and what must hold in each."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import visualize
from tests.nets import NETS
from visualize.core.documents import to_json
from visualize.export import Job
from visualize.export.picture import Part, Picture

Golden = Callable[[str, bytes], None]


def picture(name: str, **options: object) -> Picture:
    net, shapes = NETS[name]
    figure = visualize.draw(net(), shapes, **options)
    drawing, look = figure.drawing, figure.drawing.arranger
    return Job(drawing.scene, look.theme, look.direction, name, "", drawing.layout).picture


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("residual", {"title": "Residual"}),
        ("unet", {"theme": "auto", "direction": "LR"}),
        ("squeeze_excite", {"color_by": "macs"}),
    ],
)
def test_pictures_are_as_before(name: str, options: dict[str, object], golden: Golden) -> None:
    golden(f"{name}.picture.json", to_json(picture(name, **options).document()))


@pytest.mark.parametrize("name", NETS)
def test_everything_is_on_the_page_and_has_an_id_of_its_own(name: str) -> None:
    drawn = picture(name, level="layer", title="A title")
    for area in (*(box.area for box in drawn.boxes), *(frame.area for frame in drawn.frames)):
        assert area.left >= 0
        assert area.top >= 0
        assert area.right <= drawn.width
        assert area.bottom <= drawn.height
    for arrow in drawn.arrows:
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in arrow.path)
    things = [*drawn.boxes, *drawn.frames, *drawn.trunks, *drawn.arrows, *drawn.texts()]
    ids = [thing.id for thing in things]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("level", ["op", "layer"])
@pytest.mark.parametrize("name", NETS)
def test_arrows_run_from_their_source_to_their_target(name: str, level: str) -> None:
    drawn = picture(name, level=level)
    areas = {box.box.id: box.area for box in drawn.boxes}
    trunks = {trunk.id for trunk in drawn.trunks}
    for arrow in drawn.arrows:
        assert trunks.issuperset(arrow.via)
        assert arrow.path[-1] == arrow.corners[-1]
        for end, place in ((arrow.arrow.source, 0), (arrow.arrow.target, -1)):
            (x, y), area = arrow.corners[place], areas[end]
            assert area.left - 1 < x < area.right + 1
            assert area.top - 1 < y < area.bottom + 1


def test_frames_nest_and_hold_their_boxes() -> None:
    drawn = picture("residual", level="layer")
    frames = {frame.id: frame for frame in drawn.frames}
    assert frames
    held = [box for box in drawn.boxes if box.frame]
    assert held
    for box in held:
        area = frames[box.frame or ""].area
        assert area.left < box.area.left
        assert box.area.right < area.right
    inside = {box.box.id for box in held}
    for arrow in drawn.arrows:
        both = {arrow.arrow.source, arrow.arrow.target} <= inside
        assert (arrow.frame is not None) == both


def test_texts_know_what_they_belong_to() -> None:
    drawn = picture("residual", level="block", title="A title")
    net, shapes = NETS["residual"]
    letters = visualize.draw(net(), shapes, level="block", title="A title").scene.letters
    parts = {text.part for text in drawn.all_texts()}
    assert parts == set(Part)
    for box in drawn.boxes:
        if box.note and box.note.part is Part.DETAIL:
            assert box.note.text == letters[box.box.id]
            assert box.area.center[0] < box.note.center[0] < box.area.right
        elif box.note:
            assert box.is_circle
            assert box.note.center[0] + box.note.width / 2 <= box.area.left


def test_a_colour_of_two_modes_is_a_pair() -> None:
    document = picture("residual", theme="auto").document()
    assert all(isinstance(box["fill"], list) for box in document["boxes"])
    plain = picture("residual").document()
    assert all(isinstance(box["fill"], str) for box in plain["boxes"])
    assert json.loads(to_json(plain))["page"] == plain["page"]
