"""TracedModel: from a model to a ``torch.fx.Graph`` with module paths and tensor metadata."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from visualize.traced import TracedModel
from visualize.tracing.execution import record_tensors
from visualize.tracing.inputs import ExampleInputs, Inputs
from visualize.tracing.replica import replicate
from visualize.tracing.symbolic import trace_symbolically

__all__ = ["ExampleInputs", "Inputs", "trace_model"]


def trace_model(model: nn.Module, example: ExampleInputs) -> TracedModel:
    """TracedModel ``model`` without touching it: all work is done on a weightless replica.

    Raises:
        InputError: the inputs do not fit ``forward`` or one of its layers.
        UntraceableError: torch.fx cannot follow ``forward``.
        ForwardError: ``forward`` raised.
    """
    inputs = Inputs.of(example)
    with _random_state_kept():
        replica = replicate(model)
        graph = trace_symbolically(replica, inputs)
        record_tensors(graph, replica, inputs)
    return TracedModel(graph, replica, "symbolic")


@contextmanager
def _random_state_kept() -> Iterator[None]:
    state = random.getstate()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(state)
