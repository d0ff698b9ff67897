"""One part of a model on its own, with its inputs and outputs named."""

from __future__ import annotations

from collections import Counter

import pytest
from torch import Tensor, nn

import visualize
from tests.diagrams import (
    shown_skips,
)
from tests.two_blocks import Block, Net, first_lines
from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.simplify import Simplifier, only, simplify
from visualize.simplify.part import inside_of


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


class Angles(nn.Module):
    """Four tensors alike, as for a rotary embedding."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Computed from the input."""
        return x.cos(), x.sin(), x.exp(), x.tanh()


class Turned(nn.Module):
    """A block that reads several tensors of one module, each through a view."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(count))
        self.head = nn.Linear(8, 8)

    def forward(self, x: Tensor, angles: tuple[Tensor, ...]) -> Tensor:
        """Each is multiplied with what a layer makes, and all is added to the input."""
        y = x
        for layer, angle in zip(self.layers, angles):
            y = layer(y) * angle[:, None].flatten(1)
        return x + self.head(y)


class Turns(nn.Module):
    """Two such blocks."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.stem, self.angles = nn.Linear(8, 8), Angles()
        self.blocks = nn.ModuleList(Turned(count) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """One after the other."""
        x, angles = self.stem(x), self.angles(x)
        for block in self.blocks:
            x = block(x, angles)
        return x


@pytest.mark.parametrize(("count", "inputs"), [(2, 3), (3, 2), (4, 2)])
def test_many_tensors_alike_of_one_module_are_one_input(count: int, inputs: int) -> None:
    """What a skip connection begins with is an input of its own."""
    simplifier = Simplifier(visualize.trace(Turns(count), (5, 8)))
    block = next(box for box in simplifier.to(Level.BLOCK).boxes if box.path == "blocks.0")
    part = inside_of(simplifier.exact, block)
    found = [one for one in part.operations if one.kind is NodeKind.INPUT]
    assert len(found) == inputs
    assert {one.neighbour for one in found} == {"stem", "angles"}
    assert max(len(one.outputs) for one in found) == (count if count > 2 else 1)
    assert len(part.skips) == 1
