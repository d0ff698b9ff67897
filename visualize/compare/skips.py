"""Skip connections gained, lost and retyped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from visualize.core.architecture import Architecture, Skip
from visualize.core.difference import SkipChange, source_of


def compare_skips(
    before: Architecture, after: Architecture, partners: Mapping[str, str]
) -> tuple[SkipChange, ...]:
    """The skip connections that differ, in the order of their merges.

    Two are the same if their merges are partners; of several at one merge, those whose forks are
    partners first, then in order.
    """
    news: dict[str, list[Skip]] = defaultdict(list)
    for skip in after.skips:
        news[skip.merge].append(skip)
    olds: dict[str, list[Skip]] = defaultdict(list)
    for skip in before.skips:
        olds[partners.get(skip.merge, "")].append(skip)
    found = []
    for merge, group in olds.items():
        for old, new in _pairs(group, news.pop(merge, []) if merge else [], partners):
            if old is None or new is None or (old.kind, old.scale) != (new.kind, new.scale):
                found.append((old, new))
    found += [(None, skip) for group in news.values() for skip in group]
    return tuple(
        SkipChange(old, new, source_of(after, new) or source_of(before, old)) for old, new in found
    )


def _pairs(
    olds: Sequence[Skip], news: Sequence[Skip], partners: Mapping[str, str]
) -> list[tuple[Skip | None, Skip | None]]:
    """Connections of one merge, each with that of the other model."""
    left, pairs, rest = list(news), list[tuple[Skip | None, Skip | None]](), list[Skip]()
    for old in olds:
        same = [new for new in left if partners.get(old.fork) == new.fork]
        alike = [new for new in same if new.kind is old.kind] or same
        if alike:
            pairs.append((old, alike[0]))
            left.remove(alike[0])
        else:
            rest.append(old)
    for old in rest:
        pairs.append((old, left.pop(0) if left else None))
    return [*pairs, *((None, new) for new in left)]
