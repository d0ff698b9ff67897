"""Fold repeats: of equal copies, one after the other or in parallel, one is left.

Copies are equal if their operations, attributes, shapes and wiring are: what reads inside a copy
reads in the same place, what reads from the copy before reads the same of it, and what reads from
elsewhere reads the very same tensor.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import Operation, Wire
from visualize.core.dataflow import Dataflow, Operand
from visualize.core.diagram import Box, BoxKind, Diagram, Group, GroupKind
from visualize.core.phrases import Phrase, verbatim
from visualize.simplify.ends import End
from visualize.simplify.repeats import Run, calls_around, find_runs
from visualize.simplify.sameness import Sameness
from visualize.simplify.stages import span
from visualize.simplify.states import beginnings

_NUMBER = re.compile(r"\[\d+\]")


def fold(diagram: Diagram) -> Diagram:
    """Keep one copy of everything that repeats.

    The boxes of the first copy stay; each holds the operations of all copies and keeps these as
    its ``copies``. A repeat, which is a `Group`, is put around them. Copies are compared in the
    exact graph.
    """
    sameness = Sameness(diagram.exact, diagram.boxes, diagram.sides)
    runs = find_runs(diagram.boxes, sameness)
    return _Folded(diagram, sameness, runs).build() if runs else diagram


class _Folded:
    """The diagram in which only the first copy of every run is left."""

    def __init__(self, diagram: Diagram, sameness: Sameness, runs: Sequence[Run]) -> None:
        self.diagram = diagram
        self.boxes = diagram.boxes
        self.sameness = sameness
        self.places = {box.id: place for place, box in enumerate(self.boxes)}
        # For each box the place of that which is left of its copies.
        self.kept = list(range(len(self.boxes)))
        # The operations that do not go with their box, because it is cut otherwise.
        self.moved: dict[str, _Moved] = {}
        # The groups of repeats around each box that is left, with how many boxes they cover.
        self.repeats: dict[int, list[tuple[Group, int]]] = {}
        # What the states of loops begin as, of each box that reads one.
        self.states: dict[int, list[Phrase]] = {}
        for run in runs:
            self._apply(run)

    @functools.cached_property
    def _flow(self) -> Dataflow:
        return Dataflow.of(self.diagram.exact)

    def _apply(self, run: Run) -> None:
        for inner in run.inside:
            self._apply(inner)
        for place in range(run.start + run.length, run.end):
            self.kept[place] = self.kept[run.start + (place - run.start) % run.length]
        for end in (*run.first, *run.last):
            self.moved.update({node: self._moved_in(run, end, node) for node in end.homes})
            for place in range(end.start, end.end):
                last = self.moved[self.boxes[place].operations[-1].id]
                self.kept[place] = self.kept[last.home]
        for end in run.first[:1]:
            for place, state in beginnings(self.sameness, self._flow, end):
                self.states.setdefault(self.kept[place], []).append(state)
        start, end_of_all = run.reach
        group = self._group(run)
        for place in range(run.start, run.start + run.length):
            if self.kept[place] == place:
                self.repeats.setdefault(place, []).append((group, end_of_all - start))

    def _moved_in(self, run: Run, end: End, node: str) -> _Moved:
        """Where an operation of an end goes; its home may belong to the end of an inner run."""
        home = end.homes[node]
        beside = end.parts.get(node, self.boxes[home].operations[-1].id)
        inner = self.moved.get(beside)
        if inner is None:
            return _Moved(run, end, home, (end.start,))
        return _Moved(run, end, inner.home, (end.start, *inner.copy))

    def _group(self, run: Run) -> Group:
        first = self.boxes[run.start]
        names = [self._name(child) for child in run.children]
        paths = {path for path, _ in names}
        last = self._name(self._moved(run.children[-1], run.length * (run.copies - 1)))
        kinds = {kind for _, kind in names}
        return Group(
            id=f"repeat {first.id} {run.length}",
            kind=GroupKind.REPEAT,
            type=kinds.pop() if len(kinds) == 1 and len(paths) == len(names) else "",
            path=names[0][0],
            label=span(names[0][0], last[0]),
            count=len(run.children),
            repeat=run.total,
            shared=self.sameness.is_shared(run.start, run.length),
            parallel=self.sameness.is_parallel(run.start, run.length),
        )

    def _moved(self, child: tuple[int, int], by: int) -> tuple[int, int]:
        return child[0] + by, child[1] + by

    def _name(self, child: tuple[int, int]) -> tuple[str, str]:
        """Path and class of the module whose call a child is; of a single block, its own."""
        boxes = self.boxes[slice(*child)]
        if len(boxes) == 1:
            return boxes[0].path, boxes[0].type if boxes[0].kind is BoxKind.BLOCK else ""
        calls = zip(*(calls_around(box) for box in boxes))
        common = list(itertools.takewhile(lambda call: len(set(call)) == 1, calls))
        path = common[-1][0].path if common else ""
        return path, self.diagram.exact.modules.get(path, "")

    def _chains(self) -> dict[int, list[Group]]:
        """The groups around each box that is left, outer ones first.

        What covers more is around what covers less: first of the boxes that are left, then of all.
        A group that a repeat cuts is not around the boxes of the repeat.
        """
        chains: dict[int, list[Group]] = {}
        covered: Counter[str] = Counter()
        left: dict[str, set[int]] = {}
        for place, box in enumerate(self.boxes):
            chain = list(self.diagram.around(box))
            covered.update(group.id for group in chain)
            if self.kept[place] != place:
                continue
            for group, covers in self.repeats.get(place, []):
                covered[group.id] = covers
                chain.append(group)
            for group in chain:
                left.setdefault(group.id, set()).add(place)
            chains[place] = chain

        def order(group: Group) -> tuple[int, int, bool]:
            return -len(left[group.id]), -covered[group.id], group.kind is GroupKind.REPEAT

        for place, chain in chains.items():
            repeats = [left[group.id] for group in chain if group.kind is GroupKind.REPEAT]
            whole = (
                group
                for group in chain
                if all(left[group.id] <= inside or left[group.id] >= inside for inside in repeats)
            )
            chains[place] = sorted(whole, key=order)
        return chains

    def build(self) -> Diagram:
        """The folded diagram."""
        copies = self._copies()
        boxes: list[Box] = []
        groups: dict[str, Group] = {}
        for place, chain in self._chains().items():
            parent = ""
            for group in chain:
                if group.id not in groups:
                    groups[group.id] = replace(group, parent=parent)
                parent = group.id
            states = tuple(dict.fromkeys(self.states.get(place, ())))
            boxes.append(replace(_merged(copies[place], parent), states=states))
        graph = nx.MultiDiGraph()
        for box in boxes:
            graph.add_node(box.id, box=box)
        self._add_wires(graph)
        return replace(self.diagram, graph=graph, groups=tuple(groups.values()))

    def _copies(self) -> dict[int, list[Box]]:
        """The boxes that each of those that are left represents, itself first."""
        copies: dict[int, list[Box]] = {}
        parts: dict[tuple[int, tuple[int, ...]], list[Operation]] = {}
        for place, box in enumerate(self.boxes):
            if box.operations[0].id not in self.moved:
                copies.setdefault(self.kept[place], []).append(box)
                continue
            for one in box.operations:
                moved = self.moved[one.id]
                parts.setdefault((moved.home, moved.copy), []).append(one)
        idioms = {idiom.last: idiom for box in self.boxes for idiom in box.idioms}
        for (home, _), operations in parts.items():
            nodes = [one.id for one in operations]
            part = replace(
                self.boxes[home],
                operations=tuple(operations),
                weights=tuple(shape for one in operations for shape in one.weights),
                idioms=tuple(idioms[node] for node in nodes if node in idioms),
                hidden=frozenset(nodes) & self.boxes[self.sameness.homes[nodes[0]]].hidden,
            )
            copies[self.kept[home]].append(part)
        for left in copies.values():
            left[1:] = sorted(left[1:], key=lambda box: box.operations[0].index)
        return copies

    def _add_wires(self, graph: nx.MultiDiGraph) -> None:
        """Add the inputs of the first copies, and the results of the last ones."""
        beginnings = self._beginnings()
        for target in graph:
            here = self.places[target]
            arriving = ((self.places[read], wire) for read, _, wire in self.diagram.inputs(target))
            wires = [
                (left, place, wire)
                for place, wire in arriving
                if not self._is_beginning(place, here)
                for left in self._left(place, here)
            ]
            sources = {source for source, *_ in wires}
            wires += (one for one in beginnings.get(here, ()) if one[0] not in sources)
            bundles: dict[int, list[tuple[int, Wire]]] = {}
            for source, place, wire in wires:
                bundles.setdefault(source, []).append((place, wire))
            bundled = {left: _Bundle.of(equal, self._is_drawn) for left, equal in bundles.items()}
            position = 0
            for source, place, wire in wires:
                copies = bundled[source].copies(place, wire)
                if copies:
                    if (wire.position, wire.copies) != (position, copies):
                        wire = replace(wire, position=position, copies=copies)
                    graph.add_edge(self.boxes[source].id, target, position, wire=wire)
                    position += 1

    def _beginnings(self) -> dict[int, list[tuple[int, int, Wire]]]:
        """For each box that is left, what the first copy reads, if it is cut otherwise.

        Each is the box that is left of what is read, the box that is read, and the wire: that of
        the exact graph, as what a box hides of its inside may be shown once that is moved.
        """
        beginnings: dict[int, dict[tuple[int, int | None], tuple[int, int, Wire]]] = {}
        firsts = {moved.end for moved in self.moved.values() if moved.end in moved.run.first[:1]}
        for end in firsts:
            for target in range(end.start, end.end):
                for node, _, _ in self.diagram.inputs(self.boxes[target].id):
                    source = self.places[node]
                    if end.start <= source < end.end:
                        continue
                    for _, reader, wire in self._reads(source, target):
                        if not self._is_drawn(wire):
                            wire = replace(wire, skip=None)
                        read = beginnings.setdefault(self._home(reader), {})
                        left = self.kept[source]
                        read.setdefault((source, wire.skip), (left, source, wire))
        return {home: list(read.values()) for home, read in beginnings.items()}

    def _is_beginning(self, source: int, target: int) -> bool:
        """Whether a box of the first copy of a run, cut otherwise, is read by the next copy."""
        moved = self.moved.get(self.boxes[source].operations[0].id)
        return moved is not None and moved.end.end <= target < moved.run.end

    def _left(self, source: int, target: int) -> tuple[int, ...]:
        """The boxes that are left of what one box reads of another."""
        if self.boxes[source].operations[0].id not in self.moved:
            return (self.kept[source],)
        reads = self._reads(source, target)
        return tuple(dict.fromkeys(self._home(node) for node, _, _ in reads))

    def _home(self, operation: str) -> int:
        """The box that is left of the one that holds an operation."""
        moved = self.moved.get(operation)
        return self.kept[moved.home if moved else self.sameness.homes[operation]]

    def _reads(self, source: int, target: int) -> Iterator[tuple[str, str, Wire]]:
        """The operations of one box that another reads as data, what reads each, and the wire."""
        members, sides = set(self.boxes[source].members), self.diagram.sides
        for one in self.boxes[target].operations:
            for node, _, wire in self.diagram.exact.inputs(one.id):
                if node in members and wire.tensor and (wire.data or node in sides):
                    yield node, one.id, wire

    def _is_drawn(self, wire: Wire) -> bool:
        """Whether a wire is part of a skip connection that is not inside one box once folded."""
        if wire.skip is None:
            return False
        skip = self.diagram.skips[wire.skip]
        ends = {self._home(skip.fork), self._home(skip.merge)}
        return not all(self._home(node) in ends for node in skip.bypassed)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Where an operation goes whose box is cut otherwise than its copies are.

    Attributes:
        run: the run of these copies.
        end: the copy that it is in.
        home: the box in the copy beside it that does the same work.
        copy: which copy of that box it belongs to.
    """

    run: Run
    end: End
    home: int
    copy: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Bundle:
    """What a box reads of equal copies, of which one or two wires are drawn.

    The last copy that it reads represents them all. If that one is read as a skip connection, its
    skip connection represents those of the others. If only copies before it are so read, the last
    of these is drawn next to it:

        copy 1 ─skip─┐         one box for all copies
        copy 2 ─skip─┤            ├─skip ×2─┐
        copy 3 ──────┴─▶ merge    └────×1───┴─▶ merge

    Attributes:
        read: the copies that are read.
        skips: those of them that are read as skip connections.
        beside: the copy whose skip connection is drawn; the last one if no skip connection is.
    """

    read: frozenset[int]
    skips: frozenset[int]
    beside: int

    @classmethod
    def of(cls, equal: Sequence[tuple[int, Wire]], is_drawn: Callable[[Wire], bool]) -> _Bundle:
        """The bundle of some wires, each with the copy that it comes from."""
        last = max(place for place, _ in equal)
        skips = frozenset(place for place, wire in equal if wire.skip is not None)
        beside = last
        if last not in skips:
            beside = max((place for place, wire in equal if is_drawn(wire)), default=last)
        return cls(frozenset(place for place, _ in equal), skips, beside)

    def copies(self, place: int, wire: Wire) -> int:
        """How many wires the one from the copy ``place`` represents; 0 if it is not drawn."""
        last = max(self.read)
        if place not in (last, self.beside):
            return 0
        if wire.skip is not None:
            return len(self.skips)
        return len(self.read) - (0 if self.beside == last else len(self.skips))


