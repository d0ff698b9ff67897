"""Boxes, the groups around them, and the operations of the exact graph inside them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import networkx as nx
import pytest

from tests.graphs import Net, resnet
from visualize.core.architecture import NodeKind, Operation
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.simplify import simplify


def operation(name: str, kind: NodeKind = NodeKind.MODULE, **fields: object) -> Operation:
    return Operation(name, kind, name, **fields)  # type: ignore[arg-type]


class TestBoxes:
    @pytest.mark.parametrize(
        ("one", "kind"),
        [
            (operation("x", NodeKind.INPUT), BoxKind.INPUT),
            (operation("y", NodeKind.OUTPUT), BoxKind.OUTPUT),
            (operation("add", NodeKind.FUNCTION, merges=True), BoxKind.MERGE),
            (operation("add", NodeKind.FUNCTION), BoxKind.OPERATION),
            (operation("weight", NodeKind.CONSTANT), BoxKind.OPERATION),
        ],
    )
    def test_the_kind_follows_from_the_operation(self, one: Operation, kind: BoxKind) -> None:
        assert Box.of(one).kind is kind

    def test_numbers_are_sums_over_the_operations(self) -> None:
        conv, norm = operation("conv", parameters=9, macs=90), operation("norm", parameters=2)
        box = replace(Box.of(conv), operations=(conv, norm))
        assert (box.parameters, box.macs, box.members) == (11, 90, ("conv", "norm"))

    def test_a_box_cannot_be_changed(self) -> None:
        with pytest.raises(FrozenInstanceError):
            Box.of(operation("conv")).group = "stage"  # type: ignore[misc]

    def test_the_first_copy_is_shown(self) -> None:
        parts = [operation(f"conv{number}", parameters=number) for number in range(3)]
        copies = tuple(map(Box.of, parts))
        box = replace(copies[0], operations=tuple(parts), copies=copies)
        assert (box.repeat, box.parameters) == (3, 3)
        assert box.shown is copies[0]

    def test_a_box_without_copies_shows_itself(self) -> None:
        box = Box.of(operation("conv"))
        assert (box.repeat, box.shown) == (1, box)


class TestDiagrams:
    def test_an_exact_graph_has_a_box_for_each_operation(self) -> None:
        exact = resnet()
        diagram = Diagram.of(exact)
        assert [box.core for box in diagram.boxes] == list(exact.operations)
        assert list(diagram.wires) == list(exact.wires)
        assert all(diagram.host(one.id) == one.id for one in exact.operations)

    def test_its_graph_is_frozen(self) -> None:
        diagram = Diagram.of(resnet())
        with pytest.raises(nx.NetworkXError):
            diagram.graph.remove_node("x")

    def test_a_new_box_leaves_the_old_diagram_as_it_is(self) -> None:
        diagram = Diagram.of(resnet())
        changed = diagram.with_boxes([replace(diagram.box("fc"), type="Head")])
        assert (changed.box("fc").type, diagram.box("fc").type) == ("Head", "Linear")
        assert list(changed.wires) == list(diagram.wires)

    def test_the_box_that_holds_an_operation(self) -> None:
        blocks = simplify(resnet(), Level.BLOCK, folded=False)
        assert blocks.host("layer1_0_conv1") == "layer1.0"
        assert set(blocks.hosts) == set(blocks.exact.graph)

    def test_groups_nest(self) -> None:
        layers = simplify(resnet(), Level.LAYER, folded=False)
        conv = layers.box("layer2_0_conv1")
        block, stage = layers.around(conv)
        assert (block.kind, block.path) == (GroupKind.BLOCK, "layer2.0")
        assert (stage.kind, stage.path) == (GroupKind.STAGE, "layer2")
        assert layers.stage(conv) is layers.stage(block) is stage
        assert layers.group(stage.id) is stage
        assert layers.around(layers.box("fc")) == ()
        assert layers.stage(layers.box("fc")) is None

    def test_boxes_of_a_group_are_those_of_its_inner_groups_too(self) -> None:
        layers = simplify(resnet(), Level.LAYER, folded=False)
        stage = layers.group("stage layer1")
        blocks = [layers.group("layer1.0"), layers.group("layer1.1")]
        assert layers.inside(stage) == layers.inside(blocks[0]) + layers.inside(blocks[1])
        assert layers.inside(Group("none", GroupKind.BLOCK, "", "", "")) == ()

    def test_the_order_of_groups_does_not_matter(self) -> None:
        layers = simplify(resnet(), Level.LAYER, folded=False)
        backwards = replace(layers, groups=layers.groups[::-1])
        assert all(layers.around(box) == backwards.around(box) for box in layers.boxes)

    def test_a_skip_is_collapsed_where_it_bypasses_nothing_drawn(self) -> None:
        net = Net()
        x = net.input()
        net.output(net.add(x, net.conv(net.conv(x, name="a"), name="b")))
        diagram = Diagram.of(net.build())
        (skip,) = diagram.skips
        assert not diagram.is_collapsed(skip)
        inner = replace(
            diagram.box("add"),
            operations=tuple(diagram.exact.operation(node) for node in ("a", "b", "add")),
        )
        graph = nx.MultiDiGraph([("x", "add"), ("add", "output")])
        for box in (diagram.box("x"), inner, diagram.box("output")):
            graph.nodes[box.id]["box"] = box
        assert replace(diagram, graph=graph).is_collapsed(skip)
