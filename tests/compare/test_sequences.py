"""Sequences are aligned in order."""

from __future__ import annotations

import random

from visualize.compare.sequences import align


def test_random_sequences() -> None:
    for seed in range(50):
        numbers = random.Random(seed)
        one = [numbers.randrange(6) for _ in range(30)]
        other = [key for key in one if numbers.random() > 0.2]
        pairs = align(one, other, lambda i, j, a=one, b=other: float(a[i] == b[j]))
        assert all(one[i] == other[j] for i, j in pairs)
        assert pairs == sorted(pairs)
        assert len({j for _, j in pairs}) == len(pairs)
