"""Align two sequences: the pairs of places that are partners, both in order.

Equal ends and what is unique in both anchor the rest (patience); only what is between anchors is
compared each with each, so that long sequences that are alike cost little.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

Pairs = list[tuple[int, int]]
_MOST_CELLS = 60_000  # of one table


def align(
    one: Sequence[Hashable],
    other: Sequence[Hashable],
    likeness: Callable[[int, int], float],
) -> Pairs:
    """The places of ``one`` and ``other`` that are partners.

    Args:
        one: the keys of a sequence.
        other: those of another; equal keys are certain to be alike.
        likeness: of the things at two places, at most about 2; 0 for no partners.

    >>> align("abxcd", "abcde", lambda i, j: "abxcd"[i] == "abcde"[j])
    [(0, 0), (1, 1), (3, 2), (4, 3)]
    """
    pairs: Pairs = []
    waiting = [(0, len(one), 0, len(other))]
    while waiting:
        left, right, low, high = waiting.pop()
        while left < right and low < high and one[left] == other[low]:
            pairs.append((left, low))
            left, low = left + 1, low + 1
        while left < right and low < high and one[right - 1] == other[high - 1]:
            right, high = right - 1, high - 1
            pairs.append((right, high))
        if left == right or low == high:
            continue
        anchors = _anchors(one[left:right], other[low:high])
        if not anchors:
            pairs += [(left + i, low + j) for i, j in _gap(left, right, low, high, likeness)]
            continue
        start, begin = left, low
        for i, j in [(left + i, low + j) for i, j in anchors]:
            pairs.append((i, j))
            waiting.append((start, i, begin, j))
            start, begin = i + 1, j + 1
        waiting.append((start, right, begin, high))
    return sorted(pairs)


def _anchors(one: Sequence[Hashable], other: Sequence[Hashable]) -> Pairs:
    """Places of keys that each sequence has once, the most that are in the same order."""
    here, there = Counter(one), Counter(other)
    places = {key: place for place, key in enumerate(other) if there[key] == 1}
    found = [(i, places[key]) for i, key in enumerate(one) if here[key] == 1 and key in places]
    return [found[place] for place in heaviest_increasing([j for _, j in found])]


def heaviest_increasing(numbers: Sequence[int], weights: Sequence[int] = ()) -> list[int]:
    """The places of the increasing part of distinct ``numbers`` with the largest sum of weights.

    Of the parts that end at different numbers, those are kept, in ascending order, than which no
    part that ends at a smaller number is as heavy (after Fredman, "On computing the length of
    longest increasing subsequences", 1975).

    Args:
        numbers: a sequence.
        weights: of each, positive; by default each weighs the same, so that the longest is found.

    >>> heaviest_increasing([2, 0, 1, 3]), heaviest_increasing([2, 0, 1, 3], [9, 1, 1, 1])
    ([1, 2, 3], [0, 3])
    """
    ends: list[int] = []
    sums: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for place, (number, weight) in enumerate(zip(numbers, weights or [1] * len(numbers))):
        at = bisect.bisect_left(ends, number)
        before.append(holders[at - 1] if at else -1)
        total = weight + (sums[at - 1] if at else 0)
        end = bisect.bisect_right(sums, total, at)
        ends[at:end], sums[at:end], holders[at:end] = [number], [total], [place]
    found: list[int] = []
    place = holders[-1] if holders else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def _gap(
    left: int, right: int, low: int, high: int, likeness: Callable[[int, int], float]
) -> Pairs:
    """The alignment of a gap that has the most likeness; of a large gap, of its parts in turn."""
    rows, columns = right - left, high - low
    if rows * columns > _MOST_CELLS:
        return _in_turn(rows, columns, lambda i, j: likeness(left + i, low + j))
    scores = [[likeness(left + i, low + j) for j in range(columns)] for i in range(rows)]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        row, below, score = best[i], best[i + 1], scores[i]
        for j in reversed(range(columns)):
            value = max(below[j], row[j + 1])
            row[j] = max(value, below[j + 1] + score[j]) if score[j] > 0 else value
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if scores[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _in_turn(rows: int, columns: int, likeness: Callable[[int, int], float]) -> Pairs:
    """Each with the next of the other that is alike, a few places on at most."""
    pairs, start = [], 0
    for i in range(rows):
        near = range(start, min(columns, start + 32))
        scores = [(likeness(i, j), -j) for j in near]
        score, place = max(scores, default=(0.0, 0))
        if score > 0:
            pairs.append((i, -place))
            start = 1 - place
    return pairs
