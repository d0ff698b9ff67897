"""What a U does at one resolution is one box where few boxes are wanted."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind, Diagram
from visualize.simplify import Simplifier
from visualize.simplify.scales import close_scales, has_scales


class Block(nn.Module):
    def __init__(self, read: int, made: int) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(read, made, 3, 1, 1), nn.Conv2d(made, made, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.two(self.one(x).relu())
        return out


class Lists(nn.Module):
    """A U whose ``forward`` loops over lists, as many write it."""

    def __init__(self, depth: int, blocks: int = 2) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.down = nn.ModuleList(
            nn.ModuleList(Block(8, 8) for _ in range(blocks)) for _ in range(depth)
        )
        self.pool = nn.MaxPool2d(2)
        self.middle = nn.ModuleList([Block(8, 8), Block(8, 8)])
        self.up = nn.ModuleList(nn.ConvTranspose2d(8, 8, 2, 2) for _ in range(depth))
        self.decoder = nn.ModuleList(
            nn.ModuleList(Block(16, 8) for _ in range(blocks)) for _ in range(depth)
        )

    def forward(self, x: Tensor) -> Tensor:
        found = []
        x = self.stem(x)
        for level in self.down:
            for block in level:  # type: ignore[attr-defined]
                x = block(x)
                found.append(x)
            x = self.pool(x)
        for block in self.middle:
            x = block(x)
        for up, level in zip(self.up, self.decoder):
            x = up(x)
            for block in level:  # type: ignore[attr-defined]
                x = block(torch.cat((x, found.pop()), 1))
        return x


def exact(depth: int) -> Architecture:
    return visualize.trace(Lists(depth), (1, 3, 64, 64))


def closed(architecture: Architecture) -> Diagram:
    return close_scales(Simplifier(architecture).to(Level.STAGE, folded=False))


@pytest.mark.parametrize("depth", [2, 4])
def test_each_side_has_a_box_for_each_resolution(depth: int) -> None:
    boxes = closed(exact(depth)).boxes
    names = [str(box.label[0]) for box in boxes if box.kind is BoxKind.COMPUTATION]
    assert names == ["2 Blocks"] * (2 * depth + 1)


def test_nothing_is_lost_and_skips_lead_from_side_to_side() -> None:
    architecture = exact(3)
    diagram = closed(architecture)
    assert sum(box.parameters for box in diagram.boxes) == architecture.parameters
    skips = {wire.skip for _, _, wire in diagram.wires if wire.skip is not None}
    assert len(skips) == len(architecture.skips)


def test_a_network_without_long_skips_has_no_scales() -> None:
    plain = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    assert not has_scales(visualize.trace(plain, (1, 3, 9, 9)))
    assert has_scales(exact(2))


def test_a_u_of_many_blocks_fits_a_page() -> None:
    figure = visualize.draw(exact(5))
    assert figure.fits_page
    assert not figure.check()


def test_panels_show_what_is_done_at_one_resolution() -> None:
    figure = visualize.draw(exact(5))
    kinds = {box.label[0] for box in figure.scene.boxes}
    assert any(kind.startswith("2 Blocks") for kind in kinds)
    assert figure.scene.details


class Wrapped(nn.Module):
    """A list whose last entry is one layer, in the class of all."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return out


class Uneven(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            Wrapped(layer)
            for _ in range(3)
            for layer in (Block(8, 8), Block(8, 8), nn.Conv2d(8, 8, 3, 2, 1))
        )
        self.middle = Wrapped(Block(8, 8))
        self.up = nn.ModuleList(
            Wrapped(layer)
            for _ in range(3)
            for layer in (nn.ConvTranspose2d(8, 8, 2, 2), Block(16, 8), Block(16, 8))
        )

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for place, one in enumerate(self.down):
            x = one(x)
            if place % 3 < 2:
                found.append(x)
        x = self.middle(x)
        for place, one in enumerate(self.up):
            x = one(torch.cat((x, found.pop()), 1) if place % 3 else x)
        return x


def test_modules_are_counted_by_their_class() -> None:
    architecture = visualize.trace(Uneven(), (1, 8, 64, 64))
    diagram = close_scales(Simplifier(architecture).to(Level.STAGE, depth=1, folded=False))
    names = {str(box.label[0]) for box in diagram.boxes if box.kind is BoxKind.COMPUTATION}
    assert "3 Wrappeds" in names


class Laterals(Lists):
    """A block and a layer at each resolution."""

    def __init__(self) -> None:
        super().__init__(3, blocks=1)
        self.more = nn.ModuleList(nn.Conv2d(8, 8, 5, 1, 2) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        found = []
        x = self.stem(x)
        for (block,), more in zip(self.down, self.more):  # type: ignore[misc]
            x = more(block(x))
            found.append(x)
            x = self.pool(x)
        for (block,), up in zip(self.decoder, self.up):  # type: ignore[misc]
            x = block(torch.cat((up(x), found.pop()), 1))
        return x


def test_layers_beside_blocks_are_not_counted() -> None:
    architecture = visualize.trace(Laterals(), (1, 3, 64, 64))
    names = {str(box.label[0]) for box in closed(architecture).boxes if box.label}
    assert "Block, conv" in names
