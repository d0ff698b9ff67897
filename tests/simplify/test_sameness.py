"""Which runs of boxes are equal, and how their copies relate."""

from __future__ import annotations

from collections.abc import Callable

from tests.graphs import Net
from visualize.core.diagram import Diagram
from visualize.simplify.prune import prune_plumbing
from visualize.simplify.sameness import Sameness

Add = Callable[[Net, str, int], str]


def row(add: Add, count: int = 3) -> Sameness:
    """A network of an input and ``count`` times what ``add`` adds, in a row."""
    net = Net()
    x = net.input()
    for number in range(count):
        x = add(net, x, number)
    net.output(x)
    diagram = prune_plumbing(Diagram.of(net.build()))
    return Sameness(diagram.exact, diagram.boxes)


def conv(net: Net, x: str, number: int) -> str:
    return net.conv(x, name=f"conv{number}")


def test_equal_layers_have_equal_signatures_and_are_copies() -> None:
    same = row(conv)
    assert len(set(same.signatures[1:4])) == 1
    assert same.copies(1, 1, 3) == 3
    assert not same.is_shared(1, 1)
    assert not same.is_parallel(1, 1)


def test_another_type_has_another_signature() -> None:
    same = row(lambda net, x, number: conv(net, x, number) if number else net.norm(x, "norm"))
    assert same.signatures[1] != same.signatures[2]


def test_the_same_module_again_is_shared() -> None:
    same = row(lambda net, x, _: net.conv(x, name="conv"))
    assert same.copies(1, 1, 3) == 3
    assert same.is_shared(1, 1)


def test_copies_that_read_the_same_are_parallel() -> None:
    net = Net()
    x = net.input()
    net.output(net.cat(*(net.conv(x, name=f"conv{number}") for number in range(3))))
    diagram = prune_plumbing(Diagram.of(net.build()))
    same = Sameness(diagram.exact, diagram.boxes)
    assert same.copies(1, 1, 3) == 3
    assert same.is_parallel(1, 1)


def test_a_box_that_reads_from_another_place_is_not_a_copy() -> None:
    """The second adds what the first reads, the third what the second reads, the last another."""
    read: list[str] = []

    def add(net: Net, x: str, number: int) -> str:
        read.append(x)
        return net.add(conv(net, x, number), read[0] if number == 3 else read[-1])

    same = row(add, 4)
    assert same.copies(1, 2, 4) == 3


def test_a_copy_that_something_else_reads_ends_the_run() -> None:
    net = Net()
    x = net.input()
    made = [x]
    for number in range(4):
        made.append(conv(net, made[-1], number))
    net.output(made[-1], made[2])
    diagram = prune_plumbing(Diagram.of(net.build()))
    assert Sameness(diagram.exact, diagram.boxes).copies(1, 1, 4) == 2
