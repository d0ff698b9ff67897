"""Nets made at random from a seed: nested repeats, reuse, noise, constants, dead ends, objects.

Features are ``batch × width × places``; every part keeps their shape.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

PLACES = 6


def convolution(width: int, kind: int) -> nn.Module:
    """A convolution, at times with a weight that is computed."""
    layer = nn.Conv1d(width, width, 3, padding=1)
    if kind == 1:
        return parametrizations.weight_norm(layer)
    if kind == 2:
        return parametrizations.spectral_norm(layer)
    return layer


class Unit(nn.Module):
    """Convolution, norm and activation."""

    def __init__(self, width: int, kind: int) -> None:
        super().__init__()
        self.conv = convolution(width, kind)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.conv(x)).relu()
        return result


class Tokens(nn.Module):
    """A feed-forward network on places × width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x.transpose(1, 2))
        result: Tensor = self.down(nn.functional.gelu(self.up(y))).transpose(1, 2)
        return result


class Residual(nn.Module):
    def __init__(self, inner: nn.Module, way: int, width: int) -> None:
        super().__init__()
        self.inner, self.way = inner, way
        self.gain = nn.Parameter(torch.ones(width, 1)) if way == 2 else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.inner(x)
        ways: list[Callable[[], Tensor]] = [
            lambda: x + y,
            lambda: x - y,
            lambda: x + self.gain * y,
            lambda: 0.5 * x + y,
            lambda: torch.stack([x, y]).sum(0),
            lambda: sum([x, y], torch.zeros(())),
        ]
        return ways[self.way]()


class Branches(nn.Module):
    """Parallel branches that are concatenated."""

    def __init__(self, inner: list[nn.Module], width: int) -> None:
        super().__init__()
        self.inner = nn.ModuleList(inner)
        self.join = nn.Conv1d(width * len(inner), width, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.join(torch.cat([one(x) for one in self.inner], 1))
        return result


class Collected(nn.Module):
    """Layers one after the other whose results are all read at the end."""

    def __init__(self, inner: list[nn.Module], width: int) -> None:
        super().__init__()
        self.inner = nn.ModuleList(inner)
        self.join = nn.Conv1d(width * (len(inner) + 1), width, 1)

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for one in self.inner:
            found.append(one(found[-1]))
        result: Tensor = self.join(torch.cat(found, 1))
        return result


class Reused(nn.Module):
    def __init__(self, inner: nn.Module, times: int) -> None:
        super().__init__()
        self.inner, self.times = inner, times

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.times):
            x = self.inner(x)
        return x


class Noisy(nn.Module):
    def __init__(self, way: int) -> None:
        super().__init__()
        self.way = way

    def forward(self, x: Tensor) -> Tensor:
        if self.way == 0:
            return x + 0.1 * torch.randn_like(x)
        if self.way == 1:
            return x + torch.randn_like(x) * x.exp()
        return x * torch.rand(x.shape[1], 1)


class Watched(nn.Module):
    """Computes what no output reads."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        self.spread = x.std() + 0.1
        result: Tensor = self.inner(x)
        self.ratio = result.mean() / self.spread
        return result


class Filtered(nn.Module):
    """Multiplies with what a network computes from a fixed grid."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("grid", torch.linspace(-1, 1, PLACES)[:, None])
        self.net = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, width))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x * self.net(self.grid).T
        return result


class Positions(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(width, PLACES))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table


class Gate(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.squeeze, self.excite = nn.Linear(width, 2), nn.Linear(2, width)

    def forward(self, x: Tensor) -> Tensor:
        gate = torch.sigmoid(self.excite(self.squeeze(x.mean(2)).relu()))
        return x * gate[:, :, None]


class Ordered(nn.Module):
    """Picks places by a buffer and reads a slice of them."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.register_buffer("order", torch.arange(PLACES).flip(0))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.inner(x[:, :, self.order])
        return result


@dataclass
class Batch:
    x: Tensor
    more: dict[str, Any] = field(default_factory=dict)


class Net(nn.Module):
    """A random part between two layers; takes its features from an object of one kind."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.width = self.random.choice([4, 8])
        self.way_in, self.way_out = self.random.randrange(5), self.random.randrange(3)
        self.stem = nn.Conv1d(3, self.width, 1)
        self.body = self.part(3)
        self.head = nn.Conv1d(self.width, 5, 1)

    def example(self) -> tuple[Any, ...]:
        """Inputs of one run."""
        x, y = torch.rand(2, 3, PLACES), torch.rand(2, self.width, 1)
        return (
            (x,),
            (x, y),
            (Batch(x, {"y": y}),),
            ({"x": x, "y": y},),
            (SimpleNamespace(x=x, y=[y]),),
        )[self.way_in]

    def forward(self, *inputs: Any) -> Any:
        x, y = self.opened(*inputs)
        features = self.stem(x)
        if y is not None:
            features = features + y
        result = self.head(self.body(features))
        if self.way_out == 1:
            return {"logits": result, "features": features}
        return (result, [result.mean(2)]) if self.way_out == 2 else result

    def opened(self, first: Any, *more: Tensor) -> tuple[Tensor, Tensor | None]:
        """The tensors in the inputs."""
        if self.way_in == 2:
            return first.x, first.more["y"]
        if self.way_in == 3:
            return first["x"], first["y"]
        if self.way_in == 4:
            return first.x, first.y[0]
        return first, more[0] if more else None

    def part(self, depth: int) -> nn.Module:
        """Something of at most ``depth`` parts inside each other."""
        choose = self.random.randrange
        if depth == 0:
            return Unit(self.width, choose(6)) if choose(3) else Tokens(self.width)
        ways: list[Callable[[], nn.Module]] = [
            lambda: self.repeated(depth),
            lambda: self.repeated(depth),
            lambda: Residual(self.part(depth - 1), choose(6), self.width),
            lambda: Residual(self.part(depth - 1), 0, self.width),
            lambda: nn.Sequential(*(self.part(depth - 1) for _ in range(2))),
            lambda: Branches([self.part(depth - 1) for _ in range(2)], self.width),
            lambda: Collected(self.copies(depth, choose(2) + 2), self.width),
            lambda: Reused(self.part(depth - 1), choose(3) + 2),
            lambda: nn.Sequential(self.part(depth - 1), Noisy(choose(3))),
            lambda: Watched(self.part(depth - 1)),
            lambda: nn.Sequential(Filtered(self.width), self.part(depth - 1)),
            lambda: nn.Sequential(Positions(self.width), self.part(depth - 1)),
            lambda: nn.Sequential(self.part(depth - 1), Gate(self.width)),
            lambda: Ordered(self.part(depth - 1)),
        ]
        return ways[choose(len(ways))]()

    def copies(self, depth: int, number: int) -> list[nn.Module]:
        """Equal parts, made from the same random numbers."""
        state = self.random.getstate()
        made = []
        for _ in range(number):
            self.random.setstate(state)
            made.append(self.part(depth - 1))
        return made

    def repeated(self, depth: int) -> nn.Module:
        return nn.Sequential(*self.copies(depth, self.random.randrange(2, 5)))
