"""Facts about the structure of a model, each computed from its graph."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence

import networkx as nx

from visualize.core.architecture import (
    Architecture,
    Operation,
    SkipKind,
    TensorSpec,
)
from visualize.core.diagram import Diagram, Group
from visualize.core.dtypes import added
from visualize.core.module_path import enclosing
from visualize.core.operators import MOVES, family
from visualize.core.summary import Facts, Part, PathLengths
from visualize.describe.cost import sample_cost
from visualize.describe.depth import depths_of, find_depth
from visualize.describe.flow import main_flow
from visualize.describe.paths import adds, count_paths, residual_arrivals
from visualize.describe.weighted import WeightedLayers, weighted_layers


def find_facts(exact: Architecture, grouped: Diagram) -> Facts:
    """The facts of a model.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    weighted = weighted_layers(exact)
    flow = main_flow(exact)
    depths = depths_of(flow, weighted.lengths)
    arrivals = residual_arrivals(exact, flow, depths)
    projections = [skip for skip in exact.skips if skip.kind is SkipKind.PROJECTION]
    branches = dict.fromkeys(node for skip in projections for node in skip.branch)
    return Facts(
        weighted_layers=weighted.number(weighted.lengths),
        depth=find_depth(exact, weighted, flow, depths),
        paths=PathLengths(count_paths(flow, weighted.lengths, depths, arrivals, adds(exact))),
        is_sequential=_is_sequential(grouped),
        parts=tuple(_parts(exact, grouped, weighted)),
        skips=dict(Counter(skip.kind.value for skip in exact.skips)),
        long_skips=sum(skip.long for skip in exact.skips),
        detached_skips=sum(not skip.gradient for skip in exact.skips),
        projection_parameters=sum(exact.operation(node).parameters for node in branches),
        projection_macs=sum(exact.operation(node).macs for node in branches),
        tied=exact.tied,
        buffer_dtypes=exact.buffer_dtypes,
        packed_dtypes=added(one.packed_dtypes for one in exact.operations),
        unused_modules=exact.unused_modules,
        cost=sample_cost(exact, grouped, weighted.lengths),
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


def _parts(exact: Architecture, grouped: Diagram, weighted: WeightedLayers) -> list[Part]:
    """Stages, and the modules between them, in order."""
    expanded = {
        above
        for path in (*(group.path for group in grouped.groups), _holder(exact, weighted))
        for above in enclosing(path)
    }
    members: dict[str, list[Operation]] = {}
    stages: dict[str, Group | None] = {}
    for one in exact.operations:
        stage = grouped.stage(grouped.box(grouped.host(one.id)))
        name = stage.label if stage else _outermost(one.path, expanded) or one.type
        members.setdefault(name, []).append(one)
        stages.setdefault(name, stage)
    last = list(weighted.lengths)[-1] if weighted.lengths else ""
    return [
        Part(
            name=name,
            type=stage.type if stage else "",
            blocks=stage.count if stage else 0,
            tensor=_result(part, stage),
            parameters=sum(one.parameters for one in part),
            macs=sum(one.macs for one in part),
            last=any(one.id == last for one in part),
            layers=weighted.number(one.id for one in part),
        )
        for name, part in members.items()
        if (stage := stages[name]) or any(one.parameters or one.macs for one in part)
    ]


def _result(part: Sequence[Operation], stage: Group | None) -> TensorSpec:
    """What a part returns; of a stage, before any reshaping by the code around it."""
    holder = stage.path.rpartition(".")[0] if stage else ""
    makes = [one for one in part if one.outputs]
    own = [
        one
        for one in makes
        if not holder or family(one.type) not in MOVES or one.path.startswith(f"{holder}.")
    ]
    last = own or makes
    return last[-1].outputs[0] if last else TensorSpec(())


def _outermost(path: str, expanded: Collection[str]) -> str:
    """The outermost module on ``path`` that is not ``expanded``, or an empty text.

    >>> _outermost("model.embed.tokens", {"model", "model.layers"}), _outermost("model", {"model"})
    ('model.embed', '')
    """
    return next((module for module in enclosing(path) if module not in expanded), "")


def _holder(exact: Architecture, weighted: WeightedLayers) -> str:
    """The module that holds all weighted layers, empty where that is the model itself."""
    steps = [exact.operation(node).path.split(".")[:-1] for node in weighted.lengths]
    common = itertools.takewhile(lambda names: len(set(names)) == 1, zip(*steps))
    return ".".join(names[0] for names in common)
