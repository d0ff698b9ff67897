"""What a model holds and has not registered."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from visualize.core.unregistered import Unregistered


def net(held: Any) -> nn.Module:
    model = nn.Module()
    model.inner = nn.Module()
    model.inner.held = held
    return model


@pytest.mark.parametrize(
    ("held", "paths"),
    [
        ([nn.ReLU(), nn.ReLU()], ["inner.held.0", "inner.held.1"]),
        ((nn.ReLU(),), ["inner.held.0"]),
        ({"a.b": [nn.ReLU()]}, ["inner.held.a_b.0"]),
        ([nn.Sequential(nn.ReLU())], ["inner.held.0", "inner.held.0.0"]),
        ([1, "text", None], []),
        ([[[[[nn.ReLU()]]]]], []),
    ],
)
def test_modules_in_collections(held: Any, paths: list[str]) -> None:
    assert list(Unregistered.of(net(held)).modules) == paths


def test_a_module_that_is_registered_elsewhere_is_registered() -> None:
    model = net([])
    model.layer = nn.Linear(2, 2)
    model.inner.held = [model.layer, model.layer.weight, model]
    found = Unregistered.of(model)
    assert (dict(found.modules), dict(found.tensors), found.ids) == ({}, {}, frozenset())


def test_tensors_and_those_of_modules_are_known_by_identity() -> None:
    tensor, layer = torch.ones(2), nn.Linear(2, 2)
    found = Unregistered.of(net([tensor, layer]))
    assert list(found.tensors) == ["inner.held.0"]
    assert found.ids == {id(tensor), id(layer.weight), id(layer.bias)}


def test_modules_that_hold_each_other() -> None:
    one, other = net([]), net([])
    one.inner.held, other.inner.held = [other], [one]
    assert list(Unregistered.of(one).modules) == ["inner.held.0", "inner.held.0.inner"]
