"""Units that all numbers of a column share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_DIGITS = 4  # of the largest number
_PREFIXES = ("", "k", "M", "G", "T", "P")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, and how many decimals its numbers have.

    Attributes:
        name: ``M`` or ``MB``; empty if numbers are written in full.
        size: how many make one.
        decimals: digits after the point.
    """

    name: str
    size: int
    decimals: int

    @classmethod
    def of(cls, numbers: Iterable[int], base: str = "") -> Unit:
        """The decimal unit in which the largest of ``numbers`` has four digits.

        Args:
            numbers: what the column holds.
            base: what is counted, ``B`` for bytes.

        >>> Unit.of([1849688064, 86704128]), Unit.of([372506624])
        (Unit(name='G', size=1000000000, decimals=3), Unit(name='M', size=1000000, decimals=1))
        >>> Unit.of([512, 0], "B")
        Unit(name='B', size=1, decimals=0)
        """
        largest = max(numbers, default=0)
        thousands = min((len(str(largest)) - 1) // 3, len(_PREFIXES) - 1)
        size: int = 1000**thousands
        decimals = _DIGITS - 1 - int(math.log10(largest / size)) if thousands else 0
        return cls(_PREFIXES[thousands] + base, size, max(decimals, 0))

    def write(self, number: int) -> str:
        """A number in this unit.

        >>> unit = Unit.of([372506624])
        >>> unit.write(1231567890), unit.write(2048000), unit.write(192), unit.write(0)
        ('1,231.6', '2.0', '<0.1', '0')
        """
        text = f"{number / self.size:,.{self.decimals}f}"
        if not number:
            return "0"
        return text if any(digit in text for digit in "123456789") else f"<{self._least()}"

    def _least(self) -> str:
        """The smallest number that can be written."""
        return f"{10**-self.decimals:.{self.decimals}f}"
