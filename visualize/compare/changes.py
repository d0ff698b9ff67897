"""Changes at the level at which a person would name them.

A call whose operations are all new is one change, and so are those of one class at like places.
Operations that were edited in the same attributes at places that differ in numbers only are one
change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from visualize.compare.align import Pairs
from visualize.compare.status import Found
from visualize.compare.subtrees import Tree
from visualize.core.difference import Change, Status
from visualize.core.module_path import numberless


def gather(old: Tree, new: Tree, pairs: Pairs, found: Found) -> Iterator[Change]:
    """All changes: added, removed, changed, moved, rewired, renamed."""
    yield from _whole(new, pairs.back, Status.ADDED)
    yield from _whole(old, pairs.trees, Status.REMOVED)
    partners = [(leaf, pairs.trees[leaf]) for leaf in old.leaves if leaf in pairs.trees]
    by_status: dict[Status, list[tuple[Tree, Tree]]] = defaultdict(list)
    for leaf, other in partners:
        by_status[found.old[_id(leaf)]].append((leaf, other))
    yield from _alike(by_status[Status.CHANGED], Status.CHANGED, found)
    yield from _moved(dict(by_status[Status.MOVED]), pairs)
    yield from _alike(by_status[Status.REWIRED], Status.REWIRED, found)
    yield from _renamed(old, pairs, found)


def _id(leaf: Tree) -> str:
    assert leaf.operation is not None
    return leaf.operation.id


def _whole(root: Tree, taken: Mapping[Tree, Tree], status: Status) -> Iterator[Change]:
    """The outermost trees without any partner, those of one class at like places together."""
    groups: dict[tuple[object, ...], list[Tree]] = defaultdict(list)
    for tree in _outermost(root, taken):
        groups[tree.type, _place(tree)].append(tree)
    for trees in groups.values():
        places = tuple(tree.path for tree in trees)
        ids = tuple(_id(leaf) for tree in trees for leaf in tree.leaves)
        if status is Status.ADDED:
            yield Change(status, trees[0].type, after=places, new=ids)
        else:
            yield Change(status, trees[0].type, before=places, old=ids)


def _place(tree: Tree) -> str:
    """Where a tree is: for a block of a list that list, for all else any place alike."""
    before, _, last = tree.path.rpartition(".")
    if tree.operation is not None or not last.isdigit():
        return numberless(tree.path)
    return f"{before}.*"


def _outermost(root: Tree, taken: Mapping[Tree, Tree]) -> Iterator[Tree]:
    kept: set[Tree] = set()
    for leaf in root.leaves:
        around: Tree | None = leaf
        if leaf in taken:
            while around is not None and around not in kept:
                kept.add(around)
                around = around.around
    waiting = [root]
    while waiting:
        tree = waiting.pop()
        if tree in kept or tree.around is None:
            waiting.extend(reversed(tree.parts))
        else:
            yield tree


def _alike(partners: Iterable[tuple[Tree, Tree]], status: Status, found: Found) -> Iterator[Change]:
    """Partners with one status: those of one type with the same edited attributes together."""
    groups: dict[tuple[object, ...], list[tuple[Tree, Tree]]] = defaultdict(list)
    for old, new in partners:
        edits = found.edits.get(_id(old), ())
        names = tuple(edit.name for edit in edits)
        if "type" in names:  # the same everywhere is one change, wherever it is
            first = next(edit for edit in edits if edit.name == "type")
            groups[first.before, first.after].append((old, new))
        else:
            groups[new.type, names, numberless(new.path)].append((old, new))
    for group in groups.values():
        yield Change(
            status,
            group[0][1].type,
            tuple(old.path for old, _ in group),
            tuple(new.path for _, new in group),
            tuple(found.edits.get(_id(old), ()) for old, _ in group),
            tuple(_id(old) for old, _ in group),
            tuple(_id(new) for _, new in group),
        )


def _moved(leaves: Mapping[Tree, Tree], pairs: Pairs) -> Iterator[Change]:
    """The outermost trees that were moved, those of one class between like places together."""
    groups: dict[tuple[str, ...], list[tuple[Tree, Tree]]] = defaultdict(list)
    for old in _moved_whole(leaves, pairs):
        new = pairs.trees[old]
        here, there = (numberless(one.around.path if one.around else "") for one in (old, new))
        groups[new.type, here, there].append((old, new))
    for group in groups.values():
        olds, news = zip(*group)
        yield Change(
            Status.MOVED,
            news[0].type,
            tuple(old.path for old in olds),
            tuple(new.path for new in news),
            old=tuple(_id(leaf) for old in olds for leaf in old.leaves),
            new=tuple(_id(leaf) for new in news for leaf in new.leaves),
        )


def _moved_whole(leaves: Iterable[Tree], pairs: Pairs) -> list[Tree]:
    """The outermost trees all of whose ``leaves`` were moved, to a tree of as many."""
    counts: Counter[Tree] = Counter()
    for leaf in leaves:
        around: Tree | None = leaf
        while around is not None:
            counts[around] += 1
            around = around.around
    wholes = {
        tree
        for tree, count in counts.items()
        if tree in pairs.trees and tree.size == pairs.trees[tree].size == count
    }
    return [tree for tree in counts if tree in wholes and tree.around not in wholes]


def _renamed(root: Tree, pairs: Pairs, found: Found) -> Iterator[Change]:
    """The names that are others, each once: what is in a renamed module is not repeated."""
    groups: dict[tuple[str, str], dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for leaf in root.leaves:
        other = pairs.trees.get(leaf)
        if other is None or leaf.path == other.path or not leaf.path:
            continue
        is_alike = pairs.trees.get(leaf.around) is other.around  # type: ignore[arg-type]
        status = found.old[_id(leaf)]
        if status is Status.MOVED or (not is_alike and status is not Status.RENAMED):
            continue
        assert leaf.operation is not None
        if not leaf.operation.computes:
            continue
        place = _outer_name(leaf.path, other.path)
        kind = (numberless(place[0]), numberless(place[1]))
        groups.setdefault(kind, {}).setdefault(place, []).append((_id(leaf), _id(other)))
    for places in groups.values():
        ids = [pair for named in places.values() for pair in named]
        yield Change(
            Status.RENAMED,
            "",
            tuple(old for old, _ in places),
            tuple(new for _, new in places),
            old=tuple(old for old, _ in ids),
            new=tuple(new for _, new in ids),
        )


def _outer_name(old: str, new: str) -> tuple[str, str]:
    """Two paths up to the last name that differs.

    >>> _outer_name("layer1.0.conv", "stage1.0.conv")
    ('layer1', 'stage1')
    """
    here, there = old.split("."), new.split(".")
    while len(here) > 1 and len(there) > 1 and here[-1] == there[-1]:
        here.pop()
        there.pop()
    return ".".join(here), ".".join(there)
