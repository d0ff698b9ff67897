"""Fold repeats: of equal copies that follow each other, or stand side by side, one is left.

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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role, Wire
from visualize.simplify.collapse import span
from visualize.simplify.sameness import Sameness

# So many earlier equal children are looked at to find the period of a run.
_LOOK_BACK = 4
# So many periods are tried.
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


def fold(exact: Architecture, simplified: Architecture) -> Architecture:
    """Keep one copy of everything that repeats.

    The boxes of the first copy stay; each stands for the operations of all copies, has ``repeat``
    copies in all, and shows one of them, ``copy``. A `Group` of the role repeat stands around
    them.

    Args:
        exact: the graph in which copies are compared.
        simplified: what is folded: the same architecture at some level.
    """
    boxes = list(simplified.layers)
    finder = _Finder(simplified, boxes, Sameness(exact, boxes))
    runs = tuple(finder.find((0, len(boxes)), 0))
    if not runs:
        return simplified
    return _Folded(simplified, boxes, finder.sameness, runs).build()


class _Finder:
    """Finds runs of equal copies in the tree of module calls."""

    def __init__(
        self, simplified: Architecture, boxes: Sequence[Layer], sameness: Sameness
    ) -> None:
        self.boxes = boxes
        self.sameness = sameness
        self.scopes = [_calls_around(box) for box in boxes]
        self.architecture = simplified

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

    def _call(self, index: int, depth: int) -> str | None:
        scope = self.scopes[index]
        return scope[depth] if depth < len(scope) else None

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
        """Runs inside of children that are not part of a run themselves."""
        for start, end in children:
            if self._call(start, depth) is not None:
                yield from self.find((start, end), depth + 1)

    def _choose(self, children: Sequence[_Range]) -> list[tuple[Run, int, int]]:
        """Runs of ``children`` that do not overlap: what saves the most boxes comes first."""
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
        depth = [len(self.scopes[index]) for index in range(*child)]
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


def _calls_around(box: Layer) -> tuple[str, ...]:
    """The module calls in which a box stands; its own is none of them."""
    if box.role in (Role.BLOCK, Role.STAGE):
        own = (place for place, call in enumerate(box.scope) if call.partition("@")[0] == box.path)
        return box.scope[: next(own, len(box.scope))]
    return box.scope[:-1] if box.kind is NodeKind.MODULE else box.scope


class _Folded:
    """The architecture in which only the first copy of every run is left."""

    def __init__(
        self,
        simplified: Architecture,
        boxes: Sequence[Layer],
        sameness: Sameness,
        runs: Sequence[Run],
    ) -> None:
        self.simplified = simplified
        self.boxes = boxes
        self.sameness = sameness
        self.groups = {group.id: group for group in simplified.groups}
        # For each box the place of that which is left of its copies.
        self.kept = list(range(len(boxes)))
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
            role=Role.REPEAT,
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
            return boxes[0].path, boxes[0].type if boxes[0].role is not Role.LAYER else ""
        calls = zip(*(_calls_around(box) for box in boxes))
        common = list(itertools.takewhile(lambda call: len(set(call)) == 1, calls))
        path = common[-1][0].partition("@")[0] if common else ""
        return path, self.simplified.modules.get(path, "")

    def _chains(self) -> dict[int, list[Group]]:
        """The groups around each box that is left, outer ones first.

        What covers more is around what covers less: first of the boxes that are left, then of all.
        A group that a repeat cuts is none in the repeat.
        """
        chains: dict[int, list[Group]] = {}
        covered: Counter[str] = Counter()
        left: dict[str, set[int]] = {}
        for place, box in enumerate(self.boxes):
            chain = list(self._groups_around(box))
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
            return -len(left[group.id]), -covered[group.id], group.role is Role.REPEAT

        for place, chain in chains.items():
            repeats = [left[group.id] for group in chain if group.role is Role.REPEAT]
            whole = (
                group
                for group in chain
                if all(left[group.id] <= inside or left[group.id] >= inside for inside in repeats)
            )
            chains[place] = sorted(whole, key=order)
        return chains

    def _groups_around(self, box: Layer) -> Iterator[Group]:
        group = box.group
        while group:
            yield self.groups[group]
            group = self.groups[group].parent

    def build(self) -> Architecture:
        """The folded architecture."""
        graph = nx.MultiDiGraph()
        copies: dict[int, list[Layer]] = {}
        for place, box in enumerate(self.boxes):
            copies.setdefault(self.kept[place], []).append(box)
        groups: dict[str, Group] = {}
        for place, chain in self._chains().items():
            parent = ""
            for group in chain:
                groups.setdefault(group.id, replace(group, parent=parent))
                parent = group.id
            layer = _merged(copies[place], chain[-1].id if chain else "")
            graph.add_node(layer.id, layer=layer)
        folded = replace(self.simplified, graph=graph, groups=tuple(groups.values()))
        self._add_wires(folded)
        return folded

    def _add_wires(self, folded: Architecture) -> None:
        """What the first copies read, and what is read of the last ones."""
        graph = folded.graph
        places = {box.id: place for place, box in enumerate(self.boxes)}
        for target in graph:
            wires = self.simplified.inputs(target)
            # Of several copies that a box reads, the last stands for all; where it is read as a
            # skip connection, for those that are so too. Where only others are, as those before it
            # in a row, the last of them stands beside it.
            read: dict[int, dict[int, bool]] = {}
            drawn: dict[int, set[int]] = {}
            for source, _, wire in wires:
                place = places[source]
                skips = read.setdefault(self.kept[place], {})
                skips[place] = skips.get(place, False) or wire.skip is not None
            for source, _, wire in wires:
                place = places[source]
                equal = read[self.kept[place]]
                if not equal[max(equal)] and self._is_drawn(wire, folded):
                    drawn.setdefault(self.kept[place], set()).add(place)
            for source, _, wire in wires:
                place = places[source]
                equal, shown = read[self.kept[place]], drawn.get(self.kept[place], set())
                last, among = max(equal), sum(equal.values())
                beside = last if equal[last] else max(shown, default=last)
                if place in (last, beside):
                    plain = len(equal) if beside == last else len(equal) - among
                    copies = plain if wire.skip is None else among
                    wire = replace(wire, position=graph.in_degree(target), copies=copies)
                    graph.add_edge(self.boxes[self.kept[place]].id, target, wire=wire)

    def _is_drawn(self, wire: Wire, folded: Architecture) -> bool:
        """Whether a wire is part of a skip connection that is not inside of a box."""
        return wire.skip is not None and not folded.is_closed(folded.skips[wire.skip])


def _merged(copies: Sequence[Layer], group: str) -> Layer:
    """The first of ``copies`` as a box for all of them."""
    first = copies[0]
    if len(copies) == 1:
        return replace(first, group=group)
    # Of shared modules only the first call counts parameters.
    shown = copies[-1] if copies[-1].parameters or not first.parameters else first
    return replace(
        first,
        parts=tuple(part for copy in copies for part in copy.operations),
        parameters=sum(copy.parameters for copy in copies),
        trainable_parameters=sum(copy.trainable_parameters for copy in copies),
        buffers=sum(copy.buffers for copy in copies),
        macs=sum(copy.macs for copy in copies),
        weights=tuple(shape for copy in copies for shape in copy.weights),
        group=group,
        repeat=len(copies),
        copy=replace(first, parameters=shown.parameters, macs=shown.macs),
    )
