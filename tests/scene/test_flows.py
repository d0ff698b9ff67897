"""What flows between two boxes: one tensor, or several with their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.check.agreement import check_agreement
from visualize.core.architecture import TensorSpec
from visualize.core.choices import Level
from visualize.scene.flows import made_between, read_twice, shapes, tensors_between
from visualize.simplify import simplify


class Seq2Seq(nn.Module):
    """Both states of one recurrent layer are those that the other begins with."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(8, 16, batch_first=True)
        self.decoder = nn.LSTM(4, 16, batch_first=True)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        out: Tensor = self.decoder(y, self.encoder(x)[1])[0]
        return out


class Pyramid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Conv2d(3, 8, 3, 2, padding=1)
        self.coarse = nn.Conv2d(8, 16, 3, 2, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(x)
        return fine, self.coarse(fine)


class Heads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Conv2d(8, 4, 1)
        self.coarse = nn.Conv2d(16, 4, 1)

    def forward(self, maps: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        return self.fine(maps[0]), self.coarse(maps[1])


class Fused(nn.Module):
    """Queries, keys and values of one layer."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(16, 48)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, 2, 8)).permute(2, 0, 3, 1, 4).unbind(0)
        return nn.functional.scaled_dot_product_attention(q, k, v)


class Twice(nn.Module):
    """Two layers of one block read the same tensor."""

    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.one = nn.Conv2d(width, 4, 1)
        self.other = nn.Conv2d(width, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.one(x).relu() * self.other(x)


class Residual(nn.Module):
    """A residual block of two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(x).relu())


class AllOutputs(nn.Module):
    """The input and the results of all blocks, concatenated."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Residual() for _ in range(blocks))
        self.last = nn.Conv2d(8 * (blocks + 1), 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        results = [x]
        for block in self.blocks:
            results.append(block(results[-1]))
        return self.last(torch.cat(results, 1))


def carried(model: nn.Module, inputs: Any, level: str = "layer", **options: Any) -> list[str]:
    figure = visualize.draw(model, inputs, level=level, **options)
    assert check_agreement(figure.architecture, figure.scene) == []
    return [arrow.label for arrow in figure.scene.arrows if arrow.label]


def test_several_tensors_have_several_shapes() -> None:
    assert "2 × (1×16)" in carried(Seq2Seq(), ((2, 5, 8), (2, 7, 4)))
    assert "3 × (2×10×8)" in carried(Fused(), (2, 10, 16))
    pyramid = nn.Sequential(Pyramid(), Heads())
    labels = carried(pyramid, (1, 3, 16, 16), collapse=["Pyramid", "Heads"])
    assert "8×8×8, 16×4×4" in labels


@pytest.mark.parametrize("blocks", [2, 3])
def test_results_of_a_collapsed_stage_are_counted(blocks: int) -> None:
    """What reads all of them gets more than one, though none has a new shape."""
    net = nn.Sequential(nn.Conv2d(3, 8, 1), AllOutputs(blocks))
    labels = carried(net, (1, 3, 8, 8), level="stage")
    assert f"{blocks} × (8×8×8)" in labels


def test_a_tensor_that_is_read_twice_is_one() -> None:
    model = nn.Sequential(nn.Conv2d(3, 5, 1), Twice(5))
    assert carried(model, (1, 3, 8, 8), collapse=["Twice"])[0] == "5×8×8"
    diagram = simplify(visualize.trace(Twice(), (1, 3, 8, 8)), Level.LAYER)
    assert {
        len(tensors) for tensors in tensors_between(diagram, made_between(diagram)).values()
    } == {1}


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(Twice(8) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


def test_arrows_show_the_tensors_of_one_copy() -> None:
    assert carried(Branches(), (1, 8, 6, 6), level="block")[0] == "4×6×6"


def test_many_shapes_are_counted() -> None:
    tensors = [TensorSpec((size, 56, 56)) for size in (64, 128, 256)]
    assert shapes(tensors[:2]) == "64×56×56, 128×56×56"
    assert shapes(tensors) == "3 tensors"
    assert shapes([]) == ""


@pytest.mark.parametrize("label", ["4 × (2×10×8)", "3 × (2×10×9)"])
def test_a_false_number_of_tensors_is_found(label: str) -> None:
    figure = visualize.draw(Fused(), (2, 10, 16), level="layer")
    arrows = [
        replace(arrow, label=label) if "(" in arrow.label else arrow
        for arrow in figure.scene.arrows
    ]
    scene = replace(figure.scene, arrows=tuple(arrows))
    (finding,) = check_agreement(figure.architecture, scene)
    assert "of the shape 2×10" in str(finding)


class Gated(nn.Module):
    """A block that joins what it reads with a gate that is computed from it."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(8, 8, 1)
        self.up = nn.ConvTranspose2d(8, 8, 2, 2)
        self.out = nn.Conv2d(16, 8, 3, padding=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        gate = torch.sigmoid(self.squeeze(skip.mean((2, 3), keepdim=True)))
        out: Tensor = self.out(torch.cat((self.up(x) * gate, skip), 1))
        return out


class GatedNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(nn.Conv2d(8, 8, 3, 2, 1) for _ in range(3))
        self.decoder = nn.ModuleList(Gated() for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for down in self.down:
            x = down(x)
            found.append(x)
        for decoder, skip in zip(self.decoder, found[-2::-1]):
            x = decoder(x, skip)
        return x


def test_what_a_closed_block_reads_twice_has_one_arrow() -> None:
    architecture = visualize.trace(GatedNet(), (1, 8, 32, 32))
    diagram = simplify(architecture, Level.BLOCK)
    assert len(read_twice(diagram, made_between(diagram))) == 2
    arrows = visualize.draw(architecture, level="block").scene.arrows
    ends = [(one.source, one.target) for one in arrows]
    assert len(set(ends)) == len(ends)
    assert sum(one.skip == "concat" for one in arrows) == 2
    layers = simplify(architecture, Level.LAYER)
    assert not read_twice(layers, made_between(layers))
