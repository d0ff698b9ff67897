"""Details of a scene: letters join them to the boxes that they explain."""

from __future__ import annotations

import pytest

import visualize
from visualize.core.scene import Scene
from visualize.export.scene_json import scene_document


@pytest.fixture(scope="module")
def resnet() -> Scene:
    return visualize.draw("resnet50").scene


def test_letters(resnet: Scene) -> None:
    assert [detail.letter for detail in resnet.details] == ["A", "B"]
    of = resnet.letters
    assert of["layer1.0"] == of["layer4.0"] == "A"
    assert {of[box] for box in resnet.details[1].of} == {"B"}
    assert "fc" not in of


def test_ids_are_unique_in_the_whole_figure(resnet: Scene) -> None:
    names = [box.id for box in resnet.all_boxes]
    assert len(names) == len(set(names)) > len(resnet.boxes)
    for detail in resnet.details:
        inside = {box.id for box in detail.scene.boxes}
        assert {end for arrow in detail.scene.arrows for end in (arrow.source, arrow.target)} <= (
            inside
        )


def test_a_detail_has_its_title_and_the_shapes_of_its_ends(resnet: Scene) -> None:
    first = resnet.details[0]
    assert first.title.startswith("Bottleneck · layer1[0]")
    assert first.scene.boxes[0].label == ("64×56×56",)
    assert first.scene.boxes[0].members == ()


def test_details_are_no_members(resnet: Scene) -> None:
    """The boxes of the overview alone add up to the model."""
    assert sum(box.parameters for box in resnet.boxes) == resnet.parameters
    members = [member for box in resnet.boxes for member in box.members]
    assert len(members) == len(set(members))
    for detail in resnet.details:
        inside = {member for box in detail.scene.boxes for member in box.members}
        explained = {box.id: set(box.members) for box in resnet.boxes}
        assert inside <= set().union(*(explained[box] for box in detail.of))


def test_details_of_details() -> None:
    figure = visualize.draw("maxvit_t", level="block", details=["MaxVitLayer"])
    inner = [detail for detail in figure.scene.details if "/" in detail.of[0]]
    assert inner
    of = {box: found for one in figure.scene.details for box, found in one.scene.letters.items()}
    for detail in inner:
        assert all(detail.letter in of[box] for box in detail.of)


def test_the_document_has_them(resnet: Scene) -> None:
    document = scene_document(resnet)
    assert document["schema"] == 2
    first = document["details"][0]
    assert first["of"] == list(resnet.details[0].of)
    assert any(arrow["skip"] == "projection" for arrow in first["arrows"])


def test_a_title_names_the_strides_of_other_blocks(resnet: Scene) -> None:
    """The first blocks of the later stages of a ResNet halve the resolution."""
    assert [detail.title for detail in resnet.details] == [
        "Bottleneck · layer1[0], also /2",
        "Bottleneck · layer1[1]",
    ]


def test_a_title_says_where_only_a_part_is_shown() -> None:
    figure = visualize.draw("maxvit_t")
    assert any(one.title.startswith("part: MBConv · ") for one in figure.scene.details)
