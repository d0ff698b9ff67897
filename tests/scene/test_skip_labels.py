"""What is written about skip connections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net, every_kind, resnet
from tests.unequal_blocks import Coupled, Pyramid, Siamese
from visualize.core.architecture import SkipKind
from visualize.scene.skip_labels import beside_arc, skips_in_copies, skips_inside


def test_kinds_that_add_are_residual_and_others_are_counted_alone() -> None:
    assert skips_inside(every_kind().skips) == "3 residual, 1 concat, 1 gate, 1 mixed"
    assert skips_inside(resnet().skips) == "4 residual"
    assert skips_inside(()) == ""


def test_what_copies_differ_in_is_not_counted() -> None:
    identity, gate = (next(s for s in every_kind().skips if s.kind is kind) for kind in _TWO)
    assert skips_in_copies([[identity, gate], [identity], [identity]]) == "1 residual"
    assert skips_in_copies([[identity], [identity, identity]]) == ""


_TWO = SkipKind.IDENTITY, SkipKind.GATE


@pytest.mark.parametrize(
    ("model", "shapes", "label"),
    [
        (Coupled(), (2, 4), ("Coupling, 8 ×4", "144 params each")),
        (Pyramid(), (1, 3, 32, 32), ("Fusion, 8 ×3", "2.3 k each")),
        (Siamese(), [(2, 8), (2, 8)], ("Residual, 8 ×3", "1 residual · 280 params each")),
    ],
)
def test_blocks_count_what_each_of_them_has(
    model: nn.Module, shapes: Any, label: tuple[str, ...]
) -> None:
    figure = visualize.draw(model, shapes, level="block")
    assert label in [box.label for box in figure.scene.boxes]
    assert figure.check() == []


def test_beside_an_arc_is_what_its_branch_does_or_carries() -> None:
    exact = every_kind()
    labels = {skip.kind: beside_arc(exact, skip) for skip in exact.skips}
    assert labels[SkipKind.IDENTITY] == labels[SkipKind.GATE] == ""
    assert labels[SkipKind.SCALED] == "× 0.5"
    assert labels[SkipKind.CONCAT] == "8×16×16"
    assert labels[SkipKind.MIXED] == "4 streams"
    (projection,) = (skip for skip in resnet().skips if skip.kind is SkipKind.PROJECTION)
    assert beside_arc(resnet(), projection) == "3×3 conv, 16"


@pytest.mark.parametrize(
    ("scale", "label"), [("2", "× 2"), ("parameter", "× parameter"), ("computed", "× gate")]
)
def test_what_scales_a_branch(scale: str, label: str) -> None:
    exact = every_kind()
    assert beside_arc(exact, replace(exact.skips[1], scale=scale)) == label


def test_a_branch_that_only_normalizes_is_named_after_its_norm() -> None:
    net = Net()
    x = net.input()
    net.output(net.add(net.conv(x), net.norm(x, name="bn")))
    exact = net.build()
    scaled = replace(every_kind().skips[1], fork="x", merge="add", branch=("bn",), scale="norm")
    assert beside_arc(exact, scaled) == "BN"


class Affine(nn.Module):
    """A residual block whose shortcut is projected, scaled by a buffer, and by a number."""

    def __init__(self, number: float | None) -> None:
        super().__init__()
        first, second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.conv, self.project = nn.Sequential(first, nn.ReLU(), second), nn.Conv2d(3, 8, 1)
        self.number = number
        self.register_buffer("weight", torch.rand(1, 8, 1, 1))
        self.register_buffer("bias", torch.rand(1, 8, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(x) * self.weight + self.bias
        return self.conv(x) + (y if self.number is None else y * self.number)


@pytest.mark.parametrize(("number", "label"), [(None, "1×1 conv, 8"), (0.5, "1×1 conv, 8, × 0.5")])
def test_a_batch_norm_that_is_written_out_is_not_written_beside_an_arc(
    number: float | None, label: str
) -> None:
    exact = visualize.trace(Affine(number), (1, 3, 8, 8))
    (skip,) = exact.skips
    assert beside_arc(exact, skip) == label
