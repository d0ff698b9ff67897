"""Sequences are aligned in order."""

from __future__ import annotations

import itertools
import random

from visualize.compare.sequences import align, heaviest_increasing


def test_random_sequences() -> None:
    for seed in range(50):
        numbers = random.Random(seed)
        one = [numbers.randrange(6) for _ in range(30)]
        other = [key for key in one if numbers.random() > 0.2]
        pairs = align(one, other, lambda i, j, a=one, b=other: float(a[i] == b[j]))
        assert all(one[i] == other[j] for i, j in pairs)
        assert pairs == sorted(pairs)
        assert len({j for _, j in pairs}) == len(pairs)


def test_the_heaviest_increasing_part() -> None:
    for seed in range(200):
        numbers = random.Random(seed)
        order = numbers.sample(range(9), numbers.randrange(1, 9))
        weights = [numbers.randrange(1, 6) for _ in order]
        kept = heaviest_increasing(order, weights)
        parts = (
            part
            for size in range(len(order) + 1)
            for part in itertools.combinations(range(len(order)), size)
            if all(order[one] < order[two] for one, two in itertools.pairwise(part))
        )
        assert [order[place] for place in kept] == sorted(order[place] for place in kept)
        most = max(sum(weights[place] for place in part) for part in parts)
        assert sum(weights[place] for place in kept) == most
