"""Blocks and stages: found in the module tree, marked as groups, collapsed to boxes.

A *block* is the module class a network repeats: a residual, dense or inception block, an encoder
layer. A *stage* is a run of blocks at one resolution: ``layer1`` of a ResNet.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import networkx as nx

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role
from visualize.core.operators import is_weighted, merge_type
from visualize.simplify.contract import Box, contract

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"", "Sequential", "ModuleList", "ModuleDict"})
# So many operations in a row are one computation.
_LONG = 24
_SHORT = 2
_Key = TypeVar("_Key", str, "str | None")


def mark_groups(architecture: Architecture) -> Architecture:
    """Find blocks and stages and write on every layer the innermost group it belongs to."""
    blocks = _block_of_layers(architecture)
    stages = _stage_of_layers(architecture, blocks)
    groups: dict[str, Group] = {}
    graph = nx.MultiDiGraph(architecture.graph)
    for layer in architecture.layers:
        stage, block = stages.get(layer.id), blocks.get(layer.id)
        if stage:
            groups.setdefault(stage.id, stage)
        if block:
            inside = replace(block, parent=stage.id if stage else "")
            groups.setdefault(inside.id, inside)
        innermost = block or stage
        if innermost:
            graph.nodes[layer.id]["layer"] = replace(layer, group=innermost.id)
    return replace(architecture, graph=graph, groups=tuple(groups.values()))


def collapse(
    architecture: Architecture,
    roles: Collection[Role],
    *,
    closed: Collection[str] = (),
    opened: Collection[str] = (),
    brief: bool = False,
) -> Architecture:
    """Collapse every outermost group of ``roles`` to one box.

    Args:
        architecture: with its groups marked.
        roles: what to collapse: nothing, blocks, or blocks and stages.
        closed: ids of groups that are collapsed whatever their role.
        opened: ids of groups that are not.
        brief: whether any computation between them is one box, not only a long one.
    """
    groups = {group.id: group for group in architecture.groups}

    def is_closed(group: str) -> bool:
        return group in closed or (groups[group].role in roles and group not in opened)

    def closed_in(layer: Layer) -> str:
        """Id of the outermost group that closes over ``layer``."""
        found, group = "", layer.group
        while group:
            found = group if is_closed(group) else found
            group = groups[group].parent
        return found

    length, ends = _LONG, frozenset[str]()
    if brief:
        length, ends = _SHORT, frozenset(skip.merge for skip in architecture.skips)
    boxes: list[Box] = []
    for group_id, run in _runs(architecture.layers, closed_in):
        if not group_id:
            boxes.extend(
                _condensed(run, length, ends) if roles else (Box(one.id, (one.id,)) for one in run)
            )
            continue
        nodes = tuple(layer.id for layer in run)
        single = len(run) == 1 and run[0].role is not Role.MERGE
        inner = {layer.group for layer in run if groups[layer.group].role is Role.BLOCK}
        group = replace(groups[group_id], count=len(inner or run))
        boxes.append(Box(nodes[0], nodes, None if single else group))
    return contract(architecture, boxes)


def _condensed(layers: Iterable[Layer], length: int, ends: Collection[str]) -> Iterator[Box]:
    """A box for each layer, but one for ``length`` of one computation without weights.

    No computation goes on beyond ``ends``.
    """

    def computing(layer: Layer) -> str | None:
        return None if layer.id in ends else _computing_module(layer)

    for module, run in _runs(layers, computing):
        nodes = tuple(layer.id for layer in run)
        if module is None or len(run) < length:
            yield from (Box(node, (node,)) for node in nodes)
        else:
            kind = f"{len(run)} operations"
            group = Group(nodes[0], Role.BLOCK, kind, module, label=module)
            yield Box(nodes[0], nodes, group)


def _computing_module(layer: Layer) -> str | None:
    """Path of the module whose code computes without weights, or None if this is no such layer."""
    plain = layer.kind is NodeKind.FUNCTION and not any(part.weights for part in layer.operations)
    return layer.path if plain else None


def _runs(
    layers: Iterable[Layer], key: Callable[[Layer], _Key]
) -> Iterator[tuple[_Key, list[Layer]]]:
    """Runs of consecutive layers with the same key. A run in topological order is convex."""
    for value, run in itertools.groupby(layers, key):
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
    def of(cls, architecture: Architecture) -> _Tree:
        weighted: Counter[str] = Counter()
        total = 0
        merging: dict[str | None, set[str]] = {"add": set(), "concat": set()}
        for layer in architecture.operations.values():
            if is_weighted(layer.type, layer.weights):
                total += 1
                weighted.update(_paths(layer.path))
            merging.get(merge_type(layer.type), set()).add(layer.path)
        adds, concats = (frozenset(merging[kind]) for kind in ("add", "concat"))
        return cls(architecture.modules, weighted, total, adds, concats)

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

        What holds all that there is, as around a part that is drawn alone, is none of its parts.
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


def _block_of_layers(architecture: Architecture) -> dict[str, Group]:
    tree = _Tree.of(architecture)
    blocks = tree.blocks()
    found: dict[str, Group] = {}
    for layer in architecture.layers:
        for call in layer.scope:
            path = call.partition("@")[0]
            if path in blocks:
                kind = tree.class_of(path)
                found[layer.id] = Group(call, Role.BLOCK, kind, path, label=path)
                break
    boxes = Counter(block.id for block in found.values())
    return {node: block for node, block in found.items() if boxes[block.id] > 1}


def _stage_of_layers(architecture: Architecture, blocks: Mapping[str, Group]) -> dict[str, Group]:
    """Stages: runs of blocks, or of layers where there are no blocks, at one resolution."""
    resolutions = {
        block.id: _resolution(layer)
        for layer in architecture.layers
        if (block := blocks.get(layer.id))
    }

    def key(layer: Layer) -> str:
        block = blocks.get(layer.id)
        if block:
            return f"{_holder(block.path)} {block.type} {resolutions[block.id]}"
        if blocks or not is_weighted(layer.type, layer.weights) or not _holder(layer.path):
            return ""
        return f"{_holder(layer.path)} {_resolution(layer)}"

    stages: dict[str, Group] = {}
    for value, run in _runs(architecture.layers, key):
        if not value:
            continue
        units = dict.fromkeys(blocks[layer.id].id if blocks else layer.id for layer in run)
        if blocks or len(units) > 1:
            ends = [blocks.get(layer.id, layer) for layer in (run[0], run[-1])]
            path, kind = ends[0].path, ends[0].type
            label = span(path, ends[1].path)
            stage = Group(f"stage {path}", Role.STAGE, kind, path, label, count=len(units))
            stages.update(dict.fromkeys((layer.id for layer in run), stage))
    if not blocks and len({stage.id for stage in stages.values()}) < 2:
        return {}
    # What stands between the blocks that a network repeats belongs to no stage.
    repeated = {stage.type for stage in stages.values() if stage.count > 1}
    stages = {
        node: stage for node, stage in stages.items() if not repeated or stage.type in repeated
    }
    return _with_whole_modules(architecture, stages)


def _with_whole_modules(architecture: Architecture, stages: dict[str, Group]) -> dict[str, Group]:
    """Give a stage that is the only one of a module the module's name and all its layers."""
    held: dict[str, set[str]] = {}
    for node, stage in stages.items():
        held.setdefault(_holder(architecture.layer(node).path and stage.path), set()).add(stage.id)
    whole = {holder: ids.pop() for holder, ids in held.items() if holder and len(ids) == 1}
    # A module that also holds the stages of another is no stage itself.
    whole = {
        holder: stage
        for holder, stage in whole.items()
        if not any(other.startswith(f"{holder}.") for other in held)
    }
    by_id = {stage.id: stage for stage in stages.values()}
    result = dict(stages)
    for layer in architecture.layers:
        for path in _paths(layer.path):
            if path in whole and (layer.id not in stages or stages[layer.id].id == whole[path]):
                result[layer.id] = replace(
                    by_id[whole[path]], id=f"stage {path}", path=path, label=path
                )
    return result


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


def _resolution(layer: Layer) -> tuple[int, ...]:
    return layer.outputs[-1].shape[2:] if layer.outputs else ()
