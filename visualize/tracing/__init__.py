"""Trace: from a model to a ``torch.fx.Graph`` with module paths and tensor metadata."""

from __future__ import annotations

from visualize.tracing.front import trace_model
from visualize.tracing.guess import guess_inputs
from visualize.tracing.inputs import ExampleInputs, Inputs

__all__ = ["ExampleInputs", "Inputs", "guess_inputs", "trace_model"]
