"""Rearrangements of an image: channel shuffle, windows, patches."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import Tensor, nn

from tests.formulas import first_lines


class Rearranged(nn.Module):
    """A convolution, a rearrangement, and an activation of what it returns."""

    def __init__(self, rearrange: Callable[[Tensor], Tensor], stride: int = 1) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 8, stride, stride)
        self.rearrange = rearrange

    def forward(self, x: Tensor) -> Tensor:
        return self.rearrange(self.layer(x)).relu()


def shuffle(x: Tensor) -> Tensor:
    return x.view(1, 2, 4, 12, 12).transpose(1, 2).reshape(1, 8, 12, 12)


def window(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 3, 4, 3, 4, 8)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(9, 16, 8)


def grid(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 3, 4, 3, 4, 8)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(16, 9, 8)


def merge(x: Tensor) -> Tensor:
    return x.reshape(1, 3, 3, 4, 4, 8).permute(0, 1, 3, 2, 4, 5).reshape(1, 12, 12, 8)


def merge_patches(x: Tensor) -> Tensor:
    x = x.permute(0, 2, 3, 1).reshape(1, 6, 2, 6, 2, 8)
    return x.permute(0, 1, 3, 4, 2, 5).flatten(3)


def spread(x: Tensor, height: int, width: int) -> Tensor:
    """The channels of each place, which come last, as 2 × 2 places."""
    return x.reshape(len(x), height, width, 2, 2, -1)


@pytest.mark.parametrize(
    ("rearrange", "line"),
    [
        (shuffle, "channel shuffle, 2 groups"),
        (lambda x: nn.ChannelShuffle(2)(x), "channel shuffle"),
        (window, "window partition 4×4"),
        (lambda x: window(x.roll((-2, -2), (2, 3)).relu()), "window partition 4×4"),
        (lambda x: window(x.roll((-2, -2), (2, 3))), "shifted window partition 4×4"),
        (lambda x: window(x.roll((0, 0), (2, 3))), "window partition 4×4"),
        (lambda x: window(x.roll(shifts=0, dims=2)), "window partition 4×4"),
        (lambda x: merge(window(x).relu()).roll((0, 0), (1, 2)), "window merge"),
        (grid, "grid partition 3×3"),
        (lambda x: window(x).transpose(0, 1), "grid partition 3×3"),
        (lambda x: window(x).permute(1, 0, 2), "grid partition 3×3"),
        (lambda x: merge(window(x).relu()), "window merge"),
        (lambda x: merge(window(x).transpose(0, 1).relu().swapaxes(0, 1)), "grid merge"),
        (lambda x: merge(window(x).relu()).roll((2, 2), (1, 2)), "shifted window merge"),
        (merge_patches, "patch merging 2×2"),
        (
            lambda x: (
                spread(x.flatten(2).mT, 12, 12).permute(0, 5, 1, 3, 2, 4).reshape(1, 2, 24, 24)
            ),
            "unpatchify 2×2",
        ),
        (
            lambda x: (
                spread(x.flatten(2).mT, 12, 12).permute(0, 1, 3, 2, 4, 5).reshape(1, 24, 24, 2)
            ),
            "unpatchify 2×2",
        ),
        (
            lambda x: x.view(1, 2, 2, 2, 12, 12).permute(0, 1, 4, 2, 5, 3).reshape(1, 2, 24, 24),
            "2× pixel shuffle",
        ),
        (
            lambda x: spread(x.permute(0, 2, 3, 1), 12, 12).transpose(2, 3).reshape(1, 24, 24, 2),
            "2× pixel shuffle",
        ),
    ],
)
def test_rearrangements(rearrange: Callable[[Tensor], Tensor], line: str) -> None:
    lines = first_lines(Rearranged(rearrange), 1, 3, 12, 12)
    assert line in [each.partition(" · ")[0] for each in lines]


@pytest.mark.parametrize(
    "rearrange",
    [
        lambda x: x.view(1, 2, 4, 12, 12).reshape(1, 8, 12, 12),
        lambda x: x.view(1, 2, 4, 12, 12).transpose(1, 2).reshape(1, 4, 2, 144),
        lambda x: x.view(1, 8, 3, 4, 12, 1).permute(0, 1, 3, 2, 4, 5).flatten(4),
        lambda x: x.view(1, 8, 3, 4, 12).transpose(2, 3).reshape(1, 8, 12, 12).transpose(1, 2),
        lambda x: x.view(1, 8, 144).transpose(1, 2).reshape(1, 12, 12, 8),
        lambda x: x.view(1, 8, 144).transpose(1, 2),
        lambda x: x.view(1, 8, 12, 3, 4).transpose(3, 4).reshape(1, 8, 12, 12),
    ],
)
def test_other_rearrangements_are_not_drawn(rearrange: Callable[[Tensor], Tensor]) -> None:
    lines = first_lines(Rearranged(rearrange), 1, 3, 12, 12)
    assert not any(
        word in line for line in lines for word in ("window", "grid", "patch", "shuffle")
    )


def test_patch_embedding() -> None:
    tokens = Rearranged(lambda x: x.flatten(2).transpose(1, 2), stride=4)
    assert first_lines(tokens, 1, 3, 12, 12)[0].startswith("patch embedding 4×4, 8")


def test_a_convolution_that_stays_an_image_embeds_no_patches() -> None:
    image = Rearranged(lambda x: x.flatten(2), stride=4)
    point = Rearranged(lambda x: x.flatten(2).transpose(1, 2), stride=1)
    for model in (image, point):
        assert "conv, 8" in first_lines(model, 1, 3, 12, 12)[0]
