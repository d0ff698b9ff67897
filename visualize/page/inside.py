"""What is inside a box: diagrams with more and more boxes, down to single operations.

    stage ─▶ blocks ─▶ layers ─▶ operations
             [block ×4] ─▶ (block) (block) (block) (block)     unfolded

A box that represents equal copies opens to the inside of one of them, and unfolds to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.core.element_names import distinct
from visualize.page.copies import copy_names
from visualize.simplify import Simplifier
from visualize.simplify.contract import Cluster, Collapsed, contract
from visualize.simplify.details import layers_or_modules
from visualize.simplify.part import entries_of, exits_of, inside_of, is_read


@dataclass(frozen=True)
class Inside:
    """What is inside a box.

    Attributes:
        diagram: the boxes in it, with an input for each tensor that it reads and an output for each
            that others read.
        box: what it is the inside of: a box without copies, or all of one with copies.
        names: what copies are called, by their boxes, beside their titles.
    """

    diagram: Diagram
    box: Box
    names: Mapping[str, str] = field(default_factory=dict)


class Opener:
    """Opens the boxes of one model.

    Args:
        simplifier: of the model.
        folded: whether equal parts are drawn once.
    """

    def __init__(self, simplifier: Simplifier, *, folded: bool) -> None:
        self.exact = simplifier.exact
        self.single = simplifier.to(Level.OP, folded=False)
        self.order = {box.id: place for place, box in enumerate(self.single.boxes)}
        self.sides = self.single.sides
        self.idioms = simplifier.idioms
        self.folded = folded
        whole = simplifier.to(Level.BLOCK, folded=False)
        self.blocks = [one for one in whole.boxes if one.kind is BoxKind.BLOCK]

    def opened(self, box: Box) -> Inside | None:
        """What is inside a box without copies; None if that is a single operation."""
        if len(box.operations) == 1:
            return None
        simplifier = Simplifier(inside_of(self.exact, box, self.sides, joins=False), self.idioms)
        for diagram in map(_with_plain_ends, self._finer(simplifier, box)):
            diagram = self._with_all_arrows(diagram, box)
            if _is_finer(diagram, box) and _is_in_order(diagram):
                return Inside(diagram, box)
        return None

    def unfolded(self, box: Box) -> Inside | None:
        """The copies of ``box``, each as one box; None if there is one alone."""
        if not box.copies:
            return None
        part = Diagram.of(inside_of(self.exact, box, self.sides, joins=False))
        # Copies that are cut in different ways may be named after the same operation.
        names = distinct(copy.id for copy in box.copies)
        copies = [replace(copy, id=name, group="") for copy, name in zip(box.copies, names)]
        clusters = [
            Cluster(copy.core.id, copy.members, Collapsed(copy.id, copy.kind, copy.type, copy.path))
            for copy in copies
        ]
        homes = {node: cluster for cluster in clusters for node in cluster.nodes}
        whole = (homes.get(one.id) or Cluster.single(one.id) for one in part.boxes)
        diagram = contract(part, list(dict.fromkeys(whole))).with_boxes(copies)
        diagram = _with_plain_ends(diagram)
        # Copies whose operations alternate do not follow each other as boxes.
        # In the order of the flow, which is that of their numbers where they have no names.
        paths = dict(zip(names, (copy.path for copy in box.copies)))
        order = [one.id for one in diagram.boxes if one.id in paths]
        called = dict(zip(order, copy_names([paths[name] for name in order])))
        return Inside(diagram, box, called) if _is_in_order(diagram) else None

    def entries(self, box: Box) -> Mapping[str, str]:
        """For each operation outside of ``box`` whose tensor is read in it, the input there."""
        return entries_of(self.exact, box, self.sides)

    def exits(self, box: Box) -> Mapping[str, str]:
        """For each operation in ``box`` whose tensor is read outside, the output there."""
        return exits_of(self.exact, box, self.sides)

    def _finer(self, simplifier: Simplifier, box: Box) -> Iterator[Diagram]:
        """Diagrams of what is in a box, the coarsest first."""
        if box.kind is BoxKind.STAGE:
            yield simplifier.to(Level.BLOCK, folded=self.folded)
        if box.kind.is_collapsed:
            yield layers_or_modules(simplifier, box.path)
        if box.kind.is_collapsed or box.kind is BoxKind.SUBLAYER:
            yield simplifier.to(Level.LAYER, folded=self.folded)
        yield self._operations(simplifier.exact, box)

    def _with_all_arrows(self, diagram: Diagram, box: Box) -> Diagram:
        """A diagram with the arrows between boxes without copies that the whole model has.

        A level leaves out what an operation reads that became part of another box because no other
        reads its result.
        """
        entries, graph = self.entries(box), diagram.graph.copy()
        for target in dict.fromkeys(map(self.single.host, box.members)):
            for source, _, wire in self.single.graph.in_edges(target, data="wire"):
                start = diagram.hosts.get(source) or entries.get(source)
                end = diagram.hosts.get(target)
                if not start or not end or start == end or graph.has_edge(start, end):
                    continue
                if not diagram.box(start).copies and not diagram.box(end).copies:
                    graph.add_edge(start, end, wire=wire)
        return replace(diagram, graph=graph)

    def _operations(self, part: Architecture, box: Box) -> Diagram:
        """The boxes inside of ``box`` that the whole model has at the level of operations."""
        boxes, rest = self._within(box)
        ends: dict[NodeKind, list[Cluster]] = {NodeKind.INPUT: [], NodeKind.OUTPUT: []}
        for one in part.operations:
            if one.kind in ends and one.id not in box.members:
                ends[one.kind].append(Cluster.single(one.id))
        within = (Cluster(one.core.id, one.members) for one in boxes)
        clusters = (*ends[NodeKind.INPUT], *within, *ends[NodeKind.OUTPUT])
        return contract(self._read(part, box, rest), clusters).with_boxes(boxes)

    def _within(self, box: Box) -> tuple[list[Box], frozenset[str]]:
        """The boxes of single operations in ``box``, which share its operations among them.

        What belongs to an operation elsewhere, such as a size that it reads, is in the first, and
        is returned: it makes no arrow.
        """
        left = dict.fromkeys(box.members)
        found = []
        for node in dict.fromkeys(map(self.single.host, box.members)):
            one = self.single.box(node)
            if one.core.id in left:
                kept = tuple(each for each in one.operations if each.id in left)
                found.append(replace(one, operations=kept, group=""))
        homes = {each.id for one in found for each in one.operations}
        rest = tuple(each for each in box.operations if each.id not in homes)
        if rest and found:
            found[0] = replace(found[0], operations=found[0].operations + rest)
        found.sort(key=lambda one: self.order[one.id])
        return found, frozenset(one.id for one in rest)

    def _read(self, part: Architecture, box: Box, rest: frozenset[str]) -> Diagram:
        """The exact diagram of a part, whose wires from side boxes count as data.

        Those to and from ``rest`` do not, nor those that the whole model does not draw: of sizes.
        """
        graph = nx.MultiDiGraph()
        for one in (diagram := Diagram.of(part)).boxes:
            graph.add_node(one.id, box=one)
        origins = {entry: node for node, entry in self.entries(box).items()}
        for source, target, wire in diagram.wires:
            data = (
                (wire.data or is_read(part, source, target, wire, self.sides))
                and rest.isdisjoint((source, target))
                and self._is_drawn(origins.get(source, source), target)
            )
            graph.add_edge(source, target, wire=replace(wire, data=data))
        return replace(diagram, graph=graph)

    def _is_drawn(self, source: str, target: str) -> bool:
        """Whether the whole model has an arrow from one operation to another, or one box."""
        hosts = self.single.hosts
        start, end = hosts.get(source), hosts.get(target)
        if start is None or end is None or start == end:
            return True
        return bool(self.single.graph.has_edge(start, end))


def _with_plain_ends(diagram: Diagram) -> Diagram:
    """A diagram whose inputs and outputs hold no operation of the model.

    A reshape that became part of one belongs to what reads or makes its tensor.
    """
    changed: dict[str, Box] = {}
    inside = next((one.id for one in diagram.boxes if not one.kind.is_end), "")
    if not inside:
        return diagram
    for end in diagram.boxes:
        own = tuple(one for one in end.operations if one is not end.core)
        if end.kind.is_end and own:
            beside = (*diagram.graph.successors(end.id), *diagram.graph.predecessors(end.id))
            near = next((name for name in beside if not diagram.box(name).kind.is_end), inside)
            other = changed.get(near) or diagram.box(near)
            # Before all copies, or after them: none of them may read what another makes later.
            at = 0 if end.kind is BoxKind.INPUT else -1
            changed[other.id] = _with_operations(other, own, at)
            changed[end.id] = replace(end, operations=(end.core,))
    return diagram.with_boxes(changed.values()) if changed else diagram


def _is_in_order(diagram: Diagram) -> bool:
    """Whether data flows from earlier boxes to later ones alone."""
    order = {box.id: place for place, box in enumerate(diagram.boxes)}
    return all(order[source] < order[target] for source, target, _ in diagram.wires)


def _with_operations(box: Box, more: tuple[Operation, ...], at: int) -> Box:
    """A box that holds ``more``; of its copies, the one ``at`` this place does."""
    operations = tuple(sorted((*box.operations, *more), key=_index))
    if not box.copies:
        return replace(box, operations=operations)
    copies = list(box.copies)
    copies[at] = _with_operations(copies[at], more, at)
    operations = tuple(one for copy in copies for one in copy.operations)
    return replace(box, operations=operations, copies=tuple(copies))


def _is_finer(diagram: Diagram, whole: Box) -> bool:
    """Whether a diagram shows more than one box that represents all of ``whole``."""
    boxes = [one for one in diagram.boxes if one.core.id in whole.members]
    return len(boxes) > 1 or any(one.copies for one in boxes)


def copies_of_box(box: Box, diagram: Diagram) -> Box | None:
    """``box``, if it is all of a repeat, which is in no other; its copies follow each other."""
    repeats = [one for one in diagram.around(box) if one.kind is GroupKind.REPEAT]
    is_alone = len(repeats) == 1 and len(diagram.inside(repeats[0])) == 1
    return box if is_alone and box.copies else None


def copies_of_frame(group: str, diagram: Diagram) -> Box | None:
    """A repeat as one box with its copies; None if it is in another, or cut in different ways.

    Where repeats are inside of it, each of its copies holds all of theirs.
    """
    repeat = diagram.group(group)
    boxes, count = diagram.inside(repeat), repeat.repeat
    is_inner = any(one.kind is GroupKind.REPEAT for one in diagram.around(repeat))
    if count == 1 or is_inner or any(box.repeat % count for box in boxes):
        return None
    copies = [
        _joined(repeat, [box.copies[at] for box in boxes for at in _of_copy(box, copy, count)])
        for copy in range(count)
    ]
    operations = tuple(one for copy in copies for one in copy.operations)
    return replace(copies[0], operations=operations, copies=tuple(copies))


def all_of_frame(group: str, diagram: Diagram) -> Box:
    """What is in a frame as one box without copies."""
    frame = diagram.group(group)
    return replace(_joined(frame, diagram.inside(frame)), path=frame.path)


def _of_copy(box: Box, copy: int, count: int) -> range:
    """Which copies of a box are in one of the ``count`` copies of a repeat around it."""
    inner = box.repeat // count
    return range(copy * inner, (copy + 1) * inner)


def _joined(group: Group, boxes: Sequence[Box]) -> Box:
    """One copy of a repeat as a closed box."""
    operations = sorted((one for box in boxes for one in box.operations), key=_index)
    first, last = operations[0], operations[-1]
    # What prepares the work of a first copy may be done outside of its module.
    weighty = [one for one in operations if one.parameters] or operations
    shared = weighty[0].calls
    paths = [call.path for call in shared if all(call in one.calls for one in weighty)]
    return Box(
        id=f"{group.id} of {first.id}",
        kind=BoxKind.BLOCK,
        type=group.type or "part",
        core=first,
        operations=tuple(operations),
        path=paths[-1] if paths else "",
        outputs=last.outputs,
    )


def _index(operation: Operation) -> int:
    return operation.index
