"""Blocks and stages: found in the module tree, marked as groups, collapsed to boxes.

A *block* is the module class a network repeats: a residual, dense or inception block, an encoder
layer. A *stage* is a run of blocks at one resolution: ``layer1`` of a ResNet.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from visualize.core.architecture import Architecture, NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.core.operators import MergeType, has_weight_matrix, merge_type
from visualize.simplify.contract import Closed, Cluster, contract

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"", "Sequential", "ModuleList", "ModuleDict"})
# This many operations in a row are one computation.
_LONG = 24
_SHORT = 2
_Key = TypeVar("_Key")


def mark_groups(diagram: Diagram) -> Diagram:
    """Find blocks and stages and write on every box the innermost group it belongs to."""
    blocks = _block_of_boxes(diagram)
    stages = _stage_of_boxes(diagram, blocks)
    groups: dict[str, Group] = {}
    marked: list[Box] = []
    for box in diagram.boxes:
        stage, block = stages.get(box.id), blocks.get(box.id)
        if stage:
            groups.setdefault(stage.id, stage)
        if block:
            inside = replace(block, parent=stage.id if stage else "")
            groups.setdefault(inside.id, inside)
        innermost = block or stage
        if innermost:
            marked.append(replace(box, group=innermost.id))
    return diagram.with_boxes(marked, tuple(groups.values()))


def collapse(
    diagram: Diagram,
    kinds: Collection[GroupKind],
    *,
    closed: Collection[str] = (),
    opened: Collection[str] = (),
    brief: bool = False,
) -> Diagram:
    """Collapse every outermost group of ``kinds`` to one box.

    Args:
        diagram: with its groups marked.
        kinds: what to collapse: nothing, blocks, or blocks and stages.
        closed: ids of groups that are collapsed whatever their kind.
        opened: ids of groups that are not.
        brief: whether any computation between them is one box, not only a long one.
    """

    def is_closed(group: Group) -> bool:
        return group.id in closed or (group.kind in kinds and group.id not in opened)

    def closed_around(box: Box) -> Group | None:
        """The outermost group that closes over ``box``."""
        return next(filter(is_closed, reversed(diagram.around(box))), None)

    length, ends = _LONG, frozenset[str]()
    if brief:
        length, ends = _SHORT, frozenset(skip.merge for skip in diagram.skips)
    clusters: list[Cluster] = []
    for group, run in _runs(diagram.boxes, closed_around):
        if group:
            clusters.append(_closed_group(diagram, group, run))
        elif kinds:
            clusters.extend(_condensed(run, length, ends))
        else:
            clusters.extend(Cluster.single(box.id) for box in run)
    return contract(diagram, clusters)


def _closed_group(diagram: Diagram, group: Group, run: Sequence[Box]) -> Cluster:
    """A group as one box; a layer that is alone in it stays as it is."""
    nodes = tuple(box.id for box in run)
    if len(run) == 1 and run[0].kind is not BoxKind.MERGE:
        return Cluster.single(nodes[0])
    blocks = {box.group for box in run if diagram.group(box.group).kind is GroupKind.BLOCK}
    is_stage = group.kind is GroupKind.STAGE
    closed = Closed(
        id=group.id,
        kind=BoxKind.STAGE if is_stage else BoxKind.BLOCK,
        type=group.type,
        path=group.path,
        # A closed block belongs to the stage around it; a closed stage is coloured as itself.
        group=group.id if is_stage else group.parent,
        count=len(blocks or run) if is_stage else 1,
    )
    return Cluster(nodes[0], nodes, closed)


def _condensed(boxes: Iterable[Box], length: int, ends: Collection[str]) -> Iterator[Cluster]:
    """A box for each layer, but one for ``length`` of one computation without weights.

    No computation goes on beyond ``ends``.
    """

    def computing(box: Box) -> str | None:
        return None if box.id in ends else _computing_module(box)

    for module, run in _runs(boxes, computing):
        nodes = tuple(box.id for box in run)
        if module is None or len(run) < length:
            yield from map(Cluster.single, nodes)
        else:
            kind = f"{len(run)} operations"
            closed = Closed(nodes[0], BoxKind.COMPUTATION, kind, module, count=len(run))
            yield Cluster(nodes[0], nodes, closed)


def _computing_module(box: Box) -> str | None:
    """Path of the module whose code computes without weights, or None if this is no such layer."""
    is_plain = not box.is_module and box.core.kind is NodeKind.FUNCTION
    return box.path if is_plain and not any(one.weights for one in box.operations) else None


def _runs(boxes: Iterable[Box], key: Callable[[Box], _Key]) -> Iterator[tuple[_Key, list[Box]]]:
    """Boxes that follow each other and have the same ``key``."""
    for value, run in itertools.groupby(boxes, key):
        yield value, list(run)


@dataclass(frozen=True)
class _Tree:
    """The module tree, with what each module holds and does itself."""

    classes: Mapping[str, str]
    weighted: Counter[str]
    total: int
    adds: frozenset[str]
    concats: frozenset[str]

    @classmethod
    def of(cls, exact: Architecture) -> _Tree:
        weighted: Counter[str] = Counter()
        total = 0
        adds, concats = set[str](), set[str]()
        for operation in exact.operations:
            if has_weight_matrix(operation.type, operation.weights):
                total += 1
                weighted.update(_paths(operation.path))
            merge = merge_type(operation.type)
            if merge is MergeType.ADD:
                adds.add(operation.path)
            elif merge is MergeType.CONCAT:
                concats.add(operation.path)
        return cls(exact.modules, weighted, total, frozenset(adds), frozenset(concats))

    def class_of(self, path: str) -> str:
        return self.classes.get(path, "")

    def repeated(self) -> list[str]:
        """Modules of a class that one parent holds twice, each with two weighted layers."""
        siblings: dict[tuple[str, str], list[str]] = {}
        for path, kind in self.classes.items():
            if kind not in _PLAIN and self.weighted[path] > 1:
                siblings.setdefault((path.rpartition(".")[0], kind), []).append(path)
        kinds = {kind for (_, kind), paths in siblings.items() if len(paths) > 1}
        return [
            path for path, kind in self.classes.items() if kind in kinds and self.weighted[path] > 1
        ]

    def blocks(self) -> frozenset[str]:
        """Paths of the modules that are blocks."""
        repeated = set(self.repeated())
        outer = {path for path in repeated if not repeated & set(_paths(path)[:-1])}
        insides: dict[str, set[str]] = {path: set() for path in outer}
        for other in repeated - outer:
            for around in outer.intersection(_paths(other)):
                insides[around].add(other)
        blocks = set()
        for path, inner in insides.items():
            alone = path in self.concats and not inner & (self.adds | self.concats)
            if inner and path not in self.adds and not alone:
                blocks |= {other for other in inner if not inner & set(_paths(other)[:-1])}
            else:
                blocks.add(path)
        return frozenset(blocks | set(self._composites(blocks)))

    def _composites(self, blocks: set[str]) -> Iterator[str]:
        """The outermost other modules of a class of their own that neither hold nor are blocks.

        A module that holds everything, as around a part that is drawn alone, is not one of them.
        """
        holders = {holder for block in blocks for holder in _paths(block)}
        inside: set[str] = set()
        for path, kind in self.classes.items():
            above = set(_paths(path))
            if path in holders or above & blocks or above & inside or kind in _PLAIN or not path:
                continue
            if self.weighted[path] == self.total:
                continue
            if self.weighted[path] and any(other.startswith(f"{path}.") for other in self.classes):
                inside.add(path)
                yield path


def _paths(path: str) -> list[str]:
    """A module path and all that enclose it, outermost first.

    >>> _paths("layer1.0.conv1")
    ['layer1', 'layer1.0', 'layer1.0.conv1']
    """
    steps = path.split(".") if path else []
    return [".".join(steps[:length]) for length in range(1, len(steps) + 1)]


def _block_of_boxes(diagram: Diagram) -> dict[str, Group]:
    """The block around each box, by the id of the box."""
    tree = _Tree.of(diagram.exact)
    blocks = tree.blocks()
    ids = diagram.exact.call_ids
    found: dict[str, Group] = {}
    for box in diagram.boxes:
        for call in box.calls:
            if call.path in blocks:
                kind = tree.class_of(call.path)
                found[box.id] = Group(ids[call], GroupKind.BLOCK, kind, call.path, call.path)
                break
    boxes = Counter(block.id for block in found.values())
    return {node: block for node, block in found.items() if boxes[block.id] > 1}


def _stage_of_boxes(diagram: Diagram, blocks: Mapping[str, Group]) -> dict[str, Group]:
    """Stages: runs of blocks, or of layers where there are no blocks, at one resolution."""
    resolutions = {
        block.id: _resolution(box) for box in diagram.boxes if (block := blocks.get(box.id))
    }

    def key(box: Box) -> tuple[object, ...] | None:
        """What all of one stage have in common; None for what belongs to no stage."""
        block = blocks.get(box.id)
        if block:
            return _holder(block.path), block.type, resolutions[block.id]
        if blocks or not has_weight_matrix(box.type, box.weights) or not _holder(box.path):
            return None
        return _holder(box.path), _resolution(box)

    stages: dict[str, Group] = {}
    for value, run in _runs(diagram.boxes, key):
        if value is None:
            continue
        units = dict.fromkeys(blocks[box.id].id if blocks else box.id for box in run)
        if blocks or len(units) > 1:
            ends = [blocks.get(box.id, box) for box in (run[0], run[-1])]
            path, kind = ends[0].path, ends[0].type
            label = span(path, ends[1].path)
            stage = Group(_stage_id(path), GroupKind.STAGE, kind, path, label, count=len(units))
            stages.update(dict.fromkeys((box.id for box in run), stage))
    if not blocks and len({stage.id for stage in stages.values()}) < 2:
        return {}
    # What lies between the blocks that a network repeats belongs to no stage.
    repeated = {stage.type for stage in stages.values() if stage.count > 1}
    stages = {
        node: stage for node, stage in stages.items() if not repeated or stage.type in repeated
    }
    return _with_whole_modules(diagram, stages)


def _with_whole_modules(diagram: Diagram, stages: dict[str, Group]) -> dict[str, Group]:
    """Give a stage that is the only one of a module the module's name and all its layers."""
    held: dict[str, set[str]] = {}
    for node, stage in stages.items():
        held.setdefault(_holder(diagram.box(node).path and stage.path), set()).add(stage.id)
    whole = {holder: ids.pop() for holder, ids in held.items() if holder and len(ids) == 1}
    # A module that also holds the stages of another is no stage itself.
    whole = {
        holder: stage
        for holder, stage in whole.items()
        if not any(other.startswith(f"{holder}.") for other in held)
    }
    by_id = {stage.id: stage for stage in stages.values()}
    result = dict(stages)
    for box in diagram.boxes:
        for path in _paths(box.path):
            if path in whole and (box.id not in stages or stages[box.id].id == whole[path]):
                result[box.id] = replace(
                    by_id[whole[path]], id=_stage_id(path), path=path, label=path
                )
    return result


def _stage_id(path: str) -> str:
    return f"stage {path}"


def span(first: str, last: str) -> str:
    """A run of modules in short.

    >>> span("features.2", "features.4"), span("inception3a", "inception3b"), span("fc", "fc")
    ('features.2–4', 'inception3a–3b', 'fc')
    """
    if first == last:
        return first
    holder, _, name = last.rpartition(".")
    if not first.startswith(holder):
        return f"{first}–{last}"
    word = re.match(r"[^\W\d]*", name)
    if word and first[len(holder) :].lstrip(".").startswith(word[0]):
        name = name[word.end() :] or name
    return f"{first}–{name}"


def _holder(path: str) -> str:
    return path.rpartition(".")[0]


def _resolution(box: Box) -> tuple[int, ...]:
    return box.outputs[-1].shape[2:] if box.outputs else ()
