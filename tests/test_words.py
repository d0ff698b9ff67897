"""The reader's own words and choice: `only`, `hide` and `labels`."""

from __future__ import annotations

from collections import Counter

import pytest
from torch import Tensor, nn

import visualize
from tests.graphs import shown_skips
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.figure import Figure
from visualize.simplify import only, simplify


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.drop = nn.Dropout()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(self.drop(self.conv1(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.body = nn.Sequential(Block(8), Block(8))
        self.side = nn.Conv2d(8, 4, 1)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.body(self.stem(x))
        return self.head(x), self.side(x)


@pytest.fixture(scope="module")
def net() -> visualize.Architecture:
    return visualize.trace(Net(), (1, 3, 16, 16))


def first_lines(figure: Figure) -> list[str]:
    return [box.label[0] for box in figure.scene.boxes]


# One part


def test_a_part_has_the_operations_of_its_module(net: visualize.Architecture) -> None:
    part = only(net, "body.1")
    made = {layer.id for layer in part.layers if layer.kind.value in ("module", "function")}
    assert made == {layer.id for layer in net.layers if "body.1" in layer.scope}
    assert part.parameters == sum(p.numel() for p in Block(8).parameters())
    assert len(part.skips) == 1


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.AUTO])
def test_a_part_loses_nothing_at_any_level(net: visualize.Architecture, level: Level) -> None:
    part = only(net, "body")
    simplified = simplify(part, level)
    assert sum(layer.parameters for layer in simplified.layers) == part.parameters
    assert shown_skips(simplified) == Counter(identity=2)


def test_the_context_is_named_at_the_cut(net: visualize.Architecture) -> None:
    lines = first_lines(visualize.draw(net, only="body.1", level="layer"))
    assert lines[0] == "from body.0 8×16×16"
    assert set(lines[-2:]) == {"to head 8×16×16", "to side 8×16×16"}
    # The first block reads what the stem makes, the second what the first makes.
    lines = first_lines(visualize.draw(net, only="body", level="layer", fold=False))
    assert lines[0] == "from stem 8×16×16"


def test_a_skip_from_outside_begins_at_the_cut(net: visualize.Architecture) -> None:
    scene = visualize.draw(net, only="body.0", level="layer").scene
    arcs = [arrow for arrow in scene.arrows if arrow.arc]
    assert [(arrow.skip, arrow.source) for arrow in arcs] == [("identity", "from stem")]


def test_what_is_no_single_part(net: visualize.Architecture) -> None:
    with pytest.raises(UsageError, match=r"matches 2 modules.*body\.0"):
        visualize.draw(net, only="Block")
    with pytest.raises(UsageError, match=r"--only.*body"):
        visualize.draw(net, only="bod")


# Hidden modules


def test_a_hidden_module_stands_in_the_box_before_it(net: visualize.Architecture) -> None:
    plain = visualize.draw(net, level="layer", fold=False).scene
    scene = visualize.draw(net, level="layer", fold=False, hide=["Dropout", "side"]).scene
    hidden = {one.id for one in plain.boxes} - {one.id for one in scene.boxes}
    assert "side" in hidden
    assert sum(box.parameters for box in scene.boxes) == net.parameters
    told = [line for box in scene.boxes for line in box.label if "hidden" in line]
    assert told == ["36 hidden"]


def test_what_joins_tensors_cannot_be_hidden() -> None:
    class Joins(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
            self.join = nn.Bilinear(8, 8, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.join(self.one(x), self.other(x))

    with pytest.raises(UsageError, match="cannot hide join: it joins 2 tensors"):
        visualize.draw(Joins(), (1, 3, 8, 8), hide=["join"], level="layer")


def test_a_hidden_residual_block_still_says_what_it_holds(net: visualize.Architecture) -> None:
    simplified = simplify(net, Level.LAYER, hidden=["body.1"])
    assert shown_skips(simplified) == Counter(identity=2)


# Labels


def test_labels_name_boxes_and_frames(net: visualize.Architecture) -> None:
    figure = visualize.draw(net, level="layer", labels={"stem": "patchify", "Block": "cell"})
    assert "patchify" in first_lines(figure)
    assert [group.label for group in figure.scene.groups if group.framed] == ["×2 cell"]
    block = visualize.draw(net, level="block", labels={"Block": "cell"})
    assert "cell ×2" in first_lines(block)


def test_a_label_for_nothing_is_refused(net: visualize.Architecture) -> None:
    with pytest.raises(UsageError, match=r"--label.*did you mean stem"):
        visualize.draw(net, labels={"stm": "patchify"})
