"""Two models whose operations know what became of them, and the modules that are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.comparison.notes import edit_notes, word
from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.difference import Change, Difference, Edit, read_first
from visualize.core.fate import Fate, Status
from visualize.core.module_path import spelled
from visualize.core.operators import IDENTITY, MOVES, family

# What has no fate: a name, and which of two results outside of its module an operation reads.
_SILENT = frozenset({Status.SAME, Status.RENAMED, Status.REWIRED})


@dataclass(frozen=True)
class Side:
    """One of two models that are compared.

    Attributes:
        exact: the model, whose operations know their fates.
        status: what became of each operation.
        closed: paths of the outermost modules in which nothing differs.
        wholes: for each operation that only this model has, the class and the path of the
            outermost module that it alone has.
        sources: for each operation that reads another input, what it reads in this model alone.
    """

    exact: Architecture
    status: Mapping[str, Status]
    closed: frozenset[str]
    wholes: Mapping[str, tuple[str, str]]
    sources: Mapping[str, frozenset[str]]

    def is_rewired_in(self, nodes: Collection[str]) -> bool:
        """Whether one of some operations reads another of them than in the other model."""
        return any(node in self.sources and self.sources[node] & set(nodes) for node in nodes)


def sides(difference: Difference) -> tuple[Side, Side]:
    """Both models of a difference."""
    old, new = _fates(difference)
    before, after = _with(difference.before, old), _with(difference.after, new)
    changes, sources = difference.changes, _sources(difference)
    one = Side(
        before,
        difference.old_status,
        frozenset(),
        _wholes(changes, before, Status.REMOVED),
        sources[0],
    )
    other = Side(
        after, difference.new_status, frozenset(), _wholes(changes, after, Status.ADDED), sources[1]
    )
    closed = _closed(difference, one, other)
    return (
        replace(one, closed=frozenset(closed.values())),
        replace(other, closed=frozenset(closed)),
    )


def _sources(
    difference: Difference,
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """What operations read that read another input: in the first model, and in the second."""
    old: dict[str, frozenset[str]] = {}
    new: dict[str, frozenset[str]] = {}
    for node, status in difference.old_status.items():
        if status is Status.REWIRED:
            partner = difference.partners[node]
            was = {source for source, _, _ in difference.before.inputs(node)}
            now = {source for source, _, _ in difference.after.inputs(partner)}
            old[node] = frozenset(one for one in was if difference.partners.get(one) not in now)
            back = difference.partners_after
            new[partner] = frozenset(one for one in now if back.get(one) not in was)
    return old, new


def _wholes(
    changes: Iterable[Change], exact: Architecture, status: Status
) -> dict[str, tuple[str, str]]:
    """What was added or removed as a whole, by the operations in it."""
    found: dict[str, tuple[str, str]] = {}
    for change in changes:
        if change.status is status:
            places = set(change.before or change.after)
            for node in change.old or change.new:
                around = [call.path for call in exact.operation(node).calls]
                place = next((path for path in around if path in places), "")
                if place and exact.operation(node).type != change.type:
                    found[node] = change.type, place
    return found


def matters(operation: Operation) -> bool:
    """Whether it is worth a word that an operation was added or removed.

    >>> matters(Operation("i", NodeKind.MODULE, "Identity"))
    False
    >>> matters(Operation("d", NodeKind.MODULE, "Dropout"))
    True
    """
    if not operation.computes or operation.type == "Identity":
        return False
    if operation.kind is NodeKind.MODULE:
        return True
    return bool(operation.outputs) and family(operation.does) not in IDENTITY | MOVES


def _fates(difference: Difference) -> tuple[dict[str, Fate], dict[str, Fate]]:
    """The fates of the operations of both models that have one."""
    edits, places = _edits(difference), _former_places(difference)
    old: dict[str, Fate] = {}
    new: dict[str, Fate] = {}
    for node, status in difference.new_status.items():
        one = difference.after.operation(node)
        if status is Status.ADDED and matters(one):
            new[node] = Fate(status)
    for node, status in difference.old_status.items():
        one = difference.before.operation(node)
        if status is Status.REMOVED and matters(one):
            old[node] = Fate(status)
        elif status not in _SILENT and node in difference.partners:
            partner = difference.partners[node]
            now = difference.after.operation(partner)
            notes = edit_notes(now, edits.get(node, ()))
            if node in places:
                notes = (places[node],)
            if one.computes or notes:
                old[node] = new[partner] = Fate(status, notes)
    _mark_neighbours(difference, old, new)
    _mark_merges(difference, old, new)
    return old, new


def _former_places(difference: Difference) -> dict[str, str]:
    """Where the first of what was moved together was: elsewhere, or after what it read."""
    before = difference.before
    found: dict[str, str] = {}
    for change in difference.changes:
        if change.status is not Status.MOVED:
            continue
        read = read_first(before, change.old)
        for node in change.old:
            path = before.operation(node).path
            around = path.rpartition(".")[0]
            if path != difference.after.operation(difference.partners[node]).path:
                found[node] = f"from {spelled(path) or 'forward'}"
            elif node in read:
                found[node] = f"was after {spelled(read[node].removeprefix(f'{around}.'))}"
    return found


def _edits(difference: Difference) -> dict[str, tuple[Edit, ...]]:
    found: dict[str, tuple[Edit, ...]] = {}
    for change in difference.changes:
        if change.status is Status.CHANGED:
            found.update(zip(change.old, change.edits))
    return found


def _mark_neighbours(difference: Difference, old: dict[str, Fate], new: dict[str, Fate]) -> None:
    """What is next to an operation that is gone is no equal copy of what never had one.

    It is what read its result in the same module, or else what it read there.
    """
    before = difference.before
    words: dict[str, list[str]] = defaultdict(list)
    for node in old:
        one = before.operation(node)
        if node not in difference.partners:
            for beside in _beside(difference, one):
                words[beside].append(word(one))
    for node, found in words.items():
        partner = difference.partners[node]
        if partner not in new:
            new[partner] = old[node] = Fate(Status.SAME, tuple(found))


def _beside(difference: Difference, gone: Operation) -> list[str]:
    """The nearest operations in the module of one that is gone that stay."""
    graph, around = difference.before, gone.calls
    around = around[:-1] if gone.kind is NodeKind.MODULE else around
    for neighbours in (graph.graph.successors, graph.graph.predecessors):
        found: list[str] = []
        seen, waiting = {gone.id}, [gone.id]
        while waiting:
            for node in neighbours(waiting.pop()):
                one = graph.operation(node)
                if node in seen or one.calls[: len(around)] != around or not one.computes:
                    continue
                seen.add(node)
                (found if node in difference.partners else waiting).append(node)
        if found:
            return found
    return []


def _mark_merges(difference: Difference, old: dict[str, Fate], new: dict[str, Fate]) -> None:
    """Where a skip connection that differs ends, though that end is the same operation."""
    for each in difference.skips:
        was, now = (skip.kind.value if skip else "" for skip in (each.before, each.after))
        note = f"{was} → {now}" if was and now else f"+ {now}" if now else f"− {was}"
        for skip, fates in ((each.before, old), (each.after, new)):
            if skip and (skip.merge not in fates or fates[skip.merge].status is Status.SAME):
                fates[skip.merge] = Fate(Status.CHANGED, (note,))


def _with(architecture: Architecture, fates: Mapping[str, Fate]) -> Architecture:
    """An architecture whose operations know their fates."""
    graph = nx.MultiDiGraph()
    for one in architecture.operations:
        marked = replace(one, fate=fates[one.id]) if one.id in fates else one
        graph.add_node(one.id, operation=marked)
    for source, targets in architecture.graph.adjacency():
        for target, edges in targets.items():
            for key, edge in edges.items():
                graph.add_edge(source, target, key, wire=edge["wire"])
    return replace(architecture, graph=graph)


def _closed(difference: Difference, before: Side, after: Side) -> dict[str, str]:
    """The outermost modules of the second model in which nothing differs, with their partners."""
    olds: dict[frozenset[str], str] = {}
    for path, held in _held(before.exact):
        nodes = [difference.partners.get(one.id, "") for one in held if _counts(one)]
        if all(nodes) and not _differs(held, before):
            olds.setdefault(frozenset(nodes), path)
    found: dict[str, str] = {}
    for path, held in _held(after.exact):
        inside = any(path.startswith(f"{outer}.") for outer in found)
        key = frozenset(one.id for one in held if _counts(one))
        if key in olds and not inside and len(key) > 1 and not _differs(held, after):
            found[path] = olds[key]
    return found


def _differs(held: Sequence[Operation], side: Side) -> bool:
    """Whether anything in a module differs."""
    return any(one.fate for one in held) or side.is_rewired_in([one.id for one in held])


def _counts(operation: Operation) -> bool:
    """Whether an operation is drawn: what does nothing may be in one model alone."""
    return operation.computes and operation.type != "Identity"


def _held(architecture: Architecture) -> Iterator[tuple[str, Sequence[Operation]]]:
    """The operations in each module, outer modules first."""
    held: dict[str, list[Operation]] = defaultdict(list)
    for one in architecture.operations:
        for path in dict.fromkeys(call.path for call in one.calls):
            if path:
                held[path].append(one)
    yield from sorted(held.items(), key=lambda each: each[0].count("."))
