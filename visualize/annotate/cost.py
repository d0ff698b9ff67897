"""Multiply-accumulate operations of every node."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from visualize.core.torch_internals import is_parametrized
from visualize.core.traced import TracedModel, facts_of


def annotate_macs(graph: nx.MultiDiGraph, trace: TracedModel) -> None:
    """Set ``macs`` from the FLOPs that the run recorded; one MAC is two FLOPs."""
    for node in trace.graph.nodes:
        macs = facts_of(node).flops // 2
        if macs:
            of_weights = 0
            if node.op == "call_module":
                of_weights = min(macs, _macs_of_weights(trace.module_at(str(node.target))))
            attributes = graph.nodes[node.name]
            attributes["operation"] = replace(
                attributes["operation"], macs=macs, weight_macs=of_weights
            )


def _macs_of_weights(module: nn.Module) -> int:
    """What it takes to compute the parametrised tensors of a module; their code is anyone's."""
    if not is_parametrized(module):
        return 0
    names = [name for name, _ in module.get_submodule("parametrizations").named_children()]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for name in names:
            try:
                getattr(module, name)
            except Exception:
                return 0
    return int(counter.get_total_flops()) // 2
