"""Copies are alike only if they have their parameters in the same way."""

from __future__ import annotations

import pytest

from tests.graphs import Net
from visualize.core.diagram import Diagram
from visualize.simplify.prune import prune_plumbing
from visualize.simplify.sameness import Sameness


def calls(*names: str) -> Sameness:
    """Equal layers in a row after an input, each the call of the module of that name."""
    net = Net()
    x = net.input()
    for name in names:
        x = net.conv(x, name=name)
    net.output(x)
    diagram = prune_plumbing(Diagram.of(net.build()))
    return Sameness(diagram.exact, diagram.boxes)


@pytest.mark.parametrize(
    ("names", "length", "copies"),
    [
        ("abcd", 1, 4),
        ("aaaa", 1, 4),
        ("abca", 1, 3),  # the last has no parameters of its own
        ("abbc", 1, 2),
        ("aabb", 1, 2),
        ("abab", 2, 2),
        ("aabc", 2, 1),  # shared inside the first copy only
        ("aabbcc", 2, 3),
        ("abacad", 2, 3),  # one is shared by all, one is each copy's own
        ("abacde", 2, 2),
    ],
)
def test_parameters_are_shared_alike(names: str, length: int, copies: int) -> None:
    ownership = calls(*names).ownership
    assert ownership.copies(1, length, len(names) // length, 0) == copies


def test_in_a_later_step_the_first_uses_of_that_step_count() -> None:
    """Each step of the loop calls a, then a again, then b: that are no equal layers."""
    ownership = calls(*"aabaab").ownership
    assert ownership.copies(5, 1, 2, 0) == 2  # none of them counts parameters
    assert ownership.copies(5, 1, 2, 4) == 1


@pytest.mark.parametrize(("names", "shared"), [("ab", False), ("aa", True)])
def test_the_second_copy_is_the_same_modules(names: str, shared: bool) -> None:
    assert calls(*names).ownership.is_shared(1, 1) is shared


def test_without_parameters_nothing_is_known() -> None:
    net = Net()
    net.output(net.function("relu", net.function("relu", net.input())))
    diagram = Diagram.of(net.build())
    assert Sameness(diagram.exact, diagram.boxes).ownership.is_shared(1, 1) is None
