"""What very large graphs cost: each is traced, drawn, described and drawn layer by layer.

    python tests/benchmarks/large.py [NAME...]

Each graph has a process of its own, which prints the time of each step and the memory of all. The
aim: none takes longer than two minutes for a step, none takes 2 GB.
"""

from __future__ import annotations

import itertools
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import visualize

SECONDS = 120.0
GIGABYTES = 2.0


class Adds(nn.Module):
    """Sums of two earlier values, at random; what no other sum reads is returned."""

    def __init__(self, number: int) -> None:
        super().__init__()
        draw = random.Random(0)
        self.pairs = [(draw.randrange(one + 1), draw.randrange(one + 1)) for one in range(number)]
        self.first = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> list[Tensor]:
        """All sums that are not read."""
        values = [self.first(x)]
        for one, other in self.pairs:
            values.append(values[one] + values[other])
        read = {index for pair in self.pairs for index in pair}
        return [value for index, value in enumerate(values) if index not in read]


class Joins(nn.Module):
    """Layers, each of which reads up to four earlier values, at random."""

    def __init__(self, number: int) -> None:
        super().__init__()
        draw = random.Random(0)
        self.read = [
            [draw.randrange(one + 1) for _ in range(draw.randint(1, 4))] for one in range(number)
        ]
        self.layers = nn.ModuleList(nn.Linear(8 * len(read), 8) for read in self.read)

    def forward(self, x: Tensor) -> Tensor:
        """What the last layer makes."""
        values = [x]
        for read, layer in zip(self.read, self.layers):
            values.append(layer(torch.cat([values[index] for index in read], 1)).relu())
        return values[-1]


class Dense(nn.Module):
    """Layers, each of which reads all before it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8 + 2 * one, 2) for one in range(number))

    def forward(self, x: Tensor) -> Tensor:
        """What all layers make, side by side."""
        values = [x]
        for layer in self.layers:
            values.append(layer(torch.cat(values, 1)))
        return torch.cat(values, 1)


class Branches(nn.Module):
    """Layers side by side, of which the results are joined or are results of the model."""

    def __init__(self, number: int, *, joined: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 2) for _ in range(number))
        self.joined = joined

    def forward(self, x: Tensor) -> Tensor | list[Tensor]:
        """What the layers make."""
        made = [layer(x) for layer in self.layers]
        return torch.cat(made, 1) if self.joined else made


class Around(nn.Module):
    """A module around another."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        """What the one inside makes."""
        inner: Tensor = self.inner(x)
        return inner


def _nested(number: int) -> nn.Module:
    module: nn.Module = nn.Linear(8, 8)
    for _ in range(number):
        module = Around(module)
    return module


GRAPHS: dict[str, Callable[[], nn.Module]] = {
    "3,000 random adds": lambda: Adds(3000),
    "500 random joins": lambda: Joins(500),
    "200 dense layers": lambda: Dense(200),
    "10,000 layers in a row": lambda: nn.Sequential(*(nn.Linear(8, 8) for _ in range(10_000))),
    "3,000 branches": lambda: Branches(3000, joined=True),
    "500 outputs": lambda: Branches(500, joined=False),
    "1,000 modules in each other": lambda: _nested(1000),
}


def measure(name: str) -> None:
    """Print what each step costs for one graph."""
    times = [time.perf_counter()]
    architecture = visualize.trace(GRAPHS[name](), (1, 8))
    times.append(time.perf_counter())
    for step in (
        lambda: visualize.draw(architecture).render(["svg"]),
        lambda: str(visualize.summarize(architecture)),
        lambda: visualize.draw(architecture, level="layer").render(["svg"]),
    ):
        step()
        times.append(time.perf_counter())
    steps = [after - before for before, after in itertools.pairwise(times)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gigabytes = memory * (1 if sys.platform == "darwin" else 1024) / 1e9
    good = max(steps) <= SECONDS and gigabytes <= GIGABYTES
    columns = zip(("trace", "draw", "summary", "layers"), steps)
    costs = "  ".join(f"{step} {seconds:5.1f} s" for step, seconds in columns)
    sys.stdout.write(f"{name:28} {costs}  {gigabytes:4.2f} GB{'' if good else '  over the aim'}\n")


def main() -> None:
    """Measure each graph in a process of its own."""
    for name in sys.argv[1:] or GRAPHS:
        subprocess.run([sys.executable, __file__, "--one", name], check=True)
    sys.stdout.write(f"aim: {SECONDS:g} s for each step and {GIGABYTES:g} GB\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2])
    else:
        main()
