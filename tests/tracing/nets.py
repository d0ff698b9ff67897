"""Small nets to trace, and questions about their graphs."""

from __future__ import annotations

import random

import torch
from torch import nn

from visualize.core.architecture import Architecture, NodeKind, Operation

IMAGE = (1, 3, 8, 8)


def layers_at(architecture: Architecture, path: str) -> list[Operation]:
    return [layer for layer in architecture.operations if layer.path == path]


def types_of(architecture: Architecture) -> list[str]:
    return [layer.type for layer in architecture.operations]


def input_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    return {
        layer.id: layer.outputs[0].shape
        for layer in architecture.operations
        if layer.kind is NodeKind.INPUT
    }


def parameters_under(architecture: Architecture, prefix: str) -> int:
    return sum(
        layer.parameters
        for layer in architecture.operations
        if layer.path == prefix or layer.path.startswith(f"{prefix}.")
    )


class Busy(nn.Module):
    """Holds and does whatever tracing might disturb."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.drop = nn.Dropout(0.5)
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.second.weight = self.first.weight
        self.register_buffer("runs", torch.zeros(1))
        self.calls = 0
        self.seen = []
        self.cache = {"nested": ([],)}

    def forward(self, x):
        self.calls += 1
        self.seen.append(x)
        self.cache["nested"][0].append(x)
        self.latest = x
        self.runs += 1
        shift = random.random() + torch.rand(1)
        x = self.drop(self.norm(self.conv(x))).mean((2, 3)) + shift
        return self.finish(self.second(self.first(x)))

    def finish(self, x):
        return x


class Branching(Busy):
    def finish(self, x):
        return -x if x.sum() > 0 else x


class Raising(Busy):
    def finish(self, x):
        raise RuntimeError("on purpose")


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        return self.head(self.embed(tokens))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        return self.conv(x).relu()


class Repeated(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block(self.block(x))


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(3, 2)
        self.right = nn.Linear(5, 2)

    def forward(self, x, y):
        return self.left(x) + self.right(y)


PAIR = {"x": (1, 3), "y": (1, 5)}
