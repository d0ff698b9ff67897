"""Which skip connections are long."""

from __future__ import annotations

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
