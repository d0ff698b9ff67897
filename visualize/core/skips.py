"""What a skip connection is, and how those of loops are listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.choices import Refusal, SkipKind


@dataclass(frozen=True, slots=True)
class Skip:
    """A skip connection from ``fork`` to ``merge``; see `visualize.annotate.skips`.

    All nodes are operations of the exact graph.

    Attributes:
        kind: identity, scaled, projection, concat, gate or mixed.
        long: whether the bypassed path changes resolution on its way and comes back.
        fork: node where the paths part.
        merge: node where they meet.
        merge_type: add, subtract, concat or multiply.
        module: path of the module whose ``forward`` merges.
        branch: nodes strictly between fork and merge on the skip branch, in order.
        bypassed: nodes on the paths that the skip bypasses, in order.
        shape: shape of the tensor that arrives at the merge over the skip branch.
        parameters: parameters that the skip branch works with, each counted once.
        bypassed_parameters: those of the bypassed paths, counted in the same way.
        held: elements of each parameter of the branch, by name.
        gradient: whether a gradient flows back over the skip branch; false if it is detached.
        scale: what the branch is multiplied by: the value of a constant, ``parameter``, ``norm``
            or ``computed``; empty if it is not scaled.
        streams: the number of earlier tensors that are mixed; None for other kinds.
        loop: the number that it has in common with the same connection in other steps of a loop;
            None outside of loops.
        count: how many steps of a loop it represents.
    """

    kind: SkipKind
    long: bool
    fork: str
    merge: str
    merge_type: str
    module: str
    branch: tuple[str, ...]
    bypassed: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    bypassed_parameters: int = 0
    gradient: bool = True
    scale: str = ""
    streams: int | None = None
    held: Mapping[str, int] = field(default_factory=dict, hash=False)
    loop: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Untyped:
    """A sum that looks residual, and is no skip connection.

    Attributes:
        merge: the operation that adds or subtracts.
        reason: why it is none.
        fork: where the paths part; empty where a tensor is added to itself.
        shape: the shape of the tensor that would arrive over the skip branch.
        others: the shapes of what it is added to.
        result: the shape of the sum.
    """

    merge: str
    reason: Refusal
    fork: str = ""
    shape: tuple[int, ...] = ()
    others: tuple[tuple[int, ...], ...] = ()
    result: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundSkips:
    """What the search for skip connections found.

    Attributes:
        skips: all skip connections, those of loops in every step, ordered by their merges.
        untyped: the sums that look residual and are none, in order.
    """

    skips: tuple[Skip, ...] = ()
    untyped: tuple[Untyped, ...] = ()


def numbers_in_list(skips: Sequence[Skip]) -> tuple[int, ...]:
    """For each skip connection of an unrolled graph, its index into what `listed_once` returns."""
    keys = [
        (skip.loop is not None, place if skip.loop is None else skip.loop)
        for place, skip in enumerate(skips)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return tuple(map(numbers.__getitem__, keys))


def listed_once(skips: Sequence[Skip]) -> tuple[Skip, ...]:
    """Skip connections in their order, with one in a loop once: its first step, and its count."""
    numbers = numbers_in_list(skips)
    first = dict(zip(reversed(numbers), reversed(skips)))
    counts = Counter(numbers)
    return tuple(
        replace(skip, count=counts[number]) if counts[number] > 1 else skip
        for number, skip in sorted(first.items())
    )
