"""Whether queries and keys come from one tensor or from two."""

from __future__ import annotations

from tests.graphs import Net
from visualize.core.diagram import Diagram
from visualize.simplify.idioms.origin import attends_to
from visualize.simplify.idioms.rule import View
from visualize.simplify.prune import prune_plumbing


def view(net: Net, *ends: str) -> View:
    net.output(*ends)
    return View(prune_plumbing(Diagram.of(net.build())))


def test_projections_of_one_tensor_are_self_attention() -> None:
    net = Net()
    x = net.input(1, 6, 8)
    query, key = net.linear(x, name="query"), net.linear(x, name="key")
    assert attends_to(view(net, query, key), query, key) == "self"


def test_projections_of_two_tensors_are_cross_attention() -> None:
    net = Net()
    x, memory = net.input(1, 6, 8), net.input(1, 6, 8, name="memory")
    query, key = net.linear(x, name="query"), net.linear(memory, name="key")
    assert attends_to(view(net, query, key), query, key) == "cross"


def test_learned_queries_attend_to_data() -> None:
    net = Net()
    key = net.linear(net.input(1, 6, 8), name="key")
    seen = view(net, key)
    assert attends_to(seen, None, key) == "cross"
    assert attends_to(seen, key, None) == ""
