"""Facts about the structure of a model, each computed from its graph."""

from __future__ import annotations

from collections import Counter

import networkx as nx

from visualize.core.architecture import (
    Architecture,
    SkipKind,
)
from visualize.core.branches import cost_of_branches
from visualize.core.diagram import Diagram
from visualize.core.dtypes import added
from visualize.core.summary import Facts, PathLengths
from visualize.describe.cost import sample_cost
from visualize.describe.depth import depths_of, find_depth
from visualize.describe.experts import find_experts
from visualize.describe.flow import main_flow
from visualize.describe.parts import find_parts
from visualize.describe.paths import adds, count_paths, residual_arrivals
from visualize.describe.receptive import ReceptiveFields
from visualize.describe.roles import shares_of_roles
from visualize.describe.shortcuts import shortcuts_of_blocks
from visualize.describe.stages import of_repeated, with_whole_stages
from visualize.describe.streams import meet
from visualize.describe.weighted import weighted_layers


def find_facts(exact: Architecture, grouped: Diagram, fields: ReceptiveFields) -> Facts:
    """The facts of a model.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
        fields: what its tensors see of the input.
    """
    weighted = weighted_layers(exact)
    flow = main_flow(exact)
    depths = depths_of(flow, weighted.lengths)
    arrivals = residual_arrivals(exact, flow, depths)
    projections = [skip for skip in exact.unrolled_skips if skip.kind is SkipKind.PROJECTION]
    on_projections = cost_of_branches(projections, lambda node: exact.operation(node).macs)
    shortcuts, classes = shortcuts_of_blocks(exact, grouped), exact.modules
    parts = with_whole_stages(find_parts(exact, grouped, weighted, fields), shortcuts, classes)
    return Facts(
        weighted_layers=weighted.number(weighted.lengths),
        depth=find_depth(exact, weighted, flow, depths),
        paths=PathLengths(
            count_paths(flow, weighted.lengths, depths, arrivals, adds(exact)),
            partial=meet(flow, depths, arrivals),
        ),
        is_sequential=_is_sequential(grouped),
        parts=parts,
        skips=dict(Counter(skip.kind.value for skip in exact.skips)),
        long_skips=sum(skip.long for skip in exact.skips),
        detached_skips=sum(not skip.gradient for skip in exact.skips),
        looped_skips=dict(Counter(skip.count for skip in exact.skips if skip.count > 1)),
        projection_parameters=on_projections.parameters,
        projection_macs=on_projections.macs,
        tied=exact.tied,
        buffer_dtypes=exact.buffer_dtypes,
        packed_dtypes=added(one.packed_dtypes for one in exact.operations),
        unused_modules=exact.unused_modules,
        unused_weights=exact.unused_weights,
        block_shortcuts=of_repeated(shortcuts, parts, classes),
        cost=sample_cost(exact, grouped, weighted.lengths),
        roles=shares_of_roles(exact, grouped, weighted.lengths),
        experts=find_experts(exact, weighted.lengths),
    )


def _is_sequential(diagram: Diagram) -> bool:
    """Whether each layer reads what the layer before it returns, and nothing else does.

    A formula that is written out is one layer, as its module would be.
    """
    flow = nx.DiGraph((source, target) for source, target, wire in diagram.wires if wire.data)
    return (
        len(flow) > 1
        and nx.is_weakly_connected(flow)
        and all(degree <= 1 for _, degree in (*flow.in_degree(), *flow.out_degree()))
    )
