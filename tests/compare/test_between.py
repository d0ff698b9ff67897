"""A layer that has another name and another width is changed, and not removed and added."""

from __future__ import annotations

from torch import nn

import visualize
from visualize.compare import compare
from visualize.core.difference import Status


class Head(nn.Module):
    def __init__(self, name: str, layer: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.add_module(name, layer)
        self.last = name

    def forward(self, x):
        return getattr(self, self.last)(self.body(x))


class Wrapped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.decoder = nn.Linear(8, 5)

    def forward(self, x):
        return self.decoder(x)


def statuses(one: nn.Module, other: nn.Module) -> set[Status]:
    first, second = (visualize.trace(model, (1, 4)) for model in (one, other))
    found = compare(first, second)
    assert compare(second, first) == found.inverse
    return {change.status for change in found.changes}


def test_between_partners() -> None:
    given = Head("classifier", nn.Linear(8, 3))
    assert Status.CHANGED in statuses(given, Head("decoder", nn.Linear(8, 5)))
    assert Status.ADDED not in statuses(given, Head("decoder", nn.Linear(8, 5)))
    assert Status.ADDED not in statuses(given, Head("head", Wrapped()))


def test_another_kind_is_no_change() -> None:
    given = Head("classifier", nn.Linear(8, 3))
    found = statuses(given, Head("decoder", nn.LSTM(8, 3)))
    assert found >= {Status.ADDED, Status.REMOVED}
