"""Modules that the user names are one operation."""

from __future__ import annotations

import functools

import networkx as nx
import pytest
from torch import nn

import visualize
from tests.tracing.programs import linear
from tests.tracing.programs.arguments import Fields
from visualize.core.architecture import NodeKind

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = linear(), linear()

    def forward(self, x, *, bias=None):
        return Fields(self.a(x), [self.b(x), {"k": x}])


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = Parts()

    def forward(self, x):
        fields = self.parts(x)
        return fields.u + fields.v[0] * fields.v[1]["k"]


@pytest.mark.parametrize("leaf", ["Parts", "parts", "P*"])
def test_a_leaf_that_returns_a_dataclass(leaf: str):
    architecture = record(Whole(), (3, 4), leaves=[leaf])
    (parts,) = [layer for layer in architecture.operations if layer.path == "parts"]
    assert (parts.kind, parts.type, parts.parameters) == (NodeKind.MODULE, "Parts", 40)
    assert (parts.macs, len(parts.outputs)) == (96, 3)
    reads = [s for s, _, _ in architecture.inputs("mul")]
    assert all(parts.id in nx.ancestors(architecture.graph, source) for source in reads)
