"""What is around a model, and tensors by their dotted names."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from visualize.core.modules import attach, is_module, unwrapped


def test_wrappers_are_taken_off() -> None:
    net = nn.Linear(2, 2)
    assert unwrapped(net) is net
    assert unwrapped(nn.DataParallel(net)) is net
    assert unwrapped(torch.compile(nn.DataParallel(net))) is net


def test_a_class_is_not_a_module() -> None:
    assert is_module(nn.ReLU())
    assert is_module(torch.compile(nn.ReLU()))
    assert not is_module(nn.ReLU)


def test_tensors_are_registered_by_their_kind() -> None:
    net = nn.Module()
    attach(net, "a.0.weight", nn.Parameter(torch.zeros(2)))
    attach(net, "a.0.running_mean", torch.zeros(2))
    attach(net, "scale", torch.zeros(1))
    attach(net, "a.shift", torch.ones(3), constant=True)
    assert [name for name, _ in net.named_parameters()] == ["a.0.weight"]
    assert [name for name, _ in net.named_buffers()] == ["scale", "a.0.running_mean"]
    assert torch.equal(net.get_submodule("a").shift, torch.ones(3))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["forward.weight", "train", ""])
def test_names_that_a_module_has_otherwise_are_refused(name: str) -> None:
    with pytest.raises((KeyError, AttributeError)):
        attach(nn.Module(), name, torch.zeros(1))
