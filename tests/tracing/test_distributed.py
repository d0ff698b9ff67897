"""Models that are distributed over devices are drawn as the whole models that they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import pytest
import torch
import torch.distributed as dist
from torch import nn

import visualize
from tests.tracing.nets import types_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def mesh() -> Iterator[Any]:
    from torch.distributed.device_mesh import init_device_mesh

    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    dist.destroy_process_group()


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))


def tensor_parallel(mesh: Any) -> nn.Module:
    from torch.distributed.tensor.parallel import (
        ColwiseParallel,
        RowwiseParallel,
        parallelize_module,
    )

    return parallelize_module(net(), mesh, {"0": ColwiseParallel(), "2": RowwiseParallel()})


def distributed(mesh: Any) -> nn.Module:
    from torch.distributed.tensor import distribute_module

    return distribute_module(net(), mesh)


def fully_sharded(mesh: Any) -> nn.Module:
    from torch.distributed.fsdp import fully_shard

    model = net()
    fully_shard(model[0], mesh=mesh)
    return fully_shard(model, mesh=mesh)


def data_parallel(mesh: Any) -> nn.Module:
    return nn.parallel.DistributedDataParallel(net())


@pytest.mark.parametrize("wrap", [tensor_parallel, distributed, fully_sharded, data_parallel])
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_a_distributed_model_is_drawn_whole(wrap: Any, tracer: str, mesh: Any) -> None:
    model = wrap(mesh)
    parameter = next(model.parameters())
    before = (id(parameter), type(parameter), parameter.shape)
    architecture = visualize.trace(model, (2, 8), tracer=tracer)
    assert (architecture.parameters, architecture.unused_parameters) == (280, 0)
    assert architecture.macs == 512
    assert nx.has_path(architecture.graph, next(iter(architecture.graph)), "output")
    kinds = [kind.lower() for kind in types_of(architecture) if kind != "constant"]
    assert kinds == ["input", "linear", "relu", "linear", "output"]
    parameter = next(model.parameters())
    assert (id(parameter), type(parameter), parameter.shape) == before


def test_weights_of_a_distributed_model_have_statistics(mesh: Any) -> None:
    architecture = visualize.trace(tensor_parallel(mesh), (2, 8), statistics=True)
    assert architecture.has_statistics


class Sums(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.layer(x)
        dist.all_reduce(y)
        return y + x


def test_a_collective_in_forward(mesh: Any) -> None:
    architecture = visualize.trace(Sums(), (2, 8))
    assert "layer" in nx.ancestors(architecture.graph, "output")
