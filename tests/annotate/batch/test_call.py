"""Arguments of calls, by place, by name or as attributes of a module."""

from __future__ import annotations

from torch import fx, nn

from visualize.annotate.batch.axes import Atoms
from visualize.annotate.batch.call import Call
from visualize.core.architecture import TensorSpec
from visualize.core.traced import NodeFacts, set_facts


def call(node: fx.Node, module: nn.Module | None = None) -> Call:
    atoms = Atoms()
    source = node.all_input_nodes[0]
    known = {source: (atoms.new((2, 3)),)}
    return Call(node, "f", module, atoms, known, known[source], ((2, 3),))


def placeholder(graph: fx.Graph, dtype: str = "float32") -> fx.Node:
    node = graph.placeholder("x")
    set_facts(node, NodeFacts((TensorSpec((2, 3), dtype),)))
    return node


def test_arguments_have_a_place_or_a_name() -> None:
    graph = fx.Graph()
    x = placeholder(graph)
    placed = call(graph.call_method("sum", (x, 1)))
    named = call(graph.call_method("sum", (x,), {"dim": 1}))
    missing = call(graph.call_method("sum", (x,)))
    values = [one.argument(1, "axis", "dim") for one in (placed, named, missing)]
    assert values == [1, 1, None]
    assert placed.axes(0) == placed.given[0]
    assert placed.axes(1) is None


def test_dimensions_come_one_by_one_or_as_a_list() -> None:
    graph = fx.Graph()
    x = placeholder(graph)
    assert call(graph.call_method("permute", (x, 1, 0))).dimensions(1) == [1, 0]
    assert call(graph.call_method("permute", (x, (1, 0)))).dimensions(1) == [1, 0]
    assert call(graph.call_method("sum", (x,))).dimensions(1, "dim") == []


def test_modules_have_attributes() -> None:
    graph = fx.Graph()
    x = placeholder(graph)
    module = nn.LSTM(3, 4, batch_first=True)
    made = call(graph.call_module("lstm", (x,)), module)
    assert made.argument(-1, "batch_first") is True
    assert made.axes(0, "input") == made.given[0]


def test_masks_are_booleans() -> None:
    graph = fx.Graph()
    x, mask = placeholder(graph), placeholder(graph, "bool")
    made = call(graph.call_function(len, (x, mask)))
    assert (made.is_mask(x), made.is_mask(mask), made.is_mask(3)) == (False, True, False)
    assert made.shape_of(mask) == (2, 3)