def _common_names(copies: Sequence[Box]) -> Iterator[Operand]:
    """What ``copies`` combine data with: ``gains`` where each has one of these."""
    for operand, *others in zip(*(copy.operands for copy in copies)):
        if any(str(other.name) != str(operand.name) for other in others):
            operand = replace(operand, name=verbatim(_NUMBER.sub("", str(operand.name))))
        yield operand


def _merged(copies: Sequence[Box], group: str) -> Box:
    """The first of ``copies`` as a box for all of them.

    Where weights are operations of their own, only the copy that uses them first holds them.
    """
    first = copies[0]
    if len(copies) == 1:
        return first if first.group == group else replace(first, group=group)
    first = replace(first, operands=tuple(_common_names(copies)))
    if not first.weights:
        weights = next((copy.weights for copy in copies if copy.weights), ())
        first = replace(first, weights=weights)
    return replace(
        first,
        operations=tuple(operation for copy in copies for operation in copy.operations),
        weights=tuple(shape for copy in copies for shape in copy.weights),
        idioms=tuple(idiom for copy in copies for idiom in copy.idioms),
        hidden=frozenset().union(*(copy.hidden for copy in copies)),
        silent=frozenset().union(*(copy.silent for copy in copies)),
        group=group,
        copies=(first, *copies[1:]),
    )
