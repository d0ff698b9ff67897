"""What a product sums over and what it keeps, checked against shapes that torch returns."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from visualize.annotate.products import Axes, factors_of

CASES: list[tuple[str, Callable[[Tensor, Tensor], Tensor], dict[str, object], str, str]] = [
    ("matmul", torch.matmul, {}, "lk", "kr"),
    ("mm", torch.mm, {}, "lk", "kr"),
    ("inner", torch.inner, {}, "lk", "rk"),
    ("mv", torch.mv, {}, "lk", "k"),
    ("dot", torch.dot, {}, "k", "k"),
    ("tensordot", lambda x, y: torch.tensordot(x, y, 1), {"dims": 1}, "lk", "krs"),
    ("tensordot", lambda x, y: torch.tensordot(x, y, ([0], [-1])), {"dims": ([0], [-1])},
     "klm", "rk"),
    ("einsum", lambda x, y: torch.einsum("ik,jk->ji", x, y), {"equation": "ik,jk->ji"},
     "lk", "rk"),
    ("einsum", lambda x, y: torch.einsum("ab, bcd", x, y), {"equation": "ab, bcd"}, "lk", "krs"),
]  # fmt: skip
SIZES = {"k": 7, "l": 2, "m": 3, "r": 5, "s": 11}


@pytest.mark.parametrize(("kind", "product", "arguments", "left", "right"), CASES)
def test_axes_are_summed_or_kept(
    kind: str,
    product: Callable[[Tensor, Tensor], Tensor],
    arguments: dict[str, object],
    left: str,
    right: str,
) -> None:
    made = product(*(torch.ones([SIZES[axis] for axis in factor]) for factor in (left, right)))
    kept = 1
    for at, factor in enumerate((left, right)):
        axes = Axes.of(kind, arguments, at, len(factor))
        assert axes
        assert not axes.stacked
        assert {factor[axis] for axis in axes.summed} == {"k"}
        kept *= math.prod(SIZES[factor[axis]] for axis in axes.kept)
    assert made.numel() == kept


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("outer", {}), ("addr", {}), ("multidot", {}), ("einsum", {}),
        ("einsum", {"equation": "...i,io"}), ("einsum", {"equation": "ij,jk,kl"}),
        ("einsum", {"equation": "ii,ij->j"}), ("tensordot", {"dims": None}),
    ],
)  # fmt: skip
def test_other_products_are_not_known(kind: str, arguments: dict[str, object]) -> None:
    assert Axes.of(kind, arguments, 0, 2) is None


def test_a_product_of_each_pair_is_stacked() -> None:
    assert Axes.of("einsum", {"equation": "ebd,edk->ebk"}, 1, 3) == Axes((1,), (2,), (0,))
    assert Axes.of("bmm", {}, 1, 3) == Axes((1,), (2,), (0,))


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("matmul", {"0": "x", "1": "w"}), ("rmatmul", {"0": "w", "1": "x"}),
        ("addmm", {"0": "b", "1": "x", "2": "w"}), ("addmm", {"mat2": "w", "mat1": "x"}),
        ("baddbmm", {"batch1": "x", "batch2": "w"}),
        ("einsum", {"equation": "", "1": "x", "2": "w"}),
        ("einsum", {"equation": "", "1": ["x", "w"]}),
    ],
)  # fmt: skip
def test_factors_are_in_order(kind: str, arguments: dict[str, object]) -> None:
    assert factors_of(kind, arguments) == ("x", "w")


def test_a_product_of_three_has_no_two_factors() -> None:
    assert factors_of("einsum", {"equation": "", "1": "x", "2": "w", "3": "y"}) is None
    assert factors_of("matmul", {"0": "x"}) is None
