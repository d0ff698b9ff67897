"""TracedModel: from a model to a ``torch.fx.Graph`` with module paths and tensor metadata."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules import module

from visualize.traced import TracedModel
from visualize.tracing.check import check_against_run
from visualize.tracing.execution import record_tensors
from visualize.tracing.inplace import follow_in_place
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
    inputs = Inputs.of(example).without_values()
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    with _global_state_kept():
        replica = replicate(model)
        graph = trace_symbolically(replica, inputs)
        follow_in_place(graph, replica)
        record_tensors(graph, replica, inputs)
        check_against_run(graph, replica, inputs)
    return TracedModel(graph, replica, "symbolic")


@contextmanager
def _global_state_kept() -> Iterator[None]:
    """Keep random states, and hooks that are registered for all modules out of it."""
    state = random.getstate()
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    tables = (module._global_forward_pre_hooks, module._global_forward_hooks)
    hooks = [dict(table) for table in tables]
    try:
        for table in tables:
            table.clear()
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        for table, kept in zip(tables, hooks):
            table.clear()
            table.update(kept)
        random.setstate(state)
        if numpy:
            numpy.random.set_state(numpy_state)
