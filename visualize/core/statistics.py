"""Statistics of weights that add up: those of the parts of a model give those of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of one or more numbers.

    Those of several parts are the sum of their statistics, by the pairwise update of Chan, Golub
    and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979.

    >>> whole = Statistics(2, 1.0, 2.0, 1) + Statistics(2, 3.0, 0.0, 0)   # 0, 2 and 3, 3
    >>> whole.mean, round(whole.deviation, 4), round(whole.norm, 4), whole.sparsity
    (2.0, 1.2247, 4.6904, 0.25)

    Attributes:
        count: the number of values.
        mean: their arithmetic mean.
        squares: the sum of their squared deviations from the mean.
        zeros: the number of values that are exactly zero.
        idle: those of them in vectors of nothing but zeros, such as a bias that is not trained.
    """

    count: int
    mean: float
    squares: float
    zeros: int
    idle: int = field(default=0, compare=False, repr=False)

    @property
    def deviation(self) -> float:
        """Their standard deviation, as a population and not as a sample."""
        return math.sqrt(self.squares / self.count)

    @property
    def norm(self) -> float:
        """Their L2 norm; for a matrix, its Frobenius norm."""
        return math.sqrt(self.squares + self.count * self.mean * self.mean)

    @property
    def rms(self) -> float:
        """Their root mean square, which does not grow with their number as the norm does."""
        return self.norm / math.sqrt(self.count)

    @property
    def sparsity(self) -> float:
        """The fraction that is exactly zero."""
        return self.zeros / self.count

    @property
    def pruned(self) -> float:
        """The fraction that is zero, vectors of nothing but zeros left out.

        >>> Statistics(8, 0.5, 2.0, 5, idle=4).pruned, Statistics(4, 0.0, 0.0, 4, idle=4).pruned
        (0.25, 0.0)
        """
        return (self.zeros - self.idle) / max(self.count - self.idle, 1)

    @property
    def is_finite(self) -> bool:
        """Whether all of them are finite."""
        return math.isfinite(self.squares)

    def __add__(self, other: Statistics) -> Statistics:
        count = self.count + other.count
        distance = other.mean - self.mean
        return Statistics(
            count,
            self.mean + distance * (other.count / count),
            self.squares + other.squares + distance * distance * (self.count * other.count / count),
            self.zeros + other.zeros,
            self.idle + other.idle,
        )


def combined(parts: Iterable[Statistics | None]) -> Statistics | None:
    """The statistics of all parts together; parts that are None are skipped."""
    known = [part for part in parts if part]
    return sum(known[1:], known[0]) if known else None
