"""What belongs to which node of a graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.gradients import Steps
from tests.measured_memory import assert_measured
from visualize.core.architecture import Architecture
from visualize.core.memory import MemoryUse
from visualize.tracing.usage.places import Places

SIZE = 4 * 2 * 8
X = torch.rand(2, 8)


def saved(architecture: Architecture) -> dict[str, int]:
    """In units of one tensor, what is saved in each operation that saves anything."""
    return {
        f"{one.path}:{one.type}": one.memory.saved // SIZE
        for one in architecture.operations
        if one.memory and one.memory.saved
    }


class Gated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gate, self.up = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return x + (self.gate(x).sigmoid() * self.up(x)).exp()


class Twice(nn.Module):
    """One block, called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Gated()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.block(self.block(x))
        return result


def test_a_storage_belongs_to_what_saves_it_first() -> None:
    expected = {"gate:Linear": 1, ":sigmoid": 1, ":mul": 1, ":exp": 1}
    for tracer in ("symbolic", "recorded"):
        assert saved(visualize.trace(Gated(), X, memory=True, tracer=tracer)) == expected


def test_each_call_of_a_module_has_its_own() -> None:
    architecture = visualize.trace(Twice(), X, memory=True)
    gates = [one for one in architecture.operations if one.path == "block.gate"]
    assert [one.memory.saved for one in gates if one.memory] == [SIZE, SIZE]
    exps = [one for one in architecture.operations if one.type == "exp"]
    assert [one.memory.saved for one in exps if one.memory] == [SIZE, SIZE]


def test_an_exported_program_has_its_modules_too() -> None:
    program = torch.export.export(Twice(), (X,))
    architecture = visualize.trace(program, X, memory=True)
    sizes = [one.memory.saved // SIZE for one in architecture.operations if one.memory]
    names = [one.type for one in architecture.operations if one.memory]
    assert [name for name, size in zip(names, sizes) if size] == [
        "linear", "sigmoid", "mul", "exp", "linear", "sigmoid", "mul", "exp",
    ]  # fmt: skip
    assert [one.path for one in architecture.operations if one.type == "linear"] == [
        "block.gate", "block.up", "block.gate", "block.up",
    ]  # fmt: skip


def test_a_peak_is_where_it_is() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide, self.narrow = nn.Linear(8, 64), nn.Linear(64, 8)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.narrow(self.wide(x).relu()).tanh()
            return result

    peaks = {
        one.type: one.memory.peak // SIZE
        for one in assert_measured(Net(), (X,)).operations
        if one.computes and one.memory
    }
    assert peaks == {"Linear": 10, "relu": 17, "tanh": 3}


def test_functions_that_save_nothing_keep_their_places() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.layer(x.exp()).exp().exp()
            return result

    for tracer in ("symbolic", "recorded"):
        architecture = visualize.trace(Net(), X, memory=True, tracer=tracer)
        exps = [one.memory for one in architecture.operations if one.type == "exp"]
        assert [use.saved // SIZE for use in exps if use] == [0, 1, 1]


def test_parts_of_a_layer_or_function_have_no_places_of_their_own() -> None:
    places = Places()
    with places.module("block", is_layer=False):
        with places.function("add_"):
            places.save(1)
            with places.function("mul"):
                places.save(2)
        with places.module("block.conv", is_layer=True), places.function("conv2d"):
            places.save(4)
        places.live(8)
    found = {
        (tuple(call.path for call in place.calls), place.function): size
        for place, size in places.saved.items()
        if size
    }
    assert found == {(("block",), "add"): 3, (("block", "block.conv"), ""): 4}
    (place,) = (place for place, size in places.peaks.items() if size)
    assert (place.calls[-1].path, place.function) == ("block", "")


def test_nothing_is_lost_where_no_node_has_the_place() -> None:
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            ctx.save_for_backward(x, x.exp())  # type: ignore[attr-defined]
            return 2 * x

        @staticmethod
        def backward(ctx: object, grad: Tensor) -> Tensor:
            return 2 * grad

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = Doubled.apply(self.layer(x))
            return result

    architecture = assert_measured(Net(), (X,))
    assert saved(architecture) == {"layer:Linear": 1, ":Doubled": 2}
    assert MemoryUse() in {one.memory for one in architecture.operations}


class Sized(nn.Module):
    """Two sizes are multiplied before two tensors are."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        number = x.shape[0] * x.shape[1]
        return (self.one(x) * self.other(x)).reshape(number)


def test_arithmetic_with_sizes_takes_no_memory() -> None:
    found = [saved(visualize.trace(Sized(), X, tracer=t, memory=True)) for t in _TRACERS]
    assert found[0] == found[1] == {"one:Linear": 1, ":mul": 2}


def test_quotients_of_both_tracers_are_one_function() -> None:
    model = Steps(lambda x, one: (one(x) / one(x)).exp(), nn.Linear(8, 8))
    found = [saved(visualize.trace(model, X, tracer=t, memory=True)) for t in _TRACERS]
    assert found[0] == found[1]
    assert found[0][":div"] == 2


_TRACERS = ("symbolic", "recorded")
