"""Two scenes as one."""

from __future__ import annotations

import networkx as nx
import pytest

from tests.compared import EDITED, SAME, difference, drawn, labels
from visualize.core.fate import Status


def test_added_and_removed_blocks_are_inverse() -> None:
    longer = drawn(difference([SAME] * 2, [SAME] * 3), level="layer").scene
    shorter = drawn(difference([SAME] * 3, [SAME] * 2), level="layer").scene
    added, removed = labels(longer, Status.ADDED), labels(shorter, Status.REMOVED)
    assert [label[0].removeprefix("+ ") for label in added] == [
        label[0].removeprefix("− ") for label in removed
    ]
    assert longer.skip_kinds == ("added",)
    assert shorter.skip_kinds == ("removed",)
    for scene, look in ((longer, "added"), (shorter, "removed")):
        arcs = [one for one in scene.arrows if one.arc and one.look == look]
        assert [one.label[2:] for one in arcs] == ["identity"]


def test_edits_are_notes() -> None:
    scene = drawn(difference([SAME] * 6, EDITED), level="layer").scene
    changed = labels(scene, Status.CHANGED)
    assert changed[0][:3] == ("5×5 conv, 8", "kernel 3×3 → 5×5", "padding 1 → 2")
    assert any("− BN" in label for label in changed)
    lost = [one for one in scene.arrows if one.look == "removed" and one.arc]
    assert [one.label for one in lost] == ["− identity"]


def test_the_same_model_is_all_folded() -> None:
    scene = drawn(difference([SAME] * 3, [SAME] * 3)).scene
    assert {box.status for box in scene.boxes} == {Status.SAME}
    assert scene.skip_kinds == ()


def test_a_layer_with_another_name_says_so() -> None:
    scene = drawn(difference([SAME], [SAME], head="out"), level="layer").scene
    assert [box.label[1] for box in scene.boxes if "Linear" in box.label[0]] == ["was head"]


@pytest.mark.parametrize("after", [EDITED, EDITED[::-1], EDITED[2:], EDITED * 2])
def test_every_operation_is_in_one_box_and_the_flow_has_no_cycle(after) -> None:
    found = difference(EDITED, after)
    scene = drawn(found, level="layer").scene
    members = [node for box in scene.boxes for node in box.members if box.status != "removed"]
    assert sorted(members) == sorted(one.id for one in found.after.operations)
    graph = nx.DiGraph((one.source, one.target) for one in scene.arrows)
    assert nx.is_directed_acyclic_graph(graph)
    names = {box.id for box in scene.boxes}
    groups = {group.id for group in scene.groups} | {""}
    assert set(graph) <= names
    assert {box.group for box in scene.boxes} | {one.parent for one in scene.groups} <= groups
    assert sum(box.parameters for box in scene.boxes) == scene.parameters
