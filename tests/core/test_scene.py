"""The scene: what a reader sees in order, and the document that is written of it."""

from __future__ import annotations

import json
from dataclasses import replace

from visualize.core.phrases import NOTHING, verbatim
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneDetail, SceneGroup
from visualize.export.scene_json import scene_document


def box(name: str, group: str = "", stage: str = "", role: str = "layer") -> SceneBox:
    title = NOTHING if role == "merge" else verbatim(name)
    return SceneBox(name, (name, "9 k"), role, (name,), 9, 27, group, stage, name, title=title)


def group(name: str, parent: str = "", role: str = "block", framed: bool = False) -> SceneGroup:
    label = f"label of {name}"
    return SceneGroup(name, label, "", role, parent, framed=framed, title=verbatim(label))


def arrow(source: str, target: str, skip: str | None = None) -> SceneArrow:
    return SceneArrow(source, target, "", skip, arc=skip is not None, long=False, tooltip="")


def scene(
    boxes: list[SceneBox],
    groups: list[SceneGroup] | None = None,
    arrows: tuple[SceneArrow, ...] = (),
) -> Scene:
    return Scene("", "", "block", tuple(boxes), tuple(groups or ()), arrows)


def titles(drawn: Scene) -> tuple[str, ...]:
    return tuple(map(str, drawn.flow))


def test_the_flow_is_the_first_lines() -> None:
    assert titles(scene([box("a"), box("b"), box("c")])) == ("a", "b", "c")


def test_merges_are_not_named() -> None:
    assert titles(scene([box("a"), box("+", role="merge"), box("b")])) == ("a", "b")


def test_equal_boxes_are_each_named() -> None:
    one = box("a")
    same = replace(box("b"), label=one.label, title=one.title)
    assert titles(scene([one, same])) == ("a", "a")


def test_a_frame_is_named_once_for_all_in_it() -> None:
    groups = [group("outer", framed=True), group("inner", parent="outer", framed=True)]
    boxes = [box("stem"), box("a", "inner"), box("b", "outer"), box("head")]
    assert titles(scene(boxes, groups)) == ("stem", "label of outer", "head")


def test_a_group_without_a_frame_is_not_named() -> None:
    assert titles(scene([box("a", "g"), box("b", "g")], [group("g")])) == ("a", "b")


def test_a_stage_is_named_if_it_has_several_boxes() -> None:
    groups = [group("s1", role="stage"), group("s2", role="stage")]
    boxes = [box("a", "s1", "s1"), box("b", "s2", "s2"), box("c", "s2", "s2")]
    assert titles(scene(boxes, groups)) == ("a", "label of s2")


def test_a_box_and_a_group_of_one_name_are_two_things() -> None:
    boxes = [box("a", "a"), box("a")]
    assert titles(scene(boxes, [group("a", framed=True)])) == ("label of a", "a")


def test_kinds_of_skips_are_in_the_order_of_the_legend() -> None:
    arrows = (arrow("a", "b", "gate"), arrow("a", "b"), arrow("a", "b", "identity"))
    assert scene([box("a"), box("b")], arrows=arrows).skip_kinds == ("identity", "gate")


def test_the_document_is_plain_data() -> None:
    found = scene([box("a", "g")], [group("g")], (arrow("a", "a", "gate"),))
    document = scene_document(found)
    assert json.loads(json.dumps(document)) == document
    assert document["boxes"][0]["group"] == "g"
    assert document["groups"][0]["parent"] is None
    assert document["arrows"][0]["skip"] == "gate"
    assert set(document) == {
        "schema", "title", "description", "level", "model", "boxes", "groups", "arrows", "details",
        "skips",
    }  # fmt: skip


def test_a_flat_scene_has_details_in_frames() -> None:
    inner = scene([box("b"), box("c", "g")], [group("g")], (arrow("b", "c", "gate"),))
    detail = SceneDetail("A", "Block · a", ("a",), "", inner)
    whole = replace(scene([box("a")]), details=(detail,), letters={"a": "A"})
    assert whole.skip_kinds == ("gate",)
    flat = whole.flat
    assert flat.details == ()
    assert [one.id for one in flat.boxes] == ["a", "A/b", "A/c"]
    assert flat.boxes[0].label[0].endswith("(A)")
    assert [one.group for one in flat.boxes] == ["", "detail A", "A/g"]
    assert [(one.id, one.parent) for one in flat.groups] == [("detail A", ""), ("A/g", "detail A")]
    assert flat.groups[0].label == "A · Block · a"
