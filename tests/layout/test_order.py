"""Flow graphs are decomposed into series, parallels and tangles."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from visualize.layout.order import Parallel, Part, Series, Tangle, decompose, units_of
from visualize.layout.units import BoxUnit


def test_decompose_leaves_tangles_alone() -> None:
    tangle = nx.DiGraph([("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("a", "e"), ("b", "e")])
    tangle = nx.subgraph_view(tangle)
    ordered = nx.DiGraph()
    ordered.add_nodes_from("abcde")
    ordered.add_edges_from(tangle.edges)
    assert decompose(ordered) == Tangle(tuple("abcde"))
    assert decompose(nx.DiGraph([("a", "b")])) == Series(("a", "b"))
    pair = nx.DiGraph()
    pair.add_nodes_from("ab")
    assert decompose(pair) == Parallel(("a", "b"))


@st.composite
def flows(draw: st.DrawFn) -> nx.DiGraph:
    """A directed acyclic graph of units in topological order."""
    units = [BoxUnit(str(number)) for number in range(draw(st.integers(1, 12)))]
    flow = nx.DiGraph()
    flow.add_nodes_from(units)
    for place, unit in enumerate(units[1:], start=1):
        sources = draw(st.sets(st.sampled_from(units[:place]), max_size=3))
        flow.add_edges_from((source, unit) for source in sorted(sources, key=units.index))
    return flow


@given(flows())
def test_every_unit_is_in_one_part_and_series_follow_the_flow(flow: nx.DiGraph) -> None:
    part = decompose(flow)
    assert units_of(part) == set(flow)
    assert sorted(map(repr, listed(part))) == sorted(map(repr, flow))
    check(part, flow)


def listed(part: Part) -> list[object]:
    if isinstance(part, BoxUnit):
        return [part]
    inner = part.nodes if isinstance(part, Tangle) else part.parts
    return [unit for one in inner for unit in listed(one)]


def check(part: Part, flow: nx.DiGraph) -> None:
    """In a series each part precedes all later ones; parallels are not connected."""
    if isinstance(part, (BoxUnit, Tangle)):
        return
    for place, one in enumerate(part.parts):
        check(one, flow)
        for other in part.parts[place + 1 :]:
            before = any(nx.has_path(flow, a, b) for a in listed(one) for b in listed(other))
            after = any(nx.has_path(flow, b, a) for a in listed(one) for b in listed(other))
            assert not after
            assert before == isinstance(part, Series)
