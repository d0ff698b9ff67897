"""Models that differentiate in ``forward``: energies and forces, PINNs, inner loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from visualize.core.errors import ForwardError

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPE = (5, 3)


class Energy(nn.Module):
    """A layer of 3×16 and one of 16×1: 81 parameters, 320 MACs for 5 rows."""

    def __init__(self, run: Callable[[nn.Module, Tensor], Any]) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))
        self.run = run

    def forward(self, x: Tensor) -> Any:
        return self.run(self.layers, x)


def force(net: nn.Module, x: Tensor) -> Any:
    x.requires_grad_(True)
    energy = net(x).sum()
    return -torch.autograd.grad(energy, x, create_graph=True)[0]


def force_of_marked(net: nn.Module, x: Tensor) -> Any:
    """The caller marks the positions."""
    return -torch.autograd.grad(net(x).sum(), x)[0]


def under_enable_grad(net: nn.Module, x: Tensor) -> Any:
    with torch.no_grad(), torch.enable_grad():
        t = x.detach().requires_grad_(True)
        return torch.autograd.grad(net(t).sum(), t)[0]


def second_derivative(net: nn.Module, x: Tensor) -> Any:
    t = x.clone().requires_grad_(True)
    u = net(t)
    first = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]
    return torch.autograd.grad(first.sum(), t, create_graph=True)[0] + u


def backward(net: nn.Module, x: Tensor) -> Any:
    t = x.detach().requires_grad_(True)
    net(t).sum().backward()
    return t.grad


def backward_of_several(net: nn.Module, x: Tensor) -> Any:
    t = x.detach().requires_grad_(True)
    torch.autograd.backward([net(t).sum()])
    return t.grad


def inner_loop(net: nn.Module, x: Tensor) -> Any:
    net(x).pow(2).mean().backward()
    weights = [parameter - 0.1 * parameter.grad for parameter in net.parameters()]
    return F.linear(torch.tanh(F.linear(x, weights[0], weights[1])), weights[2], weights[3])


def gradient_function(net: nn.Module, x: Tensor) -> Any:
    return torch.func.grad(lambda t: net(t).sum())(x)


def hessian(net: nn.Module, x: Tensor) -> Any:
    return torch.func.hessian(lambda t: net(t).sum())(x[0])


def jacobian(net: nn.Module, x: Tensor) -> Any:
    return torch.func.jacrev(net)(x[0])


def vector_product(net: nn.Module, x: Tensor) -> Any:
    y, pull = torch.func.vjp(net, x)
    return pull(torch.ones_like(y))[0]


EVERY = [
    force, force_of_marked, under_enable_grad, second_derivative, backward, backward_of_several,
    inner_loop, gradient_function, hessian, jacobian, vector_product,
]  # fmt: skip


@pytest.mark.parametrize("run", EVERY)
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_what_is_differentiated_is_on_the_way_to_the_output(run: Any, tracer: str) -> None:
    model = Energy(run)
    architecture = visualize.trace(model, SHAPE, tracer=tracer)
    graph = architecture.graph
    assert architecture.parameters == 81
    assert architecture.unused_parameters == 0
    for layer in ("layers_0", "layers_2"):
        assert nx.has_path(graph, "x", layer)
        assert nx.has_path(graph, layer, "output")
    assert all(parameter.grad is None for parameter in model.parameters())


def test_macs_include_the_backward_pass() -> None:
    for run in (force, backward, backward_of_several):
        # forward, and a product with each weight on the way back
        assert visualize.trace(Energy(run), SHAPE).macs >= 640


def test_the_boxes_of_a_force_field() -> None:
    figure = visualize.draw(Energy(force), SHAPE, level="layer")
    assert [box.label[0] for box in figure.scene.boxes] == [
        "x 3", "Linear, 3 → 16", "Linear, 16 → 1", "sum", "grad", "neg", "output 5×3"
    ]  # fmt: skip


def test_inputs_that_require_gradients_still_do() -> None:
    x = torch.zeros(SHAPE, requires_grad=True)

    def checked(net: nn.Module, t: Tensor) -> Any:
        assert t.requires_grad
        return force_of_marked(net, t)

    assert visualize.trace(Energy(checked), x, tracer="recorded").parameters == 81
    assert x.grad is None


def test_what_torch_cannot_differentiate_is_refused_in_one_line() -> None:
    def unrelated(net: nn.Module, x: Tensor) -> Any:
        return torch.autograd.grad(net(x).sum(), torch.zeros(3))[0]

    with pytest.raises(ForwardError, match=r"forward \(grad\).*must require gradients") as caught:
        visualize.trace(Energy(unrelated), SHAPE)
    assert "\n" not in str(caught.value)


def test_gradients_are_as_enabled_as_before() -> None:
    for enabled in (True, False):
        with torch.set_grad_enabled(enabled):
            visualize.trace(Energy(force), SHAPE)
            assert torch.is_grad_enabled() is enabled
