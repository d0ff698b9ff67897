"""Work that is not counted as MACs is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import visualize
from tests.nets import Function

CASES: dict[str, tuple[Callable[[Tensor], object], list[str]]] = {
    "Fourier transforms": (
        lambda x: torch.fft.irfft2(torch.fft.rfft2(torch.fft.irfft2(torch.fft.rfft2(x)))),
        ["MACs do not include: 2 × fft_rfft2, 2 × fft_irfft2"],
    ),
    "distances": (lambda x: torch.cdist(x, x), ["MACs do not include: cdist"]),
    "methods": (lambda x: x.inverse(), ["MACs do not include: inverse"]),
    "linear algebra": (
        lambda x: torch.linalg.solve(torch.linalg.qr(x)[0], x),
        ["MACs do not include: linalg_qr, linalg_solve"],
    ),
    "factors": (
        lambda x: torch.linalg.cholesky(x.mT @ x + torch.eye(8)) + torch.linalg.cholesky_ex(x)[0],
        ["MACs do not include: linalg_cholesky, linalg_cholesky_ex"],
    ),
    "complex numbers": (
        lambda x: (torch.complex(x, x) @ torch.complex(x, x)).real,
        ["a product of complex numbers counts as 4 MACs"],
    ),
    "products": (lambda x: torch.linalg.multi_dot([x[0], x[1], x[0]]).relu() + x.norm(), []),
    "complex numbers without products": (lambda x: torch.complex(x, x).real, []),
}


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("name", CASES)
def test_what_macs_leave_out_is_named(name: str, tracer: str) -> None:
    function, notes = CASES[name]
    assert list(visualize.trace(Function(function), (2, 8, 8), tracer=tracer).notes) == notes


@torch.library.custom_op("visualize_tests::scan", mutates_args=())
def scan(x: Tensor) -> Tensor:
    """What a kernel of somebody else does is unknown."""
    return x.clone()


@scan.register_fake
def _(x: Tensor) -> Tensor:
    return torch.empty_like(x)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("how", [scan, torch.ops.visualize_tests.scan])
def test_operators_of_other_libraries_are_named(
    how: Callable[[Tensor], Tensor], tracer: str
) -> None:
    model = Function(lambda x: how(x) @ x)
    architecture = visualize.trace(model, (4, 4), tracer=tracer)
    assert list(architecture.notes) == ["MACs do not include: scan"]
    assert architecture.macs == 4 * 4 * 4
