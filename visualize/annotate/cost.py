"""Multiply-accumulate operations of every node."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx

from visualize.core.traced import TracedModel, facts_of


def annotate_macs(graph: nx.MultiDiGraph, trace: TracedModel) -> None:
    """Set ``macs`` from the FLOPs that the run recorded; one MAC is two FLOPs."""
    for node in trace.graph.nodes:
        macs = facts_of(node).flops // 2
        if macs:
            attributes = graph.nodes[node.name]
            attributes["operation"] = replace(attributes["operation"], macs=macs)
