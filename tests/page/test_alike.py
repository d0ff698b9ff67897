"""What boxes have in common that open to the same picture."""

from __future__ import annotations

from torch import nn

import visualize
from tests.page.pages import SHAPE, Block, Net
from visualize.core.choices import Level
from visualize.page.alike import structure
from visualize.simplify import Simplifier


def test_blocks_of_equal_layers_are_alike_wherever_they_are() -> None:
    exact = visualize.trace(Net(3), SHAPE)
    blocks = Simplifier(exact).to(Level.BLOCK, folded=False).boxes
    found = {structure(exact, box) for box in blocks if box.type == "Block"}
    assert len(found) == 1


def test_what_is_wider_or_wired_otherwise_is_not_alike() -> None:
    class Other(Block):
        """No residual connection."""

        def forward(self, x):  # type: ignore[no-untyped-def]
            """One way alone."""
            return self.conv2(self.norm(self.conv1(x)).relu()).relu()

    model = nn.Sequential(Block(), Block(), nn.Conv2d(4, 6, 1), Block(6), Other(6))
    exact = visualize.trace(model, (1, 4, 8, 8))
    choice = Simplifier(exact).to(Level.BLOCK, folded=False)
    found = {
        path: structure(exact, box)
        for box in choice.boxes
        for path in [box.path]
        if box.type in ("Block", "Other")
    }
    assert found["0"] == found["1"]
    assert len({found["0"], found["3"], found["4"]}) == 3
