"""Names of frames: arrows do not run through them."""

from __future__ import annotations

from torch import Tensor, nn

import visualize


class ALongNameOfADecoderLayer(nn.Module):
    """Three layers read at once what enters the block, right under its name."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(16, 16) for _ in range(3))
        self.out = nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Mix the three, and add them to what came in."""
        mixed = self.query(x) * self.key(x).sigmoid() + self.value(x)
        result: Tensor = x + self.out(mixed)
        return result


def test_arrows_go_apart_below_the_name_of_a_frame() -> None:
    model = nn.Sequential(*(ALongNameOfADecoderLayer() for _ in range(3)))
    figure = visualize.draw(model, (1, 8, 16), level="layer")
    assert any(group.framed for group in figure.scene.groups)
    assert figure.check() == []
