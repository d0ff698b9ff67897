"""Fold repeats: of equal copies, one after the other or in parallel, one is left.

Copies are equal if their operations, attributes, shapes and wiring are: what reads inside a copy
reads in the same place, what reads from the copy before reads the same of it, and what reads from
elsewhere reads the very same tensor. Candidates come from the tree of module calls: the children
of a call make a sequence of hashes in which periodic runs are looked for (equal blocks, shifted
and unshifted ones in turn, five local for one global). Cost is linear in the graph, and in the
number of periods tried.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import ModuleCall, Wire
from visualize.core.diagram import Box, Diagram, Group, GroupKind
from visualize.simplify.sameness import Sameness
from visualize.simplify.stages import span

# This many earlier equal children are looked at to find the period of a run.
_LOOK_BACK = 4
# This many periods are tried.
_PERIODS = 32
_Range = tuple[int, int]


@dataclass(frozen=True)
class Run:
    """Equal copies: boxes in order, those of one copy after those of the other.

    Attributes:
        start: place of the first box.
        length: number of boxes in one copy.
        copies: number of copies.
        children: module calls or single boxes that make up one copy, as ranges of boxes.
        inside: the runs in the first copy.
    """

    start: int
    length: int
    copies: int
    children: tuple[_Range, ...]
    inside: tuple[Run, ...] = ()

    @property
    def end(self) -> int:
        """Place behind the last box of the last copy."""
        return self.start + self.length * self.copies


def fold(diagram: Diagram) -> Diagram:
    """Keep one copy of everything that repeats.

    The boxes of the first copy stay; each holds the operations of all copies and keeps these as
    its ``copies``. A repeat, which is a `Group`, is put around them. Copies are compared in the
    exact graph.
    """
    sameness = Sameness(diagram.exact, diagram.boxes)
    finder = _Finder(diagram.boxes, sameness)
    runs = tuple(finder.find((0, len(diagram.boxes)), 0))
    return _Folded(diagram, sameness, runs).build() if runs else diagram


class _Finder:
    """Finds runs of equal copies in the tree of module calls."""

    def __init__(self, boxes: Sequence[Box], sameness: Sameness) -> None:
        self.boxes = boxes
        self.sameness = sameness
        self.calls = [_calls_around(box) for box in boxes]

    def find(self, within: _Range, depth: int) -> Iterator[Run]:
        """The runs among the calls at ``depth`` of the tree, and in those that do not repeat."""
        yield from self._fold(self._children(within, depth), depth)

    def _children(self, within: _Range, depth: int) -> list[_Range]:
        """The calls and single boxes at one depth, as ranges of boxes."""
        children = []
        for call, run in itertools.groupby(range(*within), lambda index: self._call(index, depth)):
            indices = list(run)
            if call is None:
                children += [(index, index + 1) for index in indices]
            else:
                children.append((indices[0], indices[-1] + 1))
        return children

    def _call(self, index: int, depth: int) -> ModuleCall | None:
        calls = self.calls[index]
        return calls[depth] if depth < len(calls) else None

    def _fold(self, children: Sequence[_Range], depth: int) -> Iterator[Run]:
        chosen = self._choose(children)
        reached = 0
        for run, first, last in chosen:
            yield from self._open(children[reached:first], depth)
            units = children[first:last]
            inside = tuple(self._fold(units, depth))
            yield replace(run, inside=inside)
            reached = first + len(units) * run.copies
        yield from self._open(children[reached:], depth)

    def _open(self, children: Iterable[_Range], depth: int) -> Iterator[Run]:
        """Runs inside children that are not part of a run themselves."""
        for start, end in children:
            if self._call(start, depth) is not None:
                yield from self.find((start, end), depth + 1)

    def _choose(self, children: Sequence[_Range]) -> list[tuple[Run, int, int]]:
        """Runs of ``children`` that do not overlap: what removes the most boxes comes first."""
        tokens = [self._token(child) for child in children]
        free = [True] * len(children)
        chosen: list[tuple[Run, int, int]] = []
        found = [
            (start, period, length)
            for period in _periods(tokens)
            for start, length in _periodic(tokens, period)
        ]
        found.sort(key=lambda run: (-self._saved(children, *run), run[1], run[0]))
        for start, period, length in found:
            place, end = start, start + length
            while end - place >= 2 * period:
                run = None
                if all(free[place : place + 2 * period]):
                    run = self._run(children, place, period, end)
                if run is None:
                    place += 1
                    continue
                taken = period * run.copies
                free[place : place + taken] = [False] * taken
                chosen.append((run, place, place + period))
                place += taken
        return sorted(chosen, key=lambda item: item[1])

    def _token(self, child: _Range) -> int:
        """A number for what is in a child; equal children have the same."""
        signatures = self.sameness.signatures[slice(*child)]
        depth = [len(self.calls[index]) for index in range(*child)]
        return self.sameness.number((*signatures, *depth))

    def _saved(self, children: Sequence[_Range], start: int, period: int, length: int) -> int:
        unit = children[start + period - 1][1] - children[start][0]
        return unit * (length // period - 1)

    def _run(self, children: Sequence[_Range], place: int, period: int, end: int) -> Run | None:
        """The run of copies of ``period`` children that begins at ``place``, if there is one."""
        first, last = children[place], children[place + period - 1]
        start, length = first[0], last[1] - first[0]
        copies = self.sameness.copies(start, length, (end - place) // period)
        weighted = any(self.boxes[index].weights for index in range(start, start + length))
        if copies < 2 or not (weighted or length > 1):
            return None
        return Run(start, length, copies, tuple(children[place : place + period]))


def _periods(tokens: Sequence[int]) -> list[int]:
    """The most common distances at which tokens come again."""
    distances: Counter[int] = Counter()
    earlier: dict[int, list[int]] = {}
    for place, token in enumerate(tokens):
        before = earlier.setdefault(token, [])
        distances.update(place - other for other in before[-_LOOK_BACK:])
        before.append(place)
    return [period for period, _ in distances.most_common(_PERIODS)]


def _periodic(tokens: Sequence[int], period: int) -> Iterator[tuple[int, int]]:
    """Start and length of each longest stretch, twice ``period`` or more, that has this period.

    >>> list(_periodic([1, 2, 1, 2, 1, 3], 2))
    [(0, 5)]
    """
    same = [one == other for one, other in zip(tokens, tokens[period:])]
    for equal, run in itertools.groupby(range(len(same)), same.__getitem__):
        places = list(run)
        if equal and len(places) >= period:
            yield places[0], len(places) + period


def _calls_around(box: Box) -> tuple[ModuleCall, ...]:
    """The module calls around a box, its own left out."""
    if box.kind.is_collapsed:
        own = (place for place, call in enumerate(box.calls) if call.path == box.path)
        return box.calls[: next(own, len(box.calls))]
    return box.calls[:-1] if box.is_module else box.calls


class _Folded:
    """The diagram in which only the first copy of every run is left."""

    def __init__(self, diagram: Diagram, sameness: Sameness, runs: Sequence[Run]) -> None:
        self.diagram = diagram
        self.boxes = diagram.boxes
        self.sameness = sameness
        # For each box the place of that which is left of its copies.
        self.kept = list(range(len(self.boxes)))
        # The groups of repeats around each box that is left, with how many boxes they cover.
        self.repeats: dict[int, list[tuple[Group, int]]] = {}
        for run in runs:
            self._apply(run)

    def _apply(self, run: Run) -> None:
        for inner in run.inside:
            self._apply(inner)
        for place in range(run.start + run.length, run.end):
            self.kept[place] = self.kept[run.start + (place - run.start) % run.length]
        group = self._group(run)
        for place in range(run.start, run.start + run.length):
            if self.kept[place] == place:
                self.repeats.setdefault(place, []).append((group, run.end - run.start))

    def _group(self, run: Run) -> Group:
        first = self.boxes[run.start]
        names = [self._name(child) for child in run.children]
        last = self._name(self._moved(run.children[-1], run.length * (run.copies - 1)))
        kinds = {kind for _, kind in names}
        return Group(
            id=f"repeat {first.id} {run.length}",
            kind=GroupKind.REPEAT,
            type=kinds.pop() if len(kinds) == 1 else "",
            path=names[0][0],
            label=span(names[0][0], last[0]),
            count=len(run.children),
            repeat=run.copies,
            shared=self.sameness.is_shared(run.start, run.length),
            parallel=self.sameness.is_parallel(run.start, run.length),
        )

    def _moved(self, child: _Range, by: int) -> _Range:
        return child[0] + by, child[1] + by

    def _name(self, child: _Range) -> tuple[str, str]:
        """Path and class of the module whose call a child is; of a single box, its own."""
        boxes = self.boxes[slice(*child)]
        if len(boxes) == 1:
            return boxes[0].path, "" if boxes[0].kind.is_layer else boxes[0].type
        calls = zip(*(_calls_around(box) for box in boxes))
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
        copies: dict[int, list[Box]] = {}
        for place, box in enumerate(self.boxes):
            copies.setdefault(self.kept[place], []).append(box)
        boxes: list[Box] = []
        groups: dict[str, Group] = {}
        for place, chain in self._chains().items():
            parent = ""
            for group in chain:
                if group.id not in groups:
                    groups[group.id] = replace(group, parent=parent)
                parent = group.id
            boxes.append(_merged(copies[place], parent))
        graph = nx.MultiDiGraph()
        for box in boxes:
            graph.add_node(box.id, box=box)
        self._add_wires(graph)
        return replace(self.diagram, graph=graph, groups=tuple(groups.values()))

    def _add_wires(self, graph: nx.MultiDiGraph) -> None:
        """Add the inputs of the first copies, and the results of the last ones."""
        places = {box.id: place for place, box in enumerate(self.boxes)}
        is_drawn = self._drawn_test(places)
        for target in graph:
            wires = [(places[source], wire) for source, _, wire in self.diagram.inputs(target)]
            bundles: dict[int, list[tuple[int, Wire]]] = {}
            for place, wire in wires:
                bundles.setdefault(self.kept[place], []).append((place, wire))
            bundled = {source: _Bundle.of(equal, is_drawn) for source, equal in bundles.items()}
            position = 0
            for place, wire in wires:
                source = self.kept[place]
                copies = bundled[source].copies(place, wire)
                if copies:
                    if (wire.position, wire.copies) != (position, copies):
                        wire = replace(wire, position=position, copies=copies)
                    graph.add_edge(self.boxes[source].id, target, wire=wire)
                    position += 1

    def _drawn_test(self, places: Mapping[str, int]) -> Callable[[Wire], bool]:
        """Whether a wire is part of a skip connection that is not inside one box once folded."""

        def left(operation: str) -> int:
            return self.kept[places[self.diagram.host(operation)]]

        def is_drawn(wire: Wire) -> bool:
            if wire.skip is None:
                return False
            skip = self.diagram.skips[wire.skip]
            ends = {left(skip.fork), left(skip.merge)}
            return not all(left(node) in ends for node in skip.bypassed)

        return is_drawn


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


def _merged(copies: Sequence[Box], group: str) -> Box:
    """The first of ``copies`` as a box for all of them."""
    first = copies[0]
    if len(copies) == 1:
        return first if first.group == group else replace(first, group=group)
    return replace(
        first,
        operations=tuple(operation for copy in copies for operation in copy.operations),
        weights=tuple(shape for copy in copies for shape in copy.weights),
        idioms=tuple(idiom for copy in copies for idiom in copy.idioms),
        hidden=frozenset().union(*(copy.hidden for copy in copies)),
        group=group,
        copies=tuple(copies),
    )
