"""What is inside a box."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.page.pages import SHAPE, Block, Net, document
from tests.page.walk import walk
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.page.inside import Opener, all_of_frame, copies_of_box, copies_of_frame
from visualize.simplify import Simplifier


def opener(model: nn.Module, shape: tuple[int, ...] = SHAPE) -> Opener:
    return Opener(Simplifier(visualize.trace(model, shape)), folded=True)


def diagram(one: Opener, level: Level) -> Diagram:
    return Simplifier(one.exact).to(level)


def box_of(drawn: Diagram, kind: str) -> Box:
    return next(box for box in drawn.boxes if box.type == kind)


def inner(drawn: Diagram) -> list[str]:
    return [box.type for box in drawn.boxes if not box.kind.is_end]


def test_a_block_opens_to_layers_and_a_layer_to_operations() -> None:
    one = opener(Net())
    block = box_of(diagram(one, Level.BLOCK), "Block").shown
    inside = one.opened(block)
    assert inside
    assert inner(inside.diagram) == ["Conv2d", "Conv2d", "add"]
    assert inside.box.members == block.members
    layer = next(box for box in inside.diagram.boxes if len(box.operations) > 1)
    again = one.opened(layer)
    assert again
    assert inner(again.diagram) == ["Conv2d", "BatchNorm2d", "relu"]


def test_a_single_operation_opens_to_nothing() -> None:
    one = opener(Net())
    stem = box_of(diagram(one, Level.BLOCK), "Conv2d")
    assert len(stem.operations) == 1
    assert one.opened(stem) is None


class Rows(nn.Module):
    """Two layers that read what is given as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        """The product of both."""
        rows = x.view(-1, 4)
        return self.one(rows) * self.other(rows)


def test_an_input_opens_to_itself_and_to_what_reshapes_it() -> None:
    one = opener(Rows(), (2, 3, 4))
    given, view, *_ = one.single.boxes
    assert one.opened(given) is None
    both = replace(given, operations=(*given.operations, *view.operations))
    inside = one.opened(both)
    assert inside
    assert [box.id for box in inside.diagram.boxes] == ["x", "view", "to view"]
    assert [wire[:2] for wire in inside.diagram.wires] == [("x", "view"), ("view", "to view")]


def test_copies_are_seen_one_after_the_other() -> None:
    one = opener(Net(4))
    blocks = diagram(one, Level.BLOCK)
    folded = copies_of_box(box_of(blocks, "Block"), blocks)
    assert folded
    inside = one.unfolded(folded)
    assert inside
    shown = [box for box in inside.diagram.boxes if not box.kind.is_end]
    assert [box.path for box in shown] == [f"blocks.{place}" for place in range(4)]
    assert inside.diagram.graph.number_of_edges() == 5
    assert inside.box.members == folded.members


def test_what_is_alone_does_not_unfold() -> None:
    one = opener(Net(1))
    blocks = diagram(one, Level.BLOCK)
    assert copies_of_box(box_of(blocks, "Block"), blocks) is None
    assert one.unfolded(box_of(blocks, "Block")) is None


def test_a_frame_is_one_box_with_its_copies() -> None:
    one = opener(Net(3))
    layers = diagram(one, Level.LAYER)
    (group,) = (group for group in layers.groups if group.repeat > 1)
    frame = copies_of_frame(group.id, layers)
    assert frame
    assert [copy.path for copy in frame.copies] == ["blocks.0", "blocks.1", "blocks.2"]
    assert sorted(frame.members) == sorted(
        node for box in layers.inside(group) for node in box.members
    )
    closed = all_of_frame(group.id, layers)
    assert not closed.copies
    assert sorted(closed.members) == sorted(frame.members)


class Token(nn.Module):
    """A learned token in front of others."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 4))
        self.place = nn.Parameter(torch.zeros(1, 4, 4))

    def forward(self, x: Tensor) -> Tensor:
        """All tokens, each with its place."""
        return torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place


def test_what_a_learned_token_enters_has_a_port_for_it() -> None:
    one = opener(Token(), (2, 3, 4))
    layers = diagram(one, Level.LAYER)
    merge = next(box for box in layers.boxes if box.type == "cat")
    assert len(one.entries(merge)) == 2
    inside = one.opened(merge)
    assert inside
    assert sum(box.kind.is_end for box in inside.diagram.boxes) == 3


class Reader(nn.Module):
    """Attention from what it is given to an image."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, asked: Tensor) -> Tensor:
        """What is found for each query."""
        return (self.query(asked) @ self.key(x).transpose(1, 2)).softmax(-1) @ x


