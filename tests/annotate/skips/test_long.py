"""Which skip connections are long."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run
from tests.found_skips import essence
from tests.graphs import Net, residual_block, unet
from visualize.annotate.skips import find_skips


class TestLong:
    def test_unet(self) -> None:
        skips = {skip.fork: skip for skip in find_skips(unet().graph)}
        assert {fork: (skip.kind.value, skip.long) for fork, skip in skips.items()} == {
            "down0": ("concat", True),
            "down1": ("concat", True),
        }
        assert set(skips["down0"].bypassed) > set(skips["down1"].bypassed)

    def test_unet_down_to_one_value(self, net: Net) -> None:
        """The innermost skip connection of pix2pix."""
        x = net.input(1, 8, 2, 2)
        y = net.conv(x, stride=2)
        net.cat(x, net.resize("ConvTranspose2d", y, 2))
        assert [skip.long for skip in find_skips(net.graph)] == [True]

    def test_feature_pyramid(self, net: Net, x: str) -> None:
        lateral = net.conv(x, name="lateral")
        top = net.conv(net.conv(x, stride=2), name="top")
        net.add(lateral, net.resize("interpolate", top, 2))
        assert [(essence(skip), skip.long) for skip in find_skips(net.graph)] == [
            (("projection", "x", "add", ("lateral",)), True)
        ]

    def test_downsampling_block(self, net: Net, x: str) -> None:
        residual_block(net, x, 16, stride=2)
        assert [(skip.kind.value, skip.long) for skip in find_skips(net.graph)] == [
            ("projection", False)
        ]

    def test_every_bypassed_path_must_go_down(self, net: Net, x: str) -> None:
        """The queries of an attention keep the resolution at which keys and values are reduced."""
        query = net.conv(x, name="query")
        reduced = net.conv(x, stride=2, name="reduce")
        net.add(net.function("attention", query, reduced), x)
        assert [skip.long for skip in find_skips(net.graph)] == [False]

    def test_tokens(self, net: Net) -> None:
        x = net.linear(net.input(1, 64, 8))
        merged = net.linear(net.function("reshape", x, shape=(1, 16, 32)), 16)
        parted = net.function("reshape", net.linear(merged, 32), shape=(1, 64, 8))
        net.add(net.linear(parted), x)
        assert [skip.long for skip in find_skips(net.graph)] == [True]

    def test_global_pool_is_no_resolution(self, net: Net, x: str) -> None:
        pooled = net.conv(net.conv(net.global_pool(x), 2), 8)
        net.add(x, net.resize("Upsample", pooled, 16))
        assert [skip.long for skip in find_skips(net.graph)] == [False]

    def test_cropped_as_the_first_u_net(self, net: Net, x: str) -> None:
        top = net.conv(x, name="top")
        y = net.conv(net.resize("MaxPool2d", top, 0.5))
        y = net.resize(
            "Upsample",
            net.function(
                "conv2d", y, net.constant("kernel", 8, 8, 3, 3), shape=(1, 8, 6, 6), stride=1
            ),
            2,
        )
        every, middle = "slice(None, None, None)", "slice(2, -2, None)"
        crop = net.function("getitem", top, shape=(1, 8, 12, 12), b=[every, every, middle, middle])
        net.cat(crop, y)
        assert [(skip.kind.value, skip.long) for skip in find_skips(net.graph)] == [
            ("concat", True)
        ]

    def test_several_at_one_resolution(self, net: Net, x: str) -> None:
        """A path from the first fork to its merge leads over the second connection."""
        one = net.conv(x, name="one")
        two = net.conv(one, name="two")
        low = net.conv(net.resize("MaxPool2d", two, 0.5), name="low")
        y = net.conv(net.cat(net.resize("Upsample", low, 2), two), name="three")
        net.cat(y, one)
        skips = {skip.fork: skip.long for skip in find_skips(net.graph)}
        assert skips == {"two": True, "one": True}

    def test_windows_of_tokens_that_are_averaged_and_repeated(self) -> None:
        layers = nn.Linear(16, 16), nn.Linear(16, 16)
        for run, is_long in [
            (lambda one, two, x: joined(x, two(one(x).view(2, 4, 2, 16).mean(2)), 2), True),
            (lambda one, two, x: joined(x, two(one(x).view(2, 2, 4, 16).amax(2)), 4), True),
            # of heads, and of a stack
            (lambda one, two, x: joined(x, one(x).view(2, 8, 2, 8).mean(2), 1), False),
            (lambda one, two, x: joined(x, torch.stack([one(x), two(x)]).mean(0), 1), False),
        ]:
            skips = visualize.trace(Run(run, *layers), (2, 8, 16)).skips
            assert [(skip.kind.value, skip.long) for skip in skips] == [("concat", is_long)]


def joined(x: Tensor, y: Tensor, times: int) -> Tensor:
    return torch.cat([x, y.repeat_interleave(times, dim=1) if times > 1 else y], -1)
