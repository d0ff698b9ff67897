"""Contraction: boxes become one and their wires are rejoined."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.simplify.contract import Cluster, Collapsed, absorb, contract, follow


def chain() -> Diagram:
    """An input, two convolutions in a residual connection, an add."""
    net = Net()
    x = net.input()
    net.output(net.add(x, net.conv(net.conv(x, name="a"), name="b")))
    return Diagram.of(net.build())


def test_hosts_of_hosts_are_followed_to_the_end() -> None:
    assert follow("a", {"a": "b", "b": "c"}) == "c"
    assert follow("c", {"a": "b", "b": "c"}) == "c"


def test_a_host_keeps_its_name_and_gets_the_operations_in_order() -> None:
    diagram = absorb(chain(), {"a": "b", "b": "add"})
    add = diagram.box("add")
    assert add.members == ("a", "b", "add")
    assert (add.kind, add.core.id) == (BoxKind.MERGE, "add")
    assert add.parameters == 2 * (8 * 8 * 9 + 8)
    assert add.weights == ((8, 8, 3, 3), (8,)) * 2


def outputs(box: Box) -> list[tuple[int, ...]]:
    return [tensor.shape for tensor in box.outputs]


def test_a_box_returns_what_it_is_named_after_returns() -> None:
    net = Net()
    x = net.input(1, 8, 4, 4)
    net.function("sum", x, shape=())
    conv = net.conv(x, name="conv")
    flat = net.function("flatten", conv, shape=(1, 128))
    states = net.split("lstm", flat, (1, 32), (1, 1, 32), (1, 1, 48))[:2]
    net.output(*states)
    diagram = Diagram.of(net.build())
    hosts = {"sum": x, flat: conv, **dict.fromkeys((f"getitem_{n}" for n in (1, 2)), "lstm")}
    absorbed = absorb(diagram, {"getitem": "lstm", **hosts})
    assert outputs(absorbed.box(x)) == [(1, 8, 4, 4)]
    assert outputs(absorbed.box(conv)) == [(1, 8, 4, 4)]
    assert outputs(absorb(diagram, {"getitem": "lstm"}).box("lstm")) == [(1, 32)]
    assert outputs(absorbed.box("lstm")) == [(1, 32), (1, 1, 32), (1, 1, 48)]


def test_a_collapsed_box_returns_what_its_last_operation_that_is_read_computes() -> None:
    net = Net()
    x = net.input(1, 8, 4, 4)
    with net.call("block"):
        last = net.conv(net.conv(x, name="a"), name="b")
    moved = net.function("permute", last, shape=(1, 4, 4, 8))
    net.function("mean", last, shape=(1,))
    net.output(moved)
    collapsed = Collapsed("block", BoxKind.BLOCK, "Block", "block")
    inside = Cluster("block_a", ("block_a", last, moved, "mean"), collapsed)
    clusters = [Cluster.single(x), inside, Cluster.single("output")]
    box = contract(Diagram.of(net.build()), clusters).box("block")
    assert outputs(box) == [(1, 8, 4, 4)]


def test_wires_between_the_same_boxes_become_one_unless_one_is_a_skip() -> None:
    open_ = absorb(chain(), {"b": "a"})
    assert [(s, t, w.skip) for s, t, w in open_.wires if t == "add"] == [
        ("x", "add", 0),
        ("a", "add", None),
    ]
    collapsed = absorb(chain(), {"a": "add", "b": "add"})
    assert [(s, t, w.skip) for s, t, w in collapsed.wires] == [
        ("x", "add", None),
        ("add", "output", None),
    ]


def test_a_collapsed_box_takes_the_name_it_is_given() -> None:
    collapsed = Collapsed("block", BoxKind.BLOCK, "Block", "layers.0", group="stage", count=2)
    clusters = [
        Cluster.single("x"),
        Cluster("a", ("a", "b", "add"), collapsed),
        Cluster.single("output"),
    ]
    box = contract(chain(), clusters).box("block")
    assert (box.kind, box.type, box.path, box.group, box.count) == (
        BoxKind.BLOCK,
        "Block",
        "layers.0",
        "stage",
        2,
    )
    assert box.members == ("a", "b", "add")


def test_an_id_that_is_taken_gets_a_number() -> None:
    collapsed = Collapsed("x", BoxKind.BLOCK, "Block", "x")
    clusters = [
        Cluster.single("x"),
        Cluster("a", ("a", "b"), collapsed),
        Cluster.single("add"),
        Cluster.single("output"),
    ]
    assert [box.id for box in contract(chain(), clusters).boxes] == ["x", "x 2", "add", "output"]


def test_the_diagram_before_stays_as_it_was() -> None:
    before = chain()
    boxes, wires = before.boxes, list(before.wires)
    absorb(before, {"a": "b"})
    assert (before.boxes, list(before.wires)) == (boxes, wires)


class Weighed(nn.Module):
    """What a U-Net concatenates is cropped and weighed by a gate of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.mid = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3)
        self.up, self.gate = nn.ConvTranspose2d(8, 8, 2, stride=2), nn.Conv2d(8, 1, 1)
        self.end = nn.Conv2d(16, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        fine = self.down(image)
        up = self.up(self.mid(nn.functional.max_pool2d(fine, 2)))
        fine = fine[:, :, 2:-2, 2:-2]
        fine = fine * torch.sigmoid(self.gate(fine + up))
        end: Tensor = self.end(torch.cat([fine, up], 1))
        return end


def test_a_gate_that_is_collapsed_leaves_its_edge_to_the_longer_skip_connection() -> None:
    diagram = Diagram.of(visualize.trace(Weighed(), (1, 3, 30, 30)))
    kinds = [skip.kind.value for skip in diagram.skips]
    assert sorted(kinds) == ["concat", "gate"]
    place = {box.type: number for number, box in enumerate(diagram.boxes)}
    inside = [box.id for box in diagram.boxes][place["getitem"] + 1 : place["cat"] + 1]
    (crop,) = (box.id for box in diagram.boxes if box.type == "getitem")
    clusters = [Cluster.single(box.id) for box in diagram.boxes if box.id not in inside]
    contracted = contract(diagram, [*clusters[:-2], Cluster("cat", tuple(inside)), *clusters[-2:]])
    crossing = [wire.skip for *ends, wire in contracted.wires if ends == [crop, "cat"]]
    assert [number if number is None else kinds[number] for number in crossing] == ["concat"]
