"""Which operations of two architectures are partners.

From the top: the children of two calls that are partners are aligned as sequences, by equal
hashes, by name and by what is around them; equal subtrees are partners as a whole. Then, as in
GumTree (Falleri et al. 2014), what is left is paired with what is equal elsewhere: it was moved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from visualize.compare.sequences import align
from visualize.compare.subtrees import Tree, hashed, signature
from visualize.core.architecture import Architecture, NodeKind

_Place = Callable[[Tree, bool], object]
_LEAST_ALIKE = 0.5  # share of the operations that two calls have in common


@dataclass
class Pairs:
    """Partners.

    Attributes:
        trees: the calls and operations that are partners.
        back: the same from the other side.
    """

    trees: dict[Tree, Tree] = field(default_factory=dict)
    back: dict[Tree, Tree] = field(default_factory=dict)

    def add(self, old: Tree, new: Tree) -> None:
        """Make two trees partners."""
        self.trees[old], self.back[new] = new, old

    @property
    def operations(self) -> dict[str, str]:
        """The operations that are partners, by their ids."""
        return {
            old.operation.id: new.operation.id
            for old, new in self.trees.items()
            if old.operation is not None and new.operation is not None
        }


def surroundings(architecture: Architecture) -> Mapping[str, str]:
    """A hash of what is before and after each operation."""
    signs = {one.id: signature(one) for one in architecture.operations}
    readers: dict[str, list[str]] = defaultdict(list)
    for node in architecture.graph:
        for source, _, _ in architecture.inputs(node):
            readers[source].append(signs[node])
    return {
        node: hashed(
            *(signs[source] for source, _, _ in architecture.inputs(node)),
            "|",
            *sorted(readers[node]),
        )
        for node in signs
    }


class Aligner:
    """Finds the partners of two trees.

    Args:
        old: the tree of the one architecture, and what is around each operation.
        new: those of the other.
    """

    def __init__(
        self, old: tuple[Tree, Mapping[str, str]], new: tuple[Tree, Mapping[str, str]]
    ) -> None:
        (self._old, around_old), (self._new, around_new) = old, new
        self._around = {
            leaf: around[leaf.operation.id]
            for tree, around in ((self._old, around_old), (self._new, around_new))
            for leaf in tree.leaves
            if leaf.operation is not None
        }
        self.pairs = Pairs()

    def run(self) -> Pairs:
        """The partners."""
        self._pair(self._old, self._new)
        self._pair_moved()
        return self.pairs

    def _pair(self, old: Tree, new: Tree) -> None:
        """Make two trees partners, and what is in them."""
        waiting = [(old, new)]
        while waiting:
            one, other = waiting.pop()
            self.pairs.add(one, other)
            if one.digest == other.digest:
                waiting.extend(zip(one.parts, other.parts))
                continue
            waiting.extend(self._children(one.parts, other.parts))

    def _children(self, old: Sequence[Tree], new: Sequence[Tree]) -> list[tuple[Tree, Tree]]:
        own, names = ([part.name for part in parts if _has_name(part)] for parts in (old, new))
        known = set(names)
        named = sum(name in known for name in own) * 2 > len(own)
        pairs = self._aligned(old, new, named, numbered=named)
        if named:
            pairs = _by_names(pairs, old, new)
        if named and any(_is_numbered(part) for part in (*old, *new)):
            # What is inserted in a list counts on the names of all that come after it.
            others = self._aligned(old, new, named, numbered=False)
            if _equal(others) > _equal(pairs):
                return others
        return pairs

    def _aligned(
        self, old: Sequence[Tree], new: Sequence[Tree], named: bool, *, numbered: bool
    ) -> list[tuple[Tree, Tree]]:
        def key(part: Tree) -> tuple[str, ...]:
            counts = numbered if _is_numbered(part) else named
            return (part.digest, self._around.get(part, ""), part.name if counts else "")

        def likeness(i: int, j: int) -> float:
            return self._likeness(old[i], new[j], named and (numbered or not _is_numbered(old[i])))

        pairs = align([key(part) for part in old], [key(part) for part in new], likeness)
        return [(old[i], new[j]) for i, j in pairs]

    def _likeness(self, old: Tree, new: Tree, named: bool) -> float:
        """How alike two children are: what they are, their names, what is around them."""
        if (old.operation is None) != (new.operation is None):
            return 0.0
        same_name = old.name == new.name
        bonus = (0.3 if _is_numbered(old) else 0.7) * (named and same_name)
        if old.operation is not None and new.operation is not None:
            return self._leaf_likeness(old, new, bonus)
        if old.digest == new.digest:
            return 1.0 + bonus
        common = (old.types & new.types).total() / max(old.size, new.size, 1)
        if common < _LEAST_ALIKE and not bonus:
            return 0.0
        return 0.2 + 0.6 * common + bonus if common else 0.0

    def _leaf_likeness(self, old: Tree, new: Tree, bonus: float) -> float:
        around = 0.2 * (self._around[old] == self._around[new])
        if old.digest == new.digest:
            return 1.0 + bonus + around
        one, other = old.operation, new.operation
        if one is None or other is None or one.kind is not other.kind:
            return 0.0
        if one.does == other.does:
            return 0.5 + bonus + around
        if one.weights and other.weights and not bonus:
            return 0.0
        is_module = bool(bonus) and one.kind is NodeKind.MODULE
        return 0.1 + bonus / 2 + around if around or is_module else 0.0

    def _pair_moved(self) -> None:
        """Pair what is left: below calls that are partners first, then anywhere."""
        for place in (self._shared, _anywhere):
            left = self._left(self._old, self.pairs.trees, place, True)
            right = self._left(self._new, self.pairs.back, place, False)
            for key, olds in left.items():
                news = right.get(key, [])
                by_name = _by_name(olds, news) if key[0] is None else _in_order(olds, news)
                for old, new in by_name:
                    self.pairs.add(old, new)

    def _left(
        self, tree: Tree, taken: Mapping[Tree, Tree], place: _Place, is_old: bool
    ) -> dict[tuple[object, str], list[Tree]]:
        """The operations without a partner that are alike, by the place they are sought in."""
        found: dict[tuple[object, str], list[Tree]] = defaultdict(list)
        for leaf in tree.leaves:
            if leaf not in taken and leaf.operation is not None and leaf.operation.computes:
                where = place(leaf, is_old)
                if where is None and not leaf.operation.weights:
                    continue
                found[where, leaf.digest].append(leaf)
        return found

    def _shared(self, leaf: Tree, is_old: bool) -> object:
        """The innermost call around a leaf that has a partner, by the partner before."""
        around = leaf.around
        taken = self.pairs.trees if is_old else self.pairs.back
        while around is not None and around not in taken:
            around = around.around
        if around is None or is_old:
            return around
        return self.pairs.back[around]


def _by_names(
    pairs: Sequence[tuple[Tree, Tree]], old: Sequence[Tree], new: Sequence[Tree]
) -> list[tuple[Tree, Tree]]:
    """Partners in order, but for modules of one name that come in another.

    They are equal, or of one class and without partners in order.
    """
    here, there = _named(old), _named(new)
    both = [(part, there[name]) for name, part in here.items() if name in there]
    found = {one: two for one, two in both if one.digest == two.digest}
    taken = set(found.values())
    found |= {one: two for one, two in pairs if one not in found and two not in taken}
    taken = set(found.values())
    left = [(one, two) for one, two in both if one not in found and two not in taken]
    return [*found.items(), *((one, two) for one, two in left if one.type == two.type)]


def _named(parts: Sequence[Tree]) -> dict[str, Tree]:
    """The modules with a name, not a number, that are called once among ``parts``."""
    counts = Counter(part.name for part in parts)
    return {
        part.name: part
        for part in parts
        if counts[part.name] == 1
        and not _is_numbered(part)
        and (part.operation is None or part.operation.kind is NodeKind.MODULE)
    }


def _has_name(part: Tree) -> bool:
    return part.operation is None or bool(part.path)


def _is_numbered(part: Tree) -> bool:
    return part.name.rpartition(".")[2].isdigit()


def _equal(pairs: Sequence[tuple[Tree, Tree]]) -> int:
    return sum(old.digest == new.digest for old, new in pairs)


def _anywhere(_: Tree, __: bool) -> object:
    return None


def _in_order(olds: Sequence[Tree], news: Sequence[Tree]) -> list[tuple[Tree, Tree]]:
    """Equal leaves in order, where one of the two is in a call that the other lacks."""
    return [
        (old, new)
        for old, new in zip(olds, news)
        if len(olds) == len(news) and old.around is not None and new.around is not None
    ]


def _by_name(olds: Iterable[Tree], news: Sequence[Tree]) -> list[tuple[Tree, Tree]]:
    """Equal leaves with the same last name that each side has once."""
    one, other = _last_names(olds), _last_names(news)
    return [
        (found[0], other[name][0])
        for name, found in one.items()
        if len(found) == len(other.get(name, ())) == 1
    ]


def _last_names(leaves: Iterable[Tree]) -> dict[str, list[Tree]]:
    found: dict[str, list[Tree]] = defaultdict(list)
    for leaf in leaves:
        found[leaf.path.rpartition(".")[2]].append(leaf)
    return found
