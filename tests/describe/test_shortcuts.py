"""Which blocks have a shortcut."""

from __future__ import annotations

from torch import Tensor, nn

import visualize
from tests import nets
from tests.unequal_blocks import Coupled, Pyramid, Siamese


def blocks(model: nn.Module | str, inputs: object = None) -> dict[str, int]:
    """The number of shortcuts of each block."""
    return dict(visualize.summarize(model, inputs).facts.block_shortcuts)


def test_identity_and_projection_count() -> None:
    assert blocks(nets.Residual(), (1, 3, 16, 16)) == {
        "stage1.0": 1, "stage1.1": 1, "stage2.0": 1, "stage2.1": 1,
    }  # fmt: skip


def test_gates_and_long_connections_do_not_count() -> None:
    mobile = blocks("efficientnet_b0")
    assert [path for path, number in mobile.items() if number] == [
        "features.2.1", "features.3.1", "features.4.1", "features.4.2", "features.5.1",
        "features.5.2", "features.6.1", "features.6.2", "features.6.3",
    ]  # fmt: skip


class Around(nn.Module):
    """The code around the blocks adds, as in Mixer written with a loop."""

    class Half(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.up, self.down = nn.LayerNorm(8), nn.Linear(8, 16), nn.Linear(16, 8)

        def forward(self, x: Tensor) -> Tensor:
            return self.down(self.up(self.norm(x)).relu())

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([self.Half(), self.Half(), self.Half()])

    def forward(self, x: Tensor) -> Tensor:
        """Add all but the first."""
        x = self.blocks[0](x)
        for block in self.blocks[1:]:
            x = x + block(x)
        return x


def test_an_add_around_a_block_is_its_shortcut() -> None:
    assert blocks(Around(), (1, 8)) == {"blocks.0": 0, "blocks.1": 1, "blocks.2": 1}


def test_models_without_stages_have_no_blocks() -> None:
    assert blocks(nets.UNet(), (1, 3, 16, 16)) == {}


def test_of_several_calls_one_counts_and_maps_that_are_fused_inside_all_count() -> None:
    assert set(blocks(Siamese(), [(2, 8), (2, 8)]).values()) == {1}
    assert list(blocks(Coupled(), (2, 4)).values()) == [1, 2, 2, 2]
    assert set(blocks(Pyramid(), (1, 3, 32, 32)).values()) == {5}


class HalfRead(nn.Module):
    """Two towers of two blocks; of one of them, nothing reads the last block."""

    def __init__(self) -> None:
        super().__init__()
        stages = [nn.Sequential(*[nets.Residual.Block(4, 4) for _ in range(2)]) for _ in range(2)]
        self.one, self.other = stages

    def forward(self, x: Tensor) -> Tensor:
        first = self.one[0](x)
        self.one[1](first)
        return self.other(first)


def test_blocks_that_no_output_reads_are_left_out() -> None:
    found = visualize.summarize(HalfRead(), (1, 4, 8, 8), tracer="recorded").facts.block_shortcuts
    assert found == {"one.0": 1, "other.0": 1, "other.1": 1}
