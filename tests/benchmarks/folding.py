"""What drawing costs in a model of 10 and one of 1,000 equal layers, tracing aside.

    python tests/benchmarks/folding.py

Prints the time of both, Graphviz included, and that of reading the larger graph once. Both figures
have the same boxes. The aim: 1,000 layers cost at most three times as much as 10, and what is read
is read a number of times that does not grow with the model.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time

from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture
from visualize.core.diagram import Diagram
from visualize.simplify.contract import absorb

SIZES = (10, 1000)
RUNS = 3


class Block(nn.Module):
    """A residual block of four operations."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.up, self.down, self.activation = nn.Linear(8, 16), nn.Linear(16, 8), nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        """Add what the layers make."""
        total: Tensor = x + self.down(self.activation(self.up(self.norm(x))))
        return total


def draw(architecture: Architecture) -> int:
    """Draw as SVG; the number of boxes."""
    figure = visualize.draw(architecture)
    figure.render(["svg"])
    return len(figure.scene.boxes)


def seconds(action: object, argument: object) -> float:
    """Time of calling ``action``, the median of some runs."""
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        action(argument)  # type: ignore[operator]
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> int:
    """Measure and compare; 1 if the figures differ in size."""
    gc.disable()  # as in the command
    traced = {
        size: visualize.trace(nn.Sequential(*(Block() for _ in range(size))), (1, 4, 8))
        for size in SIZES
    }
    boxes = {size: draw(architecture) for size, architecture in traced.items()}
    few, many = (seconds(draw, architecture) for architecture in traced.values())
    reading = seconds(lambda architecture: absorb(Diagram.of(architecture), {}), traced[SIZES[-1]])
    passes = max(0.0, many - 3 * few) / reading
    sys.stdout.write(
        f"{SIZES[0]} layers {few:.2f} s, {SIZES[1]} layers {many:.2f} s, "
        f"reading once {reading:.2f} s: 3 times the smaller and {passes:.1f} readings\n"
    )
    return int(len(set(boxes.values())) != 1)


if __name__ == "__main__":
    sys.exit(main())
