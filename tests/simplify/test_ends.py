"""The first and the last copy of a run, where they are cut into other boxes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.simplify import simplify
from visualize.simplify.ends import Ends
from visualize.simplify.sameness import Sameness


def recurrence(steps: int, *, begins: str = "zeros", last: bool = False) -> Architecture:
    """A cell that adds what it makes of its input and of its state, which begins with a constant.

    Args:
        steps: how often it is applied.
        begins: a constant or ``"input"``, the state before the first step.
        last: whether each step prepares the next one, the last one in vain.
    """
    net = Net()
    x = net.input(1, 8)
    state = x if begins == "input" else net.constant(begins, 1, 8, buffer=True)
    results = []
    for _ in range(steps):
        made = net.add(net.linear(x, name="of_input"), net.linear(state, name="of_state"))
        results.append(net.linear(made, name="out"))
        state = net.function("exp", made) if last else made
    net.output(*results)
    return net.build()


def counts(architecture: Architecture, level: Level = Level.LAYER) -> set[int]:
    boxes = simplify(architecture, level).boxes
    return {box.repeat for box in boxes if not box.kind.is_end}


def ends_of(architecture: Architecture) -> tuple[Ends, dict[str, int]]:
    diagram = simplify(architecture, Level.LAYER, folded=False)
    places = {box.id: place for place, box in enumerate(diagram.boxes)}
    return Ends(Sameness(architecture, diagram.boxes, diagram.sides)), places


def test_the_first_step_begins_with_a_constant() -> None:
    for steps in (3, 9):
        for level in (Level.OP, Level.LAYER, Level.BLOCK):
            assert counts(recurrence(steps), level) == {steps}


def test_an_end_knows_the_boxes_that_do_its_work() -> None:
    architecture = recurrence(4)
    ends, places = ends_of(architecture)
    first = ends.first(places["of_input_1"], 4)
    assert first is not None
    assert first.end == places["of_input_1"]
    assert first.homes["of_state"] == places["of_state_1"]
    assert first.homes["out"] == places["out_1"]
    assert first.in_order_of(["add_1", "out_1"]) == ["add", "out"]


def test_what_the_last_step_does_in_vain_belongs_to_it() -> None:
    assert counts(recurrence(6, last=True)) == {6}


def test_a_step_that_reads_another_input_is_no_copy() -> None:
    net = Net()
    x, y = net.input(1, 8, name="x"), net.input(1, 8, name="y")
    state, results = net.constant("zeros", 1, 8, buffer=True), []
    for step in range(5):
        source = y if step == 0 else x
        state = net.add(net.linear(source, name="of_input"), net.linear(state, name="of_state"))
        results.append(net.linear(state, name="out"))
    net.output(*results)
    assert counts(net.build()) == {1, 4}


def test_a_first_step_with_other_layers_is_no_copy() -> None:
    net = Net()
    x = net.input(1, 8)
    state = net.add(net.linear(x, name="of_input"), net.constant("zeros", 1, 8, buffer=True))
    for _ in range(4):
        state = net.add(net.linear(x, name="of_input"), net.linear(state, name="of_state"))
    net.output(state)
    assert 5 not in counts(net.build())


def test_a_step_whose_result_is_used_elsewhere_is_no_copy() -> None:
    net = Net()
    x = net.input(1, 8)
    state, results = net.constant("zeros", 1, 8, buffer=True), []
    for _ in range(5):
        state = net.add(net.linear(x, name="of_input"), net.linear(state, name="of_state"))
        results.append(net.linear(state, name="out"))
    net.output(net.function("exp", results[0]), *results)
    assert 5 not in counts(net.build())


class Stacked(nn.Module):
    """Two LSTM cells in each step, whose states are passed on whole."""

    def __init__(self) -> None:
        super().__init__()
        self.lower, self.upper = nn.LSTMCell(8, 16), nn.LSTMCell(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Begin with two zeros each, then with what the cells returned."""
        zeros = x.new_zeros(x.shape[0], 16)
        below = above = (zeros, zeros)
        found = []
        for step in range(x.shape[1]):
            below = self.lower(x[:, step], below)
            above = self.upper(below[0], above)
            found.append(above[0])
        return torch.stack(found, 1)


def test_a_state_that_begins_as_two_tensors_is_one_value_later() -> None:
    figure = visualize.draw(Stacked(), (2, 10, 8))
    cells = [box for box in figure.scene.boxes if "LSTMCell" in box.label[0]]
    assert [box.repeat for box in cells] == [10, 10]
    assert figure.check() == []
