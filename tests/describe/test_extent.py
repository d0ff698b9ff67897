"""The channels, positions and strides of features."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture, TensorSpec
from visualize.describe.extent import Extent, Extents, input_places, stride_of
from visualize.describe.receptive import ReceptiveFields


def extent(traced: Architecture) -> Extent:
    """The extent of what the last operation of a model returns."""
    part = [one for one in traced.operations if one.computes]
    return Extents(input_places(traced), ReceptiveFields.of(traced)).of(part, part[-1])


def extent_by_sizes(shape: tuple[int, ...], places: tuple[int, ...]) -> Extent:
    """The extent of a result of which nothing is known but its shape."""
    traced = visualize.trace(nn.ReLU(), (1, 4))
    result = replace(traced.operations[1], outputs=(TensorSpec(shape),))
    return Extents(places, ReceptiveFields.of(traced)).of((), result)


class Tokens(nn.Module):
    """Patches in one row, their channels last."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, stride=4)
        self.norm = nn.LayerNorm(8)

    def forward(self, image: Tensor) -> Tensor:
        tokens: Tensor = self.norm(self.patches(image).flatten(2).transpose(1, 2))
        return tokens


@pytest.mark.parametrize(
    ("layers", "shape", "places"),
    [
        (nn.Conv2d(3, 8, 3), (1, 3, 32, 48), (32, 48)),
        (nn.Sequential(nn.ReLU(), nn.Conv1d(3, 8, 3)), (1, 3, 100), (100,)),
        (nn.Conv2d(64, 8, 1), (1, 64, 16, 8), (16, 8)),  # fewer places than channels
        (nn.Conv2d(3, 8, 1), (1, 3, 1, 1), (1, 1)),
        (nn.Sequential(nn.Linear(100, 64), nn.Unflatten(1, (4, 4, 4)), nn.Conv2d(4, 8, 3)),
         (1, 100), ()),
        (nn.Linear(16, 4), (1, 16), ()),
    ],
)  # fmt: skip
def test_positions_are_those_of_the_input_of_the_first_convolution(
    layers: nn.Module, shape: tuple[int, ...], places: tuple[int, ...]
) -> None:
    assert input_places(visualize.trace(layers, shape)) == places


@pytest.mark.parametrize(
    ("layers", "shape", "expected"),
    [
        (nn.Conv2d(3, 8, 3, stride=(2, 4), padding=1), (1, 3, 32, 32),
         Extent(8, 128, (2, 4))),
        # As many channels as rows and columns.
        (nn.Conv2d(3, 16, 3, stride=2, padding=1), (1, 3, 32, 32), Extent(16, 256, (2, 2))),
        (nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.Flatten(2)),
         (1, 3, 32, 32), Extent(8, 64, (4,))),
        (Tokens(), (1, 3, 32, 32), Extent(8, 64, (4,))),
        (nn.Linear(16, 4), (1, 16), Extent(4, 1, ())),
    ],
)  # fmt: skip
def test_the_channels_of_a_feature_are_those_that_its_last_layer_makes(
    layers: nn.Module, shape: tuple[int, ...], expected: Extent
) -> None:
    assert extent(visualize.trace(layers, shape)) == expected


def test_without_a_layer_channels_are_what_leaves_the_rest_in_proportion() -> None:
    for shape in ((12, 16, 16), (16, 16, 12)):
        assert extent_by_sizes(shape, (32, 32)) == Extent(12, 256, (2, 2))


def test_a_single_number_has_neither_channels_nor_positions() -> None:
    assert extent_by_sizes((), (32, 32)) == Extent()


def cropped() -> nn.Module:
    """Two halvings on 28 positions, of which convolutions without padding leave 5: 5.6 times."""
    halved = nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2))
    return nn.Sequential(halved, nn.Conv2d(8, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 4, 1))


def upsampled(factor: int) -> nn.Module:
    return nn.Sequential(cropped(), nn.Upsample(scale_factor=factor))


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (cropped(), Extent(4, 25, (4, 4))),
        (upsampled(2), Extent(4, 100, (2, 2))),
        (nn.Sequential(cropped(), nn.ConvTranspose2d(4, 6, 4, stride=4)), Extent(6, 400, (1, 1))),
        (nn.Sequential(cropped(), nn.Flatten(2)), Extent(4, 25, (4,))),
        # Patches that overlap by half and lose a border are three apart.
        (nn.Conv2d(3, 8, 6, stride=3), Extent(8, 64, (3, 3))),
    ],
)
def test_the_stride_is_how_far_apart_positions_see_whatever_is_lost_at_borders(
    layers: nn.Module, expected: Extent
) -> None:
    assert extent(visualize.trace(layers, (1, 3, 28, 28))) == expected


def test_a_stride_of_a_fraction_of_a_position_is_not_known() -> None:
    layers = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Upsample(scale_factor=2))
    assert extent(visualize.trace(layers, (1, 3, 28, 28))).stride == ()


@pytest.mark.parametrize(
    ("sizes", "places", "stride"),
    [
        ((7, 7), (224, 224), (32, 32)),
        ((35, 35), (299, 299), (8, 8)),  # convolutions without padding lose borders
        ((74, 74), (224, 224), (3, 3)),
        ((256,), (256, 256), (16,)),
        ((197,), (224, 224), ()),  # a token that is no place of the image
        ((448, 448), (224, 224), ()),
        ((0, 7), (224, 224), ()),
        ((7, 7), (), ()),
        ((7,), (8, 224, 224), ()),
    ],
)
def test_strides_are_known_or_empty(
    sizes: tuple[int, ...], places: tuple[int, ...], stride: tuple[int, ...]
) -> None:
    assert stride_of(sizes, places) == stride


class Matrix(nn.Module):
    """A matrix for each input, as in PointNet, or heads: what a layer makes is split."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.conv, self.layer = nn.Conv1d(3, 16, 1), nn.Linear(16, math.prod(sizes))
        self.sizes = sizes

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(self.conv(x).amax(2)).view(-1, *self.sizes)


@pytest.mark.parametrize("sizes", [(3, 3), (4, 5), (5, 2, 2)])
def test_what_is_split_has_neither_channels_nor_positions(sizes: tuple[int, ...]) -> None:
    assert extent(visualize.trace(Matrix(*sizes), (2, 3, 20))) == Extent()
