"""Paths through a residual network, by the number of weighted layers that they pass.

A residual network is an ensemble of paths of many lengths, most of them much shorter than the
network is deep: Veit, Wilber and Belongie, "Residual Networks Behave Like Ensembles of Relatively
Shallow Networks", 2016. Each residual connection is a choice, whether a path goes over it or
through what it bypasses: with n of them, one after the other, there are 2ⁿ paths.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import networkx as nx

from visualize.core.architecture import Architecture
from visualize.core.operators import MergeType, merge_type

_ADDS = (MergeType.ADD, MergeType.SUBTRACT)


class _Paths(NamedTuple):
    """The number of paths by length: ``counts[i]`` are ``shortest + i`` layers long."""

    shortest: int
    counts: tuple[int, ...]


class _Sum(NamedTuple):
    """What a sum adds: the paths over residual connections, and the node of the main path."""

    over: tuple[_Paths, ...]
    main: str


def count_paths(
    flow: nx.DiGraph[str],
    lengths: Mapping[str, int],
    depths: Mapping[str, int],
    arrivals: Mapping[str, Collection[str]],
    adds: Collection[str] = (),
) -> dict[int, int]:
    """The number of paths from inputs to outputs, by length.

    At a sum with residual connections a path goes over one of them, or along the main path: of all
    else that is added, what has the most layers. So connections that are nested or overlap, or that
    end in one sum, are counted as they can be combined. Everywhere else a path goes along the main
    path alone, and so it does at the end: forks in a formula, an attention, a concat or a gate, and
    further outputs make no new paths. The longest path is the depth.

    >>> flow = nx.DiGraph([("x", "conv1"), ("conv1", "conv2"), ("conv2", "+"), ("x", "+")])
    >>> lengths, depths = {"conv1": 1, "conv2": 1}, {"x": 0, "conv1": 1, "conv2": 2, "+": 2}
    >>> count_paths(flow, lengths, depths, {"+": ["x"]})
    {0: 1, 2: 1}

    Args:
        flow: how data flows, see `visualize.describe.flow`.
        lengths: the number of layers that each operation is, without those that are none.
        depths: see `visualize.describe.depth`.
        arrivals: for each sum with residual connections, the nodes over which they arrive.
        adds: the operations that add, and so are one sum with a sum that they alone read.
    """
    paths: dict[str, _Paths] = {}
    sums: dict[str, _Sum] = {}
    for node in nx.topological_sort(flow):
        before = list(flow.pred[node])
        if not before:
            paths[node] = _Paths(lengths.get(node, 0), (1,))
            continue
        over = [paths[source] for source in before if source in arrivals.get(node, ())]
        main: list[str] = []
        for source in before:
            if source in arrivals.get(node, ()):
                continue
            inner = sums.get(source) if node in adds and flow.out_degree(source) == 1 else None
            over += inner.over if inner else ()
            main.append(inner.main if inner else source)
        most = max(main, key=depths.__getitem__, default="")
        if over and most:
            sums[node] = _Sum(tuple(over), most)
        total = _added([*over, paths[most]] if most else over)
        paths[node] = _Paths(total.shortest + lengths.get(node, 0), total.counts)
    ends = [node for node in paths if not flow.out_degree(node)]
    if not ends:
        return {}
    last = paths[max(ends, key=depths.__getitem__)]
    return {last.shortest + at: number for at, number in enumerate(last.counts) if number}


def _added(parts: Collection[_Paths]) -> _Paths:
    """All paths of several parts."""
    first, *others = parts
    if not others:
        return first
    shortest = min(part.shortest for part in parts)
    longest = max(part.shortest + len(part.counts) for part in parts)
    counts = [0] * (longest - shortest)
    for part in parts:
        for at, number in enumerate(part.counts, part.shortest - shortest):
            counts[at] += number
    return _Paths(shortest, tuple(counts))


def residual_arrivals(
    exact: Architecture, flow: nx.DiGraph[str], depths: Mapping[str, int]
) -> dict[str, set[str]]:
    """For each sum with residual connections, the nodes over which they arrive.

    Those are connections that add what they carry: identity, scaled and projection shortcuts. A
    concat keeps what it joins apart for the next layer to read, so it is no choice of paths.
    """
    arrivals: dict[str, set[str]] = {}
    for skip in exact.unrolled_skips:
        if not skip.kind.is_residual or skip.merge not in flow:
            continue
        last = [node for node in (skip.branch or (skip.fork,)) if flow.has_edge(node, skip.merge)]
        if last:
            deepest = max(last, key=depths.__getitem__)
            arrivals.setdefault(skip.merge, set()).add(deepest)
    return arrivals


def adds(exact: Architecture) -> set[str]:
    """The operations that add or subtract."""
    return {one.id for one in exact.operations if merge_type(one.does) in _ADDS}
