"""Edits of real modules are found: precision and recall of the layers that changed."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.difference import Difference, Status

_IMAGE = torch.ones(1, 3, 16, 16)
_Truth = tuple[str, Counter[str]]


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(8)
        self.act = nn.ReLU()
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(8)

    def inside(self, x: Tensor) -> Tensor:
        return self.norm2(self.conv2(self.act(self.norm1(self.conv1(x)))))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inside(x)


class _Plain(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return self.inside(x)


class _Named(_Block):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(8, 8, 3, padding=1)
        del self.conv1

    def inside(self, x: Tensor) -> Tensor:
        return self.norm2(self.conv2(self.act(self.norm1(self.first(x)))))


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.Sequential(*[_Block() for _ in range(6)])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.pool(self.blocks(self.stem(x))).flatten(1))


def _attribute(net: _Net, place: int) -> _Truth:
    net.blocks[place].conv1 = nn.Conv2d(8, 8, 5, padding=2)
    return "changed", Counter([f"blocks.{place}.conv1"])


def _groups(net: _Net, place: int) -> _Truth:
    net.blocks[place].conv2 = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    return "changed", Counter([f"blocks.{place}.conv2"])


def _width(net: _Net, place: int) -> _Truth:
    block = net.blocks[place]
    block.conv1, block.norm1 = nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16)
    block.conv2 = nn.Conv2d(16, 8, 3, padding=1)
    return "changed", Counter(f"blocks.{place}.{name}" for name in ("conv1", "norm1", "conv2"))


def _other_class(net: _Net, place: int) -> _Truth:
    net.blocks[place].act = nn.GELU()
    return "changed", Counter([f"blocks.{place}.act"])


def _other_norm(net: _Net, place: int) -> _Truth:
    net.blocks[place].norm2 = nn.GroupNorm(2, 8)
    return "changed", Counter([f"blocks.{place}.norm2"])


def _no_sum(net: _Net, place: int) -> _Truth:
    net.blocks[place].__class__ = _Plain
    return "removed", Counter([f"blocks.{place}"])


def _no_layer(net: _Net, place: int) -> _Truth:
    del net.blocks[place]
    block = ("conv1", "norm1", "act", "conv2", "norm2")
    gone = [f"blocks.5.{name}" for name in block]  # equal blocks: the last one is gone
    return "removed", Counter([*gone, "blocks.5"])


def _more(net: _Net, place: int) -> _Truth:
    net.blocks.insert(place, nn.Dropout(0.2))
    return "added", Counter([f"blocks.{place}"])


def _wrapped(net: _Net, place: int) -> _Truth:
    net.blocks[place].conv1 = nn.Sequential(net.blocks[place].conv1)
    return "renamed", Counter([f"blocks.{place}.conv1"])


def _name(net: _Net, place: int) -> _Truth:
    net.blocks[place] = _Named()
    return "renamed", Counter([f"blocks.{place}.conv1"])


_EDITS: tuple[Callable[[_Net, int], _Truth], ...] = (
    _attribute, _groups, _width, _other_class, _other_norm, _no_sum, _no_layer, _more, _wrapped,
    _name,
)  # fmt: skip


def _found(difference: Difference, word: str) -> Counter[str]:
    added = word == "added"
    side = difference.after if added else difference.before
    status = difference.new_status if added else difference.old_status
    return Counter(side.operation(node).path for node, one in status.items() if one.value == word)


@pytest.fixture(scope="module")
def given() -> _Net:
    torch.manual_seed(0)
    return _Net().eval()


@pytest.mark.parametrize("edit", _EDITS)
def test_precision_and_recall(given: _Net, edit: Callable[[_Net, int], _Truth]) -> None:
    before = visualize.trace(given, _IMAGE)
    right = all_found = all_true = 0
    wrong = []
    for place in range(6):
        net = copy.deepcopy(given)
        word, truth = edit(net, place)
        difference = visualize.diff(before, visualize.trace(net.eval(), _IMAGE)).exact
        found = _found(difference, word)
        others = [
            one
            for one in (Status.ADDED, Status.REMOVED, Status.CHANGED, Status.MOVED, Status.REWIRED)
            if one.value != word and _found(difference, one.value)
        ]
        right += (found & truth).total()
        all_found += found.total() + len(others)
        all_true += truth.total()
        if found != truth or others:
            wrong.append((place, found, truth, others))
    assert right / all_found >= 0.99, wrong
    assert right / all_true >= 0.99, wrong
