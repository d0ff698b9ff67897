"""Augmented assignment of a proxy is an operation in place, as it is of a tensor."""

from __future__ import annotations

import operator
from typing import Any

import pytest
import torch
from torch import fx, nn

import visualize
from visualize.tracing.proxies import IN_PLACE, Proxy


class Tracer(fx.Tracer):
    def proxy(self, node: fx.Node) -> Proxy:
        return Proxy(node, self)


@pytest.mark.parametrize("name", IN_PLACE)
def test_an_augmented_assignment_is_one_node(name: str) -> None:
    class Model(nn.Module):
        def forward(self, x: Any, y: Any) -> Any:
            return getattr(operator, f"i{name}")(x, y)

    *_, node, output = Tracer().trace(Model()).nodes
    assert node.target is IN_PLACE[name]
    assert [one.name for one in node.all_input_nodes] == ["x", "y"]
    assert output.args == (node,)


def test_a_plain_operator_is_not_in_place() -> None:
    class Model(nn.Module):
        def forward(self, x: Any) -> Any:
            return x + x

    assert [node.target for node in Tracer().trace(Model()).nodes][1] is operator.add


def test_what_else_has_the_name_is_changed_too() -> None:
    class Changed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = x * 2
            identity = y
            y += self.conv(y)
            return y + identity

    traced = visualize.trace(Changed(), (1, 4, 8, 8))
    last = [one for one in traced.operations if one.computes][-1]
    first, second = traced.data_sources(last.id)
    assert first == second
