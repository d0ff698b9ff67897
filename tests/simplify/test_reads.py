"""What operations read, whatever moves it on its way."""

from __future__ import annotations

from dataclasses import replace

from tests.graphs import Net
from visualize.core.architecture import Architecture
from visualize.simplify.reads import Read, Reads


def sliced(architecture: Architecture, **index: object) -> Architecture:
    """The architecture in which slices have these indices."""
    graph = architecture.graph.copy()
    for node, picked in index.items():
        one = graph.nodes[node]["operation"]
        graph.nodes[node]["operation"] = replace(one, attributes={"b": picked})
    return replace(architecture, graph=graph)


def reads_of_steps(*indices: object) -> list[Read]:
    """What layers read, each of which takes one slice of the same tensor."""
    net = Net()
    x = net.linear(net.input(1, 5, 8), 8, "first")
    layers = [net.linear(net.function("getitem", x, shape=(1, 8)), name="cell") for _ in indices]
    net.output(*layers)
    names = {f"getitem_{n}" if n else "getitem": index for n, index in enumerate(indices)}
    reads = Reads(sliced(net.build(), **names))
    return [read for layer in layers for read in reads.of(layer)]


def test_slices_differ_in_numbers_alone() -> None:
    one, other = reads_of_steps(["slice(None, None, None)", 0], ["slice(None, None, None)", 1])
    assert one.source == other.source == "first"
    assert one.moves == other.moves
    assert [end - start for start, end in zip(one.places, other.places)] == [1]
    one, other = reads_of_steps(["slice(2, 4, None)"], ["slice(4, 6, None)"])
    assert one.moves == other.moves
    assert (one.places, other.places) == ((2, 4), (4, 6))


def test_other_slices_differ_in_more() -> None:
    one, other = reads_of_steps(["slice(None, None, None)", 0], [0])
    assert one.moves != other.moves


def test_who_reads_a_result_is_who_computes_with_it() -> None:
    net = Net()
    x = net.conv(net.input(), name="conv")
    flat = net.function("flatten", net.module("Dropout", x), shape=(1, 2048))
    net.output(net.linear(flat, 4, "fc"))
    reads = Reads(net.build())
    assert reads.users["conv"] == ["fc"]
    assert reads.moves(flat)
    assert not reads.moves("conv")
    assert reads.origin(flat) == "conv"
    (read,) = reads.of("fc")
    assert (read.source, read.movers) == ("conv", ("flatten",))


def test_what_does_nothing_counts_where_it_is_drawn() -> None:
    net = Net()
    x = net.conv(net.input(), name="conv")
    net.output(net.conv(x, name="one"), net.conv(net.module("Dropout", x, name="drop"), name="two"))
    architecture = net.build()
    one, two = (Reads(architecture).of(node)[0] for node in ("one", "two"))
    assert one == two
    one, two = (Reads(architecture, apart={"drop"}).of(node)[0] for node in ("one", "two"))
    assert one.moves != two.moves


def test_everything_that_is_read_has_its_position() -> None:
    net = Net()
    x = net.input(1, 8)
    net.output(net.add(net.constant("table", 1, 8), net.linear(x, name="fc")))
    reads = Reads(net.build())
    assert [(read.source, read.position) for read in reads.of("add")] == [("fc", 1)]
    found = {place: (read.source, read.data) for place, read in reads.everything("add").items()}
    assert found == {0: ("table", False), 1: ("fc", True)}
