"""Products of two tensors, ``matmul`` to ``einsum``: the factors, and what becomes of an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Of these, the first argument is added to the product of the next two.
_WITH_SUMMAND = frozenset({"addmm", "addmv", "addr", "addbmm", "baddbmm", "linear"})
# Of these, each axis is given: there is one factor for a matrix and one for a matrix or vector.
_MATRICES = frozenset({"matmul", "rmatmul", "mm", "bmm", "mv", "dot", "vdot"})


def factors_of(kind: str, arguments: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """The two factors of a product, left and right.

    >>> factors_of("addmm", {"input": "b", "mat1": "x", "mat2": "w"})
    ('x', 'w')

    Args:
        kind: the family of the operation.
        arguments: what it is given, in order, by name or position.
    """
    values = list(arguments.values())
    if kind == "einsum" and len(values) == 2 and isinstance(values[1], (list, tuple)):
        values = [values[0], *values[1]]
    for left, right in (("mat1", "mat2"), ("batch1", "batch2"), ("mat", "vec")):
        if left in arguments and right in arguments:
            return arguments[left], arguments[right]
    first = 1 if kind in _WITH_SUMMAND or kind == "einsum" else 0
    found = values[first : first + 2]
    if len(found) < 2 or (kind == "einsum" and len(values) != 3):
        return None
    return (found[1], found[0]) if kind == "rmatmul" else (found[0], found[1])


@dataclass(frozen=True)
class Axes:
    """What becomes of the axes of one factor.

    Attributes:
        summed: those that the product sums over.
        kept: those that the result has and the other factor has not.
        stacked: those that number the products, which both factors have or could have.
    """

    summed: tuple[int, ...]
    kept: tuple[int, ...]
    stacked: tuple[int, ...] = ()

    @classmethod
    def of(cls, kind: str, arguments: Mapping[str, Any], at: int, rank: int) -> Axes | None:
        """The axes of the factor at a place, 0 for the left one; None if they are not known.

        >>> Axes.of("matmul", {}, 1, 2)
        Axes(summed=(0,), kept=(1,), stacked=())
        >>> Axes.of("einsum", {"equation": "bld,dhk->blhk"}, 1, 3)
        Axes(summed=(0,), kept=(1, 2), stacked=())

        Args:
            kind: the family of the product.
            arguments: what it is given.
            at: the place of the factor.
            rank: its number of dimensions.
        """
        if kind == "einsum":
            return _axes_of_einsum(arguments.get("equation"), at, rank)
        if kind == "tensordot":
            return _axes_of_tensordot(arguments.get("dims", 2), at, rank)
        if kind == "inner":
            return cls((rank - 1,), tuple(range(rank - 1)))
        if kind not in _MATRICES | _WITH_SUMMAND or kind == "addr":
            return None
        if rank < 2:
            return cls((0,), ())
        summed, kept = (rank - 1, rank - 2) if at == 0 else (rank - 2, rank - 1)
        return cls((summed,), (kept,), tuple(range(rank - 2)))


def _axes_of_einsum(equation: object, at: int, rank: int) -> Axes | None:
    if not isinstance(equation, str):
        return None
    given, arrow, result = equation.replace(" ", "").partition("->")
    terms = given.split(",")
    if len(terms) != 2 or len(terms[at]) != rank or "." in terms[at]:
        return None
    own, other = terms[at], terms[1 - at]
    if len(set(own)) < len(own):  # a diagonal
        return None
    if not arrow:
        result = "".join(letter for letter in given if given.count(letter) == 1)

    def where(is_in: Sequence[bool]) -> tuple[int, ...]:
        return tuple(
            axis
            for axis, letter in enumerate(own)
            if [letter in other, letter in result] == list(is_in)
        )

    summed, kept, stacked = where([True, False]), where([False, True]), where([True, True])
    return Axes(summed, kept, stacked) if summed and not where([False, False]) else None


def _axes_of_tensordot(dims: object, at: int, rank: int) -> Axes | None:
    if isinstance(dims, int):
        summed = tuple(range(dims) if at else range(rank - dims, rank))
    elif isinstance(dims, (list, tuple)) and len(dims) == 2:
        own = dims[at] if isinstance(dims[at], (list, tuple)) else [dims[at]]
        summed = tuple(axis % rank for axis in own)
    else:
        return None
    return Axes(summed, tuple(axis for axis in range(rank) if axis not in summed))
