"""Tensors made in ``forward`` by every constructor of torch, and filled by slices."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
import torch
from torch import Tensor, nn

import visualize

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPE = (1, 3, 5, 5)
SHARED = torch.zeros(SHAPE)
NOTHING = np.zeros(SHAPE, np.float32)

MAKE: dict[str, Callable[[Tensor], Tensor]] = {
    "Tensor(sizes)": lambda x: torch.Tensor(1, 3, 5, 5),
    "Tensor(shape)": lambda x: torch.Tensor(x.shape),
    "Tensor(shape).to": lambda x: torch.Tensor(x.shape).to(x.device),
    "Tensor(shape).zero_": lambda x: torch.Tensor(x.shape).zero_(),
    "Tensor().resize_": lambda x: torch.Tensor().resize_(x.shape),
    "Tensor(list)": lambda x: torch.Tensor(NOTHING.tolist()),
    "FloatTensor": lambda x: torch.FloatTensor(x.shape),
    "DoubleTensor": lambda x: torch.DoubleTensor(1, 3, 5, 5).float(),
    "empty": lambda x: torch.empty(x.shape),
    "empty_like": torch.empty_like,
    "empty_strided": lambda x: torch.empty_strided(SHAPE, (75, 25, 5, 1)),
    "new": lambda x: x.new(1, 3, 5, 5),
    "new_empty": lambda x: x.new_empty(x.shape),
    "zeros": lambda x: torch.zeros(x.shape),
    "full": lambda x: torch.full(x.shape, 0.5),
    "rand": lambda x: torch.rand(x.shape),
    "tensor of an array": lambda x: torch.tensor(NOTHING),
    "from_numpy": lambda x: torch.from_numpy(NOTHING.copy()),
    "global": lambda x: SHARED,
}


class Fill(nn.Module):
    def __init__(self, make: Callable[[Tensor], Tensor], layer: bool) -> None:
        super().__init__()
        self.make = make
        self.layer = nn.Linear(5, 5) if layer else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        made = self.make(x)
        x = self.layer(x)
        made[..., :-1] = x[..., :-1]
        made[..., -1:] = x[..., -1:] + 1
        return made


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("layer", [True, False])
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_what_is_written_to_a_new_tensor_is_read_from_it(
    name: str, layer: bool, tracer: str
) -> None:
    architecture = visualize.trace(Fill(MAKE[name], layer), SHAPE, tracer=tracer)
    graph = architecture.graph
    assert nx.has_path(graph, "x", "output")
    assert {"setitem", "setitem_1", "add"} <= nx.ancestors(graph, "output")
    assert architecture.parameters == (30 if layer else 0)
    assert architecture.macs == (375 if layer else 0)
    assert architecture.operation("output").outputs[0].shape == SHAPE


def test_tensors_of_the_users_code_keep_their_values() -> None:
    visualize.trace(Fill(MAKE["global"], True), SHAPE)
    assert torch.equal(SHARED, torch.zeros(SHAPE))


@pytest.mark.parametrize(
    ("leave", "name"),
    [
        (lambda x: torch.from_numpy(np.tanh(x.numpy())), "numpy"),
        (lambda x: torch.as_tensor(np.asarray(x) * 2), "array"),
        (lambda x: torch.tensor(x.tolist()), "tolist"),
    ],
)
def test_data_that_leaves_torch_is_noted(leave: Callable[[Tensor], Tensor], name: str) -> None:
    class Leaves(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(5, 5)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(leave(x))

    notes = [str(note) for note in visualize.trace(Leaves(), SHAPE).notes]
    assert f"Leaves.forward ({name}) takes data out of torch: what comes back is not connected" in (
        notes
    )


def test_a_slice_of_a_tensor_is_copied_to_another_of_its_own_slices() -> None:
    class Shift(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x * 2
            y[:, 1] = y[:, 0]
            y[:, 2] += 1
            return y

    architecture = visualize.trace(Shift(), SHAPE, tracer="recorded")
    graph = architecture.graph
    assert [one.type for one in architecture.operations].count("add") == 1
    assert set(graph.predecessors("setitem")) == {"mul", "getitem"}
    assert set(graph.predecessors("setitem_1")) == {"setitem", "add_"}
    assert set(graph.predecessors("output")) == {"setitem_1"}
