"""Products take the same number of FLOPs, whichever operator computes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor
from torch.nn import functional as F

import visualize
from tests.nets import Function

B, M, K, N = 2, 3, 5, 7


def given(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(shape).to(dtype)


def pairs(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    return given(B, M, K, dtype=dtype), given(B, K, N, dtype=dtype)


MATRIX, VECTOR, SUM = given(M, K), given(K), given(M)
LEFT, RIGHT = pairs()
COMPLEX = torch.complex64

# The function, what it is given, and the MACs by hand.
REAL: dict[str, tuple[Callable[..., Any], tuple[Tensor, ...], int]] = {
    "mv": (torch.mv, (MATRIX, VECTOR), M * K),
    "@ vector": (torch.matmul, (MATRIX, VECTOR), M * K),
    "addmv": (torch.addmv, (SUM, MATRIX, VECTOR), M * K),
    "linear of a vector": (F.linear, (VECTOR, MATRIX, SUM), M * K),
    "einsum with a vector": (lambda a, b: torch.einsum("ik,k->i", a, b), (MATRIX, VECTOR), M * K),
    "dot": (torch.dot, (VECTOR, VECTOR), K),
    "vdot": (torch.vdot, (VECTOR, VECTOR), K),
    "inner": (torch.inner, (VECTOR, VECTOR), K),
    "vecdot": (torch.linalg.vecdot, (MATRIX, MATRIX), M * K),
    "vecdot along another axis": (
        lambda a, b: torch.linalg.vecdot(a, b, dim=0), (MATRIX, MATRIX), M * K
    ),
    "bmm": (torch.bmm, (LEFT, RIGHT), B * M * K * N),
    "baddbmm": (torch.baddbmm, (given(B, M, N), LEFT, RIGHT), B * M * K * N),
    "addmv in place": (lambda s, a, b: s.clone().addmv_(a, b), (SUM, MATRIX, VECTOR), M * K),
    "bilinear": (F.bilinear, (MATRIX, given(M, N), given(B, K, N)), M * B * (K * N + N)),
    "bilinear as einsum": (
        lambda x, y, w: torch.einsum("bi,oij,bj->bo", x, w, y),
        (MATRIX, given(M, N), given(B, K, N)), M * B * (K * N + N),
    ),
    "kron": (lambda a, b: torch.kron(a, b), (MATRIX, MATRIX), 0),
    "addbmm": (torch.addbmm, (given(M, N), LEFT, RIGHT), B * M * K * N),
    "einsum": (lambda a, b: torch.einsum("bik,bkj->bij", a, b), (LEFT, RIGHT), B * M * K * N),
    "tensordot": (
        lambda a, b: torch.tensordot(a, b, ([0, 2], [0, 1])), (LEFT, RIGHT), B * M * K * N
    ),
    "multi_dot": (
        lambda a, b: torch.linalg.multi_dot([a[0], b[0], b[0].T]), (LEFT, RIGHT), 2 * M * K * N
    ),
    "integers": (
        lambda a, b: torch._int_mm(a.to(torch.int8), b.to(torch.int8)),
        (given(32, 16), given(16, 24)), 32 * 16 * 24,
    ),
    "over time": (
        lambda x, w, b: torch.conv_tbc(x, w, b, 0),
        (given(9, B, K), given(3, K, N), given(N)), 7 * B * N * 3 * K,
    ),
    "deformable": (
        lambda x, at, w: torchvision.ops.deform_conv2d(x, at, w, padding=1),
        (given(1, K, 8, 8), given(1, 18, 8, 8), given(N, K, 3, 3)), 64 * N * K * 9,
    ),
    "grouped heads": (
        lambda q, k: F.scaled_dot_product_attention(q, k, k, enable_gqa=True),
        (given(1, 4, 6, 8), given(1, 2, 6, 8)), 2 * 4 * 6 * 6 * 8,
    ),
    "a grid": (
        lambda a: F.affine_grid(a, [B, 3, 4, 4], align_corners=False), (given(B, 2, 3),),
        B * 16 * 2 * 3,
    ),
    "outer": (torch.outer, (SUM, VECTOR), 0),
    "outer by einsum": (lambda a, b: torch.einsum("i,j->ij", a, b), (SUM, VECTOR), 0),
    "outer by broadcasting": (lambda a, b: a[:, None] * b, (SUM, VECTOR), 0),
    "addr": (torch.addr, (MATRIX, SUM, VECTOR), 0),
}  # fmt: skip


@pytest.mark.parametrize("tracer", ["auto", "recorded"])
@pytest.mark.parametrize("name", REAL)
def test_macs_are_those_counted_by_hand(name: str, tracer: str) -> None:
    function, tensors, macs = REAL[name]
    assert visualize.trace(Function(function), tensors, tracer=tracer).macs == macs


CONVOLVED, KERNEL = (given(B, 3, 9, dtype=COMPLEX), given(4, 3, 3, dtype=COMPLEX))
COMPLEX_CASES: dict[str, tuple[Callable[..., Any], tuple[Tensor, ...], int]] = {
    "bmm": (torch.bmm, pairs(COMPLEX), B * M * K * N),
    "einsum": (lambda a, b: torch.einsum("bik,bkj->bij", a, b), pairs(COMPLEX), B * M * K * N),
    "dot": (torch.dot, (VECTOR.to(COMPLEX), VECTOR.to(COMPLEX)), K),
    "linear": (F.linear, (MATRIX.to(COMPLEX), MATRIX.to(COMPLEX)), M * K * M),
    "conv": (F.conv1d, (CONVOLVED, KERNEL), B * 7 * 4 * 9),
    "transposed conv": (
        F.conv_transpose1d, (CONVOLVED, KERNEL.transpose(0, 1).contiguous()), B * 9 * 3 * 4 * 3
    ),
}  # fmt: skip


@pytest.mark.parametrize("tracer", ["auto", "recorded"])
@pytest.mark.parametrize("name", COMPLEX_CASES)
def test_a_complex_product_counts_as_four_real_ones(name: str, tracer: str) -> None:
    function, tensors, macs = COMPLEX_CASES[name]
    assert visualize.trace(Function(function), tensors, tracer=tracer).macs == 4 * macs


@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr])
def test_zeros_that_are_not_stored_are_not_multiplied(layout: torch.layout) -> None:
    class Sparse(torch.nn.Module):
        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            return torch.sparse.mm(a.to_sparse(layout=layout), b)

    matrix = torch.eye(6, 4)
    architecture = visualize.trace(Sparse(), (matrix, given(4, 3)), tracer="recorded")
    assert architecture.macs == 4 * 3
