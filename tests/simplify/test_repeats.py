"""Finding what repeats among the calls of modules."""

from __future__ import annotations

from tests.graphs import Net
from visualize.simplify import Level, simplify
from visualize.simplify.repeats import Run, calls_around, find_runs
from visualize.simplify.sameness import Sameness


def found(net: Net) -> tuple[Run, ...]:
    diagram = simplify(net.build(), Level.LAYER, folded=False)
    return find_runs(diagram.boxes, Sameness(diagram.exact, diagram.boxes))


def test_a_run_has_a_place_a_length_and_copies() -> None:
    net = Net()
    x = net.linear(net.input(1, 3), 8)
    for number in range(3):
        with net.call(f"blocks.{number}"):
            x = net.linear(net.module("ReLU", net.linear(x, 16)), 8)
    net.output(x)
    (run,) = found(net)
    assert (run.start, run.length, run.copies, run.end) == (2, 2, 3, 8)
    assert run.children == ((2, 4),)


def test_runs_inside_a_run_are_those_of_its_first_copy() -> None:
    net = Net()
    x = net.input(1, 8)
    for number in range(3):
        with net.call(f"stages.{number}", "Stage"):
            for layer in range(2):
                with net.call(f"{layer}"):
                    x = net.linear(x, 8)
            x = net.linear(net.linear(x, 16), 8)
    net.output(x)
    (run,) = found(net)
    assert run.copies == 3
    assert [(inner.start, inner.copies) for inner in run.inside] == [(run.start, 2)]


def test_the_calls_around_a_layer_leave_out_its_own() -> None:
    net = Net()
    with net.call("block"):
        net.output(net.linear(net.input(1, 8), 8, "layer"))
    boxes = simplify(net.build(), Level.LAYER, folded=False).boxes
    assert [call.path for call in calls_around(boxes[1])] == ["block"]
