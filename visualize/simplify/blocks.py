"""Blocks: the module classes that a network repeats.

A residual, dense or inception block, an encoder layer: found in the tree of modules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.diagram import Diagram, Group, GroupKind
from visualize.core.module_path import enclosing
from visualize.core.operators import MergeType, has_weight_matrix, merge_type

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"", "Sequential", "ModuleList", "ModuleDict"})


def find_blocks(diagram: Diagram) -> dict[str, Group]:
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
        parts = _parts_of_weights(exact)
        for operation in exact.operations:
            # A layer that is called again is no second layer.
            if operation.call == 0 and operation.id not in parts and _has_weight(operation):
                total += 1
                weighted.update(enclosing(operation.path))
            merge = merge_type(operation.type)
            if merge is MergeType.ADD and len(exact.data_sources(operation.id)) > 1:
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
        outer = {path for path in repeated if not repeated & set(enclosing(path)[:-1])}
        insides: dict[str, set[str]] = {path: set() for path in outer}
        for other in repeated - outer:
            for around in outer.intersection(enclosing(other)):
                insides[around].add(other)
        blocks = set()
        for path, inner in insides.items():
            alone = path in self.concats and not inner & (self.adds | self.concats)
            if inner and path not in self.adds and not alone:
                blocks |= {other for other in inner if not inner & set(enclosing(other)[:-1])}
            else:
                blocks.add(path)
        return frozenset(blocks | set(self._composites(blocks)))

    def _composites(self, blocks: set[str]) -> Iterator[str]:
        """The outermost other modules with a class of their own that neither hold nor are blocks.

        A module that holds everything, as around a part that is drawn alone, is not one of them,
        nor one of a class that nests in itself, as the levels of a U do that is built from inside.
        """
        holders = {holder for block in blocks for holder in enclosing(block)}
        parents = {parent for path in self.classes for parent in enclosing(path)[:-1]}
        inside: set[str] = set()
        nested = {
            kind
            for path, kind in self.classes.items()
            if kind in map(self.class_of, enclosing(path)[:-1])
        }
        for path, kind in self.classes.items():
            above = set(enclosing(path))
            if path in holders or above & blocks or above & inside or kind in _PLAIN or not path:
                continue
            if self.weighted[path] == self.total or kind in nested:
                continue
            if self.weighted[path] and path in parents:
                inside.add(path)
                yield path


def _has_weight(operation: Operation) -> bool:
    learned = operation.weight is not None and operation.weight.learned
    return learned or has_weight_matrix(operation.does, operation.weights)


def _parts_of_weights(exact: Architecture) -> frozenset[str]:
    """The parameters that functions work with, and what is computed from them: one layer each."""
    parts: set[str] = set()
    for one in reversed(exact.operations):
        uses = one.kind is NodeKind.FUNCTION and one.weight is not None
        if uses or one.id in parts:
            parts.update(source for source, _, wire in exact.inputs(one.id) if not wire.data)
    return frozenset(parts)