class Asking(nn.Module):
    """Queries that are computed from weights alone."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = nn.Parameter(torch.zeros(1, 3, 4))
        self.first = nn.Linear(4, 4)
        self.reader = Reader()

    def forward(self, x: Tensor) -> Tensor:
        """What is found for each query."""
        return self.reader(x, self.first(self.asked))


def test_what_is_made_from_weights_alone_flows_on_inside() -> None:
    one = opener(Asking(), (1, 5, 4))
    read = tuple(each for each in one.exact.operations if each.path.startswith("reader"))
    box = Box("reader", BoxKind.BLOCK, "Reader", read[0], read, path="reader")
    inside = one.opened(box)
    assert inside
    port = one.entries(box)["first"]
    query, attention = (
        next(each for each in inside.diagram.boxes if name in each.members)
        for name in ("reader_query", "matmul")
    )
    wires = {(start, end): wire for start, end, wire in inside.diagram.wires}
    # From the border to what reads it, and from there on: as data, as tensors of images are.
    assert wires[port, query.id].data
    assert wires[query.id, attention.id].data
    assert [end for start, end in wires if start in (port, query.id)] == [query.id, attention.id]


def test_what_is_made_from_weights_alone_flows_to_the_single_operation() -> None:
    figure = visualize.draw(Asking(), (1, 5, 4), level=Level.STAGE)
    places = {each.id: place for place, each in enumerate(figure.architecture.operations)}
    arrows = {(start[0], end[0]) for start, end in walk(document(figure)).arrows}
    way = ("first", "reader_query", "matmul", "softmax", "matmul_1")
    for start, end in itertools.pairwise(way):
        assert (places[start], places[end]) in arrows


class Chooser(nn.Module):
    """Numbers in order, and others in theirs, which nothing reads."""

    def __init__(self) -> None:
        super().__init__()
        self.score, self.place = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        """The largest ones first."""
        score, place = self.score(x).relu(), self.place(x).relu()
        order = score.argsort()
        found = score[order]
        place[order]
        return found


def test_what_nothing_reads_has_its_arrows() -> None:
    one = opener(nn.Sequential(nn.Linear(4, 4), Chooser()), (4,))
    inside = one.opened(box_of(diagram(one, Level.BLOCK), "Chooser"))
    assert inside
    hosts, single = inside.diagram.hosts, one.single
    for source, target, _ in single.wires:
        ends = hosts.get(source), hosts.get(target)
        if None not in ends and ends[0] != ends[1]:
            assert inside.diagram.graph.has_edge(*ends)


@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
def test_every_inside_has_each_operation_once(name: str) -> None:
    exact = visualize.trace(name)
    one = Opener(Simplifier(exact), folded=True)
    waiting = [box.shown for box in Simplifier(exact).to(Level.STAGE).boxes]
    while waiting:
        box = waiting.pop()
        inside = one.opened(box)
        if inside:
            shown = [part for part in inside.diagram.boxes if not part.kind.is_end]
            assert sorted(node for part in shown for node in part.members) == sorted(box.members)
            waiting += [part.shown for part in shown]


class Again(nn.Module):
    """One block, three times."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Block()

    def forward(self, x: Tensor) -> Tensor:
        """The same again."""
        for _ in range(3):
            x = self.block(x)
        return x


@pytest.mark.parametrize(
    ("model", "shape", "names"),
    [
        (Net(), SHAPE, ["[0]", "[1]", "[2]"]),
        (Again(), (1, 4, 8, 8), ["1 of 3", "2 of 3", "3 of 3"]),
    ],
)
def test_copies_have_names_along_the_flow(
    model: nn.Module, shape: tuple[int, ...], names: list[str]
) -> None:
    one = opener(model, shape)
    drawn = diagram(one, Level.BLOCK)
    found = [copies_of_box(box, drawn) for box in drawn.boxes]
    found += [copies_of_frame(group.id, drawn) for group in drawn.groups]
    inside = one.unfolded(next(copies for copies in found if copies))
    assert inside
    shown = [box for box in inside.diagram.boxes if not box.kind.is_end]
    assert [inside.names[box.id] for box in shown] == names
    assert [box.operations[0].index for box in shown] == sorted(
        box.operations[0].index for box in shown
    )
