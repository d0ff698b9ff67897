"""Rows: one operation in all copies of a run, so that one loop can read another step by step.

state  ─▶ [cell] ─▶ [cell] ─▶ [cell]      a row of cells
            │         │         │
          [out]     [out]     [out]       each of these reads the cell of its own step
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from visualize.core.architecture import Operation


class Step(NamedTuple):
    """An operation as one of a row.

    Attributes:
        row: the operation of the first copy.
        number: the copy that it is in.
    """

    row: str
    number: int = 0


@dataclass(frozen=True)
class Rows:
    """The rows of an exact graph; an operation that is in none is a row of its own.

    Attributes:
        steps: the operations in rows.
        guessed: whether these only look alike, so that what reads them is not known yet.
    """

    steps: Mapping[str, Step] = field(default_factory=dict)
    guessed: bool = False

    @classmethod
    def guess(cls, operations: Sequence[Operation]) -> Rows:
        """Rows of operations of one type, path and shape, of which there are several."""
        kinds = {one.id: (one.type, one.path, one.outputs) for one in operations}
        numbers = Counter(kinds.values())
        first: dict[object, str] = {}
        steps = {
            node: Step(first.setdefault(kind, node))
            for node, kind in kinds.items()
            if numbers[kind] > 1
        }
        return cls(steps, guessed=True)

    @classmethod
    def of(cls, copies: Iterable[Mapping[int, Sequence[str]]]) -> Rows:
        """The rows of runs.

        Args:
            copies: for each run its copies by number, each the operations in it, in order.
        """
        steps: dict[str, Step] = {}
        for run in copies:
            for number, nodes in run.items():
                steps.update(
                    (node, Step(row, number)) for node, row in zip(nodes, run[0], strict=True)
                )
        return cls(steps)

    def step(self, node: str) -> Step:
        """The row of an operation, and its place in it."""
        return self.steps.get(node) or Step(node)
