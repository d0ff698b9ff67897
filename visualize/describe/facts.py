"""Facts about the structure of a model, each computed from its graph."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import networkx as nx

from visualize.core.architecture import (
    Architecture,
    NodeKind,
    Operation,
    SkipKind,
    TensorSpec,
    enclosing,
)
from visualize.core.diagram import Diagram, Group
from visualize.core.dtypes import added
from visualize.core.operators import MOVES, family
from visualize.core.summary import Facts, Part, PathLengths
from visualize.describe.paths import count_paths
from visualize.describe.weighted import weighted_layers


def find_facts(exact: Architecture, grouped: Diagram) -> Facts:
    """The facts of a model.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    weighted = weighted_layers(exact)
    projections = [skip for skip in exact.skips if skip.kind is SkipKind.PROJECTION]
    branches = dict.fromkeys(node for skip in projections for node in skip.branch)
    return Facts(
        weighted_layers=sum(weighted.values()),
        paths=PathLengths(count_paths(_flow(exact), weighted)),
        parts=tuple(_parts(exact, grouped, weighted)),
        skips=dict(Counter(skip.kind.value for skip in exact.skips)),
        long_skips=sum(skip.long for skip in exact.skips),
        detached_skips=sum(not skip.gradient for skip in exact.skips),
        projection_layers=sum(weighted.get(node, 0) for node in branches),
        projection_parameters=sum(exact.operation(node).parameters for node in branches),
        projection_macs=sum(exact.operation(node).macs for node in branches),
        tied=exact.tied,
        buffer_dtypes=exact.buffer_dtypes,
        packed_dtypes=added(one.packed_dtypes for one in exact.operations),
        unused_modules=exact.unused_modules,
    )


def _flow(exact: Architecture) -> nx.MultiDiGraph:
    """How data flows from inputs to outputs, without the branches that only scale a tensor."""
    beside = {
        (node, skip.merge)
        for skip in exact.skips
        if skip.kind is SkipKind.GATE
        for node in skip.bypassed
    }
    flow = nx.MultiDiGraph()
    for source, target, wire in exact.wires:
        if wire.data and (source, target) not in beside:
            flow.add_edge(source, target)
    ends = {one.id for one in exact.operations if one.kind is NodeKind.OUTPUT}
    starts = {one.id for one in exact.operations if one.kind is NodeKind.INPUT}
    inner = _reached(flow, starts) & _reached(flow.reverse(copy=False), ends)
    kept: nx.MultiDiGraph = flow.subgraph(inner)
    return kept


def _reached(flow: nx.MultiDiGraph, starts: set[str]) -> set[str]:
    starts = starts & set(flow)
    return starts.union(*(nx.descendants(flow, start) for start in starts))


def _parts(exact: Architecture, grouped: Diagram, weighted: Mapping[str, int]) -> list[Part]:
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
    last = list(weighted)[-1] if weighted else ""
    return [
        Part(
            name=name,
            type=stage.type if stage else "",
            blocks=stage.count if stage else 0,
            tensor=_result(part, stage),
            parameters=sum(one.parameters for one in part),
            macs=sum(one.macs for one in part),
            last=any(one.id == last for one in part),
            layers=sum(weighted.get(one.id, 0) for one in part),
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


def _holder(exact: Architecture, weighted: Mapping[str, int]) -> str:
    """The module that holds all weighted layers, empty where that is the model itself."""
    steps = [exact.operation(node).path.split(".")[:-1] for node in weighted]
    common = itertools.takewhile(lambda names: len(set(names)) == 1, zip(*steps))
    return ".".join(names[0] for names in common)
