"""A program runs its graph without making code of it."""

from __future__ import annotations

import torch
from torch import fx, nn

from visualize.models.exported.program import Program


def test_a_program_is_interpreted() -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    graph.output(graph.call_function(torch.neg, (x,)))
    program = Program(nn.Module(), graph)
    assert program(torch.ones(2)).tolist() == [-1, -1]
    assert not hasattr(program, "_code")
