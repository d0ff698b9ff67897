"""Names of elements: from module paths, unique, and the same after an edit elsewhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import visualize
from tests.edited import EDITS, after, before
from tests.nets import NETS
from visualize.core.element_names import ascii_name, distinct, element_names
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup

IMAGE = (1, 3, 224, 224)


@pytest.mark.parametrize("level", ["op", "layer", "block", "stage"])
@pytest.mark.parametrize("name", NETS)
def test_everything_has_a_name_of_its_own(name: str, level: str) -> None:
    make, inputs = NETS[name]
    scene = visualize.draw(make(), inputs, level=level).scene
    for names in (element_names(scene), element_names(scene).in_ascii()):
        assert set(names.boxes) == {box.id for box in scene.all_boxes}
        assert len(names.arrows) == len(scene.all_arrows)
        for each in (names.boxes.values(), names.groups.values(), names.arrows):
            assert len(set(each)) == len(each)


def test_a_module_has_its_path_and_a_function_that_of_its_module() -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, level="layer", fold=False)
    names, nodes = element_names(figure.scene).boxes, figure.architecture.graph.nodes
    paths = {box.id: nodes[box.id]["operation"].path for box in figure.scene.boxes}
    for box in figure.scene.boxes:
        if box.role == "layer":
            assert names[box.id] in (paths[box.id], f"{paths[box.id]}.{box.type}", box.type)
        elif box.role == "merge":
            assert names[box.id].startswith(f"{paths[box.id]}.add")


def test_what_is_in_a_detail_is_called_as_in_a_figure_that_shows_it_open() -> None:
    closed, open_ = (
        element_names(visualize.draw("resnet50", level=level).scene) for level in ("block", "layer")
    )
    inside = {name for box, name in closed.boxes.items() if box.startswith("A/")}
    assert inside - set(open_.boxes.values()) == {"layer1.0.input", "layer1.0.output"}
    assert closed.details == {"A": "layer1.0", "B": "layer1.1"}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("level", ["layer", "block"])
def test_a_layer_in_front_changes_no_other_name(level: str, edit: str) -> None:
    old, new = (
        element_names(visualize.draw(model, IMAGE, level=level).scene)
        for model in (before(), after(edit))
    )
    for one, other in ((old, new), (old.in_ascii(), new.in_ascii())):
        assert set(one.boxes.values()) <= set(other.boxes.values())
        assert set(one.groups.values()) <= set(other.groups.values())
        assert set(one.details.values()) <= set(other.details.values())
        assert len(set(one.arrows) - set(other.arrows)) == 1


@given(st.lists(st.sampled_from(["a", "b", "a-2", "a-3", "a-2-2", ""])))
def test_distinct_names_keep_those_that_are_so_already(names: list[str]) -> None:
    found = distinct(names)
    assert len(set(found)) == len(names)
    for position, (name, one) in enumerate(zip(names, found)):
        assert (one == name) == (name not in names[:position])


@given(st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_any_text_makes_names_that_every_format_can_hold(texts: list[str]) -> None:
    boxes = tuple(
        SceneBox(f"{number}", ("",), "layer", (), 0, 0, "", "", "", name=text)
        for number, text in enumerate(texts)
    )
    groups = (SceneGroup("g", "", "", "block", "", path=texts[0]),)
    arrows = tuple(SceneArrow("0", box.id, "", None, False, False, "") for box in boxes)
    names = element_names(Scene("", "", "layer", boxes, groups, arrows))
    for one in (*names.boxes.values(), *names.groups.values(), *names.arrows):
        assert one
        assert not re.search(r"[\s<>&\"'\\{}();:,#%]", one)
    plain = names.in_ascii()
    assert len(set(plain.boxes.values())) == len(texts)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", one) for one in plain.boxes.values())


def test_a_letter_of_another_script_is_its_number() -> None:
    assert ascii_name("block.γ") == "block_u3b3"
