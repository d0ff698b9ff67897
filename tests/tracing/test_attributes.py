"""What ``forward`` writes to its model: the graph is that of one run, the model is as it was."""

from __future__ import annotations

import argparse
import itertools
import random
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.errors import UntraceableError
from visualize.tracing.attributes import Attributes

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPE = (1, 3, 8, 8)


class Writes(nn.Module):
    """A 1×1 convolution of 12 parameters, and attributes for ``run`` to write to."""

    def __init__(self, run: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.register_buffer("scale", torch.ones(3))
        self.register_buffer("table", None)
        self.mean = torch.zeros(1, 3, 1, 1)
        self.position = None
        self.cache: dict[Any, Any] = {}
        self.history: list[Any] = []
        self.recent: deque[Any] = deque(maxlen=2)
        self.count = 0
        self.settings = SimpleNamespace(count=0, last=None)
        self.arguments = argparse.Namespace(count=0)
        self.numbers = itertools.count()
        self.random = random.Random(0)
        self.noise = torch.Generator().manual_seed(0)
        self.rolls = np.random.default_rng(0)
        self.layers = nn.ModuleList([nn.ReLU(), nn.ReLU()])
        self.run = run

    def forward(self, x: Tensor) -> Tensor:
        return self.run(self, x)


def type_as(net: Any, x: Tensor) -> Tensor:
    net.mean = net.mean.type_as(x)
    return net.conv(x - net.mean)


def new_attribute(net: Any, x: Tensor) -> Tensor:
    net.last = net.conv(x)
    return net.last + 1


def deleted(net: Any, x: Tensor) -> Tensor:
    del net.mean
    net.mean = torch.ones(1, 3, 1, 1)
    return net.conv(x - net.mean)


def deleted_buffer(net: Any, x: Tensor) -> Tensor:
    del net.scale
    net.register_buffer("scale", torch.ones(3))
    return net.conv(x) * net.scale.view(1, 3, 1, 1)


def assigned_buffer(net: Any, x: Tensor) -> Tensor:
    net.scale = net.scale * 0.9 + x.mean((0, 2, 3)) * 0.1
    return net.conv(x) * net.scale.view(1, 3, 1, 1)


def empty_buffer(net: Any, x: Tensor) -> Tensor:
    if net.table is None:
        net.table = torch.ones_like(x)
    return net.conv(x) + net.table


def counted(net: Any, x: Tensor) -> Tensor:
    net.count += 1
    return net.conv(x) if net.count % 2 else x


def cached_by_shape(net: Any, x: Tensor) -> Tensor:
    if x.shape not in net.cache:
        net.cache[x.shape] = torch.arange(x.shape[-1]).float()
    return net.conv(x) + net.cache[x.shape]


def kept_in_collections(net: Any, x: Tensor) -> Tensor:
    net.cache["features"] = net.conv(x)
    net.history.append(net.cache["features"])
    net.recent.append(net.history[-1])
    return net.recent[-1] + x


def kept_in_objects(net: Any, x: Tensor) -> Tensor:
    net.settings.count += 1
    net.arguments.count += 1
    net.settings.last = net.conv(x)
    return net.settings.last * net.settings.count


def random_numbers(net: Any, x: Tensor) -> Tensor:
    moved = next(net.numbers) + net.random.random() + float(net.rolls.random())
    torch.rand(1, generator=net.noise)
    return net.conv(x) * (moved + 1)


def replaced_parameter(net: Any, x: Tensor) -> Tensor:
    weight = net.conv.weight
    del net.conv.weight
    net.conv.weight = nn.Parameter(weight * 2)
    return net.conv(x)


def removed_layers(net: Any, x: Tensor) -> Tensor:
    x = net.conv(x)
    while len(net.layers):
        x = net.layers.pop(0)(x)
    return x


def renamed_layer(net: Any, x: Tensor) -> Tensor:
    net._modules["other"] = net._modules.pop("conv")
    return net.other(x)


EVERY = [
    type_as, new_attribute, deleted, deleted_buffer, assigned_buffer, empty_buffer, counted,
    cached_by_shape, kept_in_collections, kept_in_objects, random_numbers, replaced_parameter,
    removed_layers, renamed_layer,
]  # fmt: skip


REFUSED: dict[Any, str] = {
    replaced_parameter: "forward replaces a parameter",
    renamed_layer: "forward replaces a parameter",
    random_numbers: "random numbers",
    cached_by_shape: "depends on the data",
}


def state(model: nn.Module) -> Any:
    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            return id(value), value.tolist(), value._version
        if isinstance(value, dict):
            return [(key, plain(each)) for key, each in value.items()]
        if isinstance(value, (list, deque)):
            return [plain(each) for each in value]
        if isinstance(value, (SimpleNamespace, argparse.Namespace)):
            return plain(vars(value))
        if isinstance(value, random.Random):
            return value.getstate()
        if isinstance(value, torch.Generator):
            return value.get_state().tolist()
        if isinstance(value, np.random.Generator):
            return str(value.bit_generator.state)
        return repr(value)

    return [(path, plain(vars(module))) for path, module in model.named_modules()]


@pytest.mark.parametrize("run", EVERY)
@pytest.mark.parametrize("tracer", ["auto", "symbolic", "recorded"])
def test_what_forward_writes(run: Any, tracer: str) -> None:
    model = Writes(run)
    before = state(model)
    if tracer == "symbolic" and run in REFUSED:
        with pytest.raises(UntraceableError, match=REFUSED[run]):
            visualize.trace(model, SHAPE, tracer=tracer)
    else:
        architecture = visualize.trace(model, SHAPE, tracer=tracer)
        assert architecture.parameters == 12
        assert architecture.unused_parameters == 0
        assert nx.has_path(architecture.graph, "x", "output")
        # the graph is that of one run, and ends with its output
        assert list(architecture.graph)[-1] == "output"
    assert state(model) == before
    model(torch.zeros(SHAPE))


class Logs(nn.Module):
    """Has ways of its own to set and find attributes."""

    def __init__(self) -> None:
        super().__init__()
        vars(self)["values"] = {}
        self.conv = nn.Conv2d(3, 3, 1)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("v_"):
            self.values[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("values", {})
        return values[name] if name in values else super().__getattr__(name)

    def forward(self, x: Tensor) -> Tensor:
        self.v_y = self.conv(x)
        self.seen = self.v_y.shape
        return self.v_y * 2


@pytest.mark.parametrize("tracer", ["auto", "symbolic", "recorded"])
def test_attributes_that_a_model_keeps_in_its_own_way(tracer: str) -> None:
    model = Logs()
    architecture = visualize.trace(model, SHAPE, tracer=tracer)
    assert list(architecture.graph) == ["x", "conv", "mul", "output"]
    assert model.values == {}
    assert not hasattr(model, "seen")


def test_a_parameter_that_is_made_in_forward_stays_in_the_graph() -> None:
    def run(net: Any, x: Tensor) -> Tensor:
        if net.position is None:
            net.position = nn.Parameter(torch.zeros(1, 3, 8, 8))
        return net.conv(x) + net.position

    assert visualize.trace(Writes(run), SHAPE).parameters == 12 + 192


def test_order_and_contents_are_put_back() -> None:
    model = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    model.extra = [1]
    attributes = Attributes(model)
    assert not attributes.restore()
    model.pop(0)
    model.extra.append(2)
    model.new = 3
    assert attributes.restore()
    assert [type(layer) for layer in model] == [nn.ReLU, nn.Tanh, nn.Sigmoid]
    assert model.extra == [1]
    assert not hasattr(model, "new")
    assert not attributes.restore()


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.drop(self.conv(x))
        return result


class Swaps(nn.Module):
    """Puts another module, with other layers inside, in the place of one, if the image is small."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.part: nn.Module = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1))
        self.parts = nn.ModuleList([nn.Identity(), nn.Identity()])
        self.place = place

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] < 16 and self.place == "attribute":
            self.part = Small()
        if x.shape[-1] < 16 and self.place == "list":
            self.parts[1] = Small()
        if x.shape[-1] < 16 and self.place == "new":
            self.extra = Small()
            x = self.extra(x)
        result: Tensor = self.parts[1](self.parts[0](self.part(x)))
        return result


@pytest.mark.parametrize("place", ["attribute", "list", "new"])
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_modules_that_forward_puts_in_place_of_others(place: str, tracer: str) -> None:
    model = Swaps(place)
    before = dict(model.named_modules())
    architecture = visualize.trace(model, SHAPE, tracer=tracer)
    assert dict(model.named_modules()) == before
    path = {"attribute": "part", "list": "parts.1", "new": "extra"}[place]
    found = [one.type for one in architecture.operations if one.path.startswith(f"{path}.")]
    assert found == ["Conv2d", "Dropout"]
