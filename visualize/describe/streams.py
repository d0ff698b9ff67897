"""Residual streams: whether a network has one, or several that meet.

The stream of an encoder meets that of a decoder in cross-attention, those of resolutions or of
towers meet where their features are combined. Paths along one of them do not count the choices that
the others have.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import networkx as nx


def meet(
    flow: nx.DiGraph[str],
    depths: Mapping[str, int],
    arrivals: Mapping[str, Collection[str]],
) -> bool:
    """Whether an operation joins features that passed residual sums which its main path did not.

    >>> flow = nx.DiGraph([("x", "conv"), ("x", "+"), ("conv", "+"), ("+", "cat"), ("y", "cat")])
    >>> depths = {"x": 0, "conv": 1, "+": 1, "y": 2, "cat": 2}
    >>> meet(flow, depths, {"+": ["x"]}), meet(flow, {**depths, "y": 0}, {"+": ["x"]})
    (True, False)

    Args:
        flow: how data flows, see `visualize.describe.flow`.
        depths: see `visualize.describe.depth`.
        arrivals: for each sum with residual connections, the nodes over which they arrive.
    """
    passed: dict[str, int] = {}  # a bit for each sum before an operation
    for node in nx.topological_sort(flow):
        before = list(flow.pred[node])
        everything = 0
        for source in before:
            everything |= passed[source]
        if everything & ~passed.get(max(before, key=depths.__getitem__, default=""), 0):
            return True
        passed[node] = everything | 1 << len(passed) if node in arrivals else everything
    return False
