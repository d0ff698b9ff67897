"""Facts about the structure of a model, each computed from its graph."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping

import networkx as nx

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role, SkipKind
from visualize.core.summary import Facts, Part, PathLengths
from visualize.describe.paths import count_paths
from visualize.describe.weighted import weighted_layers


def find_facts(exact: Architecture, grouped: Architecture) -> Facts:
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
        projection_layers=sum(weighted.get(node, 0) for node in branches),
        projection_parameters=sum(exact.layer(node).parameters for node in branches),
        projection_macs=sum(exact.layer(node).macs for node in branches),
        tied=exact.tied,
    )


def _flow(exact: Architecture) -> nx.MultiDiGraph:
    """What data flows where, save into gates: what scales a tensor is beside its path."""
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
    ends = {layer.id for layer in exact.layers if layer.kind is NodeKind.OUTPUT}
    starts = {layer.id for layer in exact.layers if layer.kind is NodeKind.INPUT}
    inner = _reached(flow, starts) & _reached(flow.reverse(copy=False), ends)
    kept: nx.MultiDiGraph = flow.subgraph(inner)
    return kept


def _reached(flow: nx.MultiDiGraph, starts: set[str]) -> set[str]:
    starts = starts & set(flow)
    return starts.union(*(nx.descendants(flow, start) for start in starts))


def _parts(exact: Architecture, grouped: Architecture, weighted: Mapping[str, int]) -> list[Part]:
    """Stages, and the modules that stand between them, in order."""
    groups = {group.id: group for group in grouped.groups}
    homes: dict[str, Group | None] = {}
    for layer in grouped.layers:
        stage = _stage(layer.group, groups)
        homes.update(dict.fromkeys(layer.members, stage))
    opened = {
        above
        for path in (*(group.path for group in groups.values()), _holder(exact, weighted))
        for above in itertools.accumulate(path.split("."), lambda *steps: ".".join(steps))
    }
    members: dict[str, list[Layer]] = {}
    stages: dict[str, Group | None] = {}
    for layer in exact.layers:
        stage = homes.get(layer.id)
        name = stage.label if stage else _outermost(layer.path, opened) or layer.type
        members.setdefault(name, []).append(layer)
        stages.setdefault(name, stage)
    last = list(weighted)[-1] if weighted else ""
    return [
        Part(
            name=name,
            type=stage.type if stage else "",
            blocks=stage.count if stage else 0,
            shape=next((one.outputs[0].shape for one in reversed(layers) if one.outputs), ()),
            parameters=sum(layer.parameters for layer in layers),
            macs=sum(layer.macs for layer in layers),
            last=any(layer.id == last for layer in layers),
        )
        for name, layers in members.items()
        if (stage := stages[name]) or any(layer.parameters or layer.macs for layer in layers)
    ]


def _stage(group: str, groups: Mapping[str, Group]) -> Group | None:
    while group:
        if groups[group].role is Role.STAGE:
            return groups[group]
        group = groups[group].parent
    return None


def _outermost(path: str, opened: Collection[str]) -> str:
    """The outermost module around an operation that is not ``opened``, empty if there is none.

    >>> _outermost("model.embed.tokens", {"model", "model.layers"}), _outermost("model", {"model"})
    ('model.embed', '')
    """
    above = itertools.accumulate(path.split("."), lambda *steps: ".".join(steps))
    return next((module for module in above if module not in opened), "")


def _holder(exact: Architecture, weighted: Mapping[str, int]) -> str:
    """The module that holds all weighted layers, empty where that is the model itself."""
    steps = [exact.layer(node).path.split(".")[:-1] for node in weighted]
    common = itertools.takewhile(lambda names: len(set(names)) == 1, zip(*steps))
    return ".".join(names[0] for names in common)
