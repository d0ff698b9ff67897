"""Collapse: a block or stage becomes one box, and so does a long computation without weights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import networkx as nx

from visualize.core.architecture import ModuleCall, NodeKind, Operation
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.core.module_path import enclosing
from visualize.core.module_work import work_of_calls
from visualize.core.operators import has_weight_matrix
from visualize.core.words import operation_name
from visualize.simplify.computations import computations
from visualize.simplify.contract import Cluster, Collapsed, contract, runs

# What layers of several kinds are counted in.
_LAYER = "layer"


def collapse(
    diagram: Diagram,
    kinds: Collection[GroupKind],
    *,
    collapsed: Collection[str] = (),
    expanded: Collection[str] = (),
    brief: bool = False,
) -> Diagram:
    """Collapse every outermost group of ``kinds`` to one box.

    Args:
        diagram: with its groups marked.
        kinds: what to collapse: nothing, blocks, or blocks and stages.
        collapsed: ids of groups that are collapsed whatever their kind.
        expanded: ids of groups that are not.
        brief: whether any computation between them is one box, not only a long one.
    """

    def is_collapsed(group: Group) -> bool:
        return group.id in collapsed or (group.kind in kinds and group.id not in expanded)

    def collapsed_around(box: Box) -> Group | None:
        """The outermost group around ``box`` that is collapsed."""
        return next(filter(is_collapsed, reversed(diagram.around(box))), None)

    clusters: list[Cluster] = []
    for group, run in runs(diagram.boxes, collapsed_around):
        if group:
            clusters.append(_collapsed_group(diagram, group, run))
        elif kinds:
            clusters.extend(computations(diagram, run, brief=brief))
        else:
            clusters.extend(Cluster.single(box.id) for box in run)
    return contract(diagram, clusters)


def _collapsed_group(diagram: Diagram, group: Group, run: Sequence[Box]) -> Cluster:
    """A group as one box; a layer or merge that is alone in it stays as it is."""
    nodes = tuple(box.id for box in run)
    if len(run) == 1:
        return Cluster.single(nodes[0])
    if group.kind is GroupKind.STAGE:
        kind, parts = _parts(diagram, group, run)
        # A collapsed block belongs to the stage around it; a collapsed stage has its own colour.
        collapsed = Collapsed(
            id=group.id,
            kind=BoxKind.STAGE,
            type=kind,
            path=group.path,
            group=group.id,
            count=len(set(parts)),
            uses=len(parts),
            branches=_branches(diagram, run),
        )
    else:
        collapsed = Collapsed(group.id, BoxKind.BLOCK, group.type, group.path, group.parent)
    return Cluster(nodes[0], nodes, collapsed)


def _parts(diagram: Diagram, stage: Group, run: Sequence[Box]) -> tuple[str, list[str]]:
    """What a stage is counted in, blocks of its class or layers, and a name for each use of one.

    What else is in it, such as a norm between two layers, does not count.
    """
    groups = [diagram.group(name) for name in dict.fromkeys(box.group for box in run)]
    blocks = [group for group in groups if group.kind is GroupKind.BLOCK]
    kinds = {block.type for block in blocks}
    if blocks:
        kind = stage.type if stage.type in kinds else blocks[0].type
        held = {block.id: block.path for block in blocks if block.type == kind}
        return kind, [*held.values(), *_single(diagram, run, kind, held)]
    layers = [layer for box in run for layer in _layers(box)]
    kinds = {operation_name(layer.type) for layer in layers}
    kind = stage.type if kinds == {operation_name(stage.type)} else _LAYER
    return kind, [layer.path if layer.kind is NodeKind.MODULE else layer.id for layer in layers]


def _branches(diagram: Diagram, run: Sequence[Box]) -> int:
    """The number of parallel branches in a stage, none of which reads another; 1 in series."""
    flow = nx.Graph()
    flow.add_nodes_from(box.id for box in run if not box.silent.issuperset(box.members))
    flow.add_edges_from(
        (source, box.id) for box in run for source in diagram.data_sources(box.id) if source in flow
    )
    return nx.number_connected_components(flow) or 1


def _single(
    diagram: Diagram, run: Sequence[Box], kind: str, blocks: Mapping[str, str]
) -> Iterator[str]:
    """The modules of the class of ``blocks`` that are no blocks themselves: one box or part of one.

    Most of it is here: a module that is one norm may join the layer before it.
    """
    paths = set(blocks.values())
    holders = {path for block in paths for path in enclosing(block)}

    def is_single(call: ModuleCall) -> bool:
        outside = call.path not in holders and paths.isdisjoint((call.path, *enclosing(call.path)))
        return outside and diagram.exact.modules.get(call.path) == kind

    work = work_of_calls(one for box in run for one in box.operations)
    here = {call: work[call] for call in work if is_single(call)}
    if here:
        everywhere = work_of_calls(diagram.exact.operations)
        yield from (call.path for call in here if 2 * here[call] > everywhere[call])


def _layers(box: Box) -> list[Operation]:
    """The layers with weights in a box; one that is a function may get its weights from others."""
    layers = [one for one in box.operations if has_weight_matrix(one.type, one.weights)]
    return layers or ([box.core] if has_weight_matrix(box.type, box.weights) else [])
