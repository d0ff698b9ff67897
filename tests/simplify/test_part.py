"""One part of a model on its own, with its inputs and outputs named."""

from __future__ import annotations

from collections import Counter

import pytest

import visualize
from tests.diagrams import (
    shown_skips,
)
from tests.two_blocks import Block, Net, first_lines
from visualize.core.architecture import ModuleCall
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.simplify import only, simplify


@pytest.fixture(scope="module")
def net() -> visualize.Architecture:
    return visualize.trace(Net(), (1, 3, 16, 16))


def test_a_part_has_the_operations_of_its_module(net: visualize.Architecture) -> None:
    part = only(net, "body.1")
    made = {layer.id for layer in part.operations if layer.kind.value in ("module", "function")}
    assert made == {layer.id for layer in net.operations if ModuleCall("body.1") in layer.calls}
    assert part.parameters == sum(p.numel() for p in Block(8).parameters())
    assert len(part.skips) == 1


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.AUTO])
def test_a_part_loses_nothing_at_any_level(net: visualize.Architecture, level: Level) -> None:
    part = only(net, "body")
    simplified = simplify(part, level)
    assert sum(box.parameters for box in simplified.boxes) == part.parameters
    assert shown_skips(simplified) == Counter(identity=2)


def test_the_context_is_named_at_the_cut(net: visualize.Architecture) -> None:
    lines = first_lines(visualize.draw(net, only="body.1", level="layer"))
    assert lines[0] == "from body[0] 8×16×16"
    assert set(lines[-2:]) == {"to head 8×16×16", "to side 8×16×16"}
    # The first block reads what the stem makes, the second what the first makes.
    lines = first_lines(visualize.draw(net, only="body", level="layer", fold=False))
    assert lines[0] == "from stem 8×16×16"


def test_a_skip_from_outside_begins_at_the_cut(net: visualize.Architecture) -> None:
    scene = visualize.draw(net, only="body.0", level="layer").scene
    arcs = [arrow for arrow in scene.arrows if arrow.arc]
    assert [(arrow.skip, arrow.source) for arrow in arcs] == [("identity", "from stem")]


def test_several_parts(net: visualize.Architecture) -> None:
    both = only(net, "stem", "body.1")
    ids = [{one.id for one in only(net, path).operations} for path in ("stem", "body.1")]
    assert {one.id for one in both.operations} == ids[0] | ids[1]
    parts = [only(net, path).parameters for path in ("stem", "body.1")]
    assert both.parameters == sum(parts)
    lines = first_lines(visualize.draw(net, only=["stem", "body[1]"], level="layer"))
    assert {"to body 8×16×16", "from body[0] 8×16×16"} <= set(lines)


def test_neighbouring_parts_are_joined(net: visualize.Architecture) -> None:
    whole = only(net, "body")
    both = only(net, "body.0", "body.1")
    assert {one.id for one in both.operations} == {one.id for one in whole.operations}
    assert both.skips == whole.skips
    lines = first_lines(visualize.draw(net, only=("body.0", "body.1"), level="layer"))
    assert not any(line.startswith(("from body", "to body")) for line in lines)
    with pytest.raises(UsageError, match="the run does not call 'gone'"):
        only(net, "stem", "gone")


def test_a_part_that_is_inside_of_another_or_given_twice(net: visualize.Architecture) -> None:
    for paths in (["body", "body.0"], ["body", "body"], "body"):
        assert visualize.draw(net, only=paths).architecture.parameters == (
            only(net, "body").parameters
        )
    assert visualize.draw(net, only="").architecture is net


def test_what_is_no_single_part(net: visualize.Architecture) -> None:
    with pytest.raises(UsageError, match=r"matches 2 modules.*body\[0\]"):
        visualize.draw(net, only="Block")
    with pytest.raises(UsageError, match=r"--only.*body"):
        visualize.draw(net, only="bod")
