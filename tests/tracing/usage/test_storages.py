"""What counts as memory: storages, each once and whole; not what the model holds."""

from __future__ import annotations

import sys
import threading
from typing import Any

import torch
from torch import Tensor, nn

import visualize
from tests.measured_memory import assert_measured
from tests.nets import Function
from visualize.core.architecture import Architecture
from visualize.core.memory import MemoryUse, memory_use

SIZE = 4 * 2 * 8  # bytes of a tensor
X = torch.rand(2, 8)


def use_of(architecture: Architecture) -> MemoryUse:
    use = memory_use(architecture.operations)
    assert use is not None
    return use


def test_an_input_counts_in_both() -> None:
    use = use_of(assert_measured(nn.Linear(8, 8), (X,)))
    assert use == MemoryUse(saved=SIZE, peak=2 * SIZE)


def test_in_place_operations_need_nothing() -> None:
    fresh = use_of(assert_measured(nn.Sequential(nn.Linear(8, 8), nn.ReLU()), (X,)))
    in_place = use_of(assert_measured(nn.Sequential(nn.Linear(8, 8), nn.ReLU(inplace=True)), (X,)))
    assert fresh == MemoryUse(2 * SIZE, 3 * SIZE)
    assert in_place == MemoryUse(2 * SIZE, 2 * SIZE)


def test_views_are_free_and_keep_the_whole_alive() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(8, 8), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            half: Tensor = self.first(x).reshape(2, 2, 4)[:, 0]
            return self.second(half)

    use = use_of(assert_measured(Net(), (X,)))
    assert use.saved == 2 * SIZE
    assert use.peak == 2 * SIZE + SIZE // 2


def test_a_tensor_that_is_read_twice_is_saved_once() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.left(x) * self.right(x)
            return result

    assert use_of(assert_measured(Net(), (X,))).saved == 3 * SIZE


def test_frozen_models_save_nothing() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)).requires_grad_(False)
    assert use_of(assert_measured(net, (X,))) == MemoryUse(0, 3 * SIZE)


def test_behind_frozen_layers_only_the_others_save() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    net[0].requires_grad_(False)
    assert use_of(assert_measured(net, (X,))).saved == SIZE


def test_what_is_not_used_any_more_is_freed() -> None:
    chain = nn.Sequential(*[nn.Sigmoid() for _ in range(5)])
    # The input, which the caller holds, and what a layer reads and makes.
    assert use_of(assert_measured(chain, (X,))).peak == 3 * SIZE


def test_what_a_module_holds_does_not_count() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("table", torch.rand(2, 8))
            self.scale = nn.Parameter(torch.rand(2, 8))

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = (x * self.table) * self.scale
            return result

    assert use_of(assert_measured(Net(), (X,))).saved == SIZE


def test_a_model_that_computes_nothing_holds_its_input() -> None:
    use = use_of(assert_measured(Function(lambda x: x + 0), (X,)))
    assert use == MemoryUse(0, 2 * SIZE)
    assert use_of(assert_measured(nn.Dropout(), (X,), train=True)).saved == 0


def test_a_profiler_that_holds_frames_changes_nothing() -> None:
    sampled: list[Any] = []  # by a profiler, in some runs
    runs = iter([True] * 4)

    class Net(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.inside(x).sigmoid().sigmoid()
            if sampled:
                thread = threading.Thread(target=sampled.clear)
                thread.start()
                thread.join()
            return result

        def inside(self, x: Tensor) -> Tensor:
            double = x * 2
            if not torch.is_grad_enabled() and next(runs, False):
                sampled.append(sys._getframe())
            return double.sigmoid()

    assert use_of(visualize.trace(Net(), (X,), memory=True)).peak == 3 * SIZE
    assert not next(runs, False)
