"""Annotate: from a traced model to an `Architecture` with shapes, parameters, cost and skips."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx

from visualize.annotate.cost import annotate_macs
from visualize.annotate.held import held_tensors
from visualize.annotate.notes import notes_on_weights
from visualize.annotate.operands import annotate_constants
from visualize.annotate.parameters import annotate_parameters, count_parameters
from visualize.annotate.skips import find_skips, mark_skips, search_skips
from visualize.annotate.structure import build_graph, called_modules
from visualize.annotate.uncounted import notes_on_cost
from visualize.annotate.weights import annotate_weights
from visualize.core.architecture import Architecture
from visualize.core.traced import TracedModel, boundaries_of

__all__ = ["PASSES", "annotate", "find_skips"]

# Each pass rewrites the operations of the graph; they run in this order, after the parameters and
# weights.
PASSES: tuple[Callable[[nx.MultiDiGraph, TracedModel], None], ...] = (
    annotate_constants,
    annotate_macs,
)


def annotate(trace: TracedModel, *, name: str, class_name: str) -> Architecture:
    """Build the annotated graph of a traced model."""
    graph, held = build_graph(trace), held_tensors(trace)
    annotate_parameters(graph, trace, held)
    annotate_weights(graph, trace, held)
    for run_pass in PASSES:
        run_pass(graph, trace)
    found = search_skips(graph)
    mark_skips(graph, found.skips)
    counts = count_parameters(graph, trace, held)
    return Architecture(
        name=name,
        class_name=class_name,
        graph=graph,
        modules=called_modules(trace),
        boundaries=boundaries_of(trace.graph),
        unrolled_skips=found.skips,
        untyped=found.untyped,
        parameters=counts.total,
        trainable_parameters=counts.trainable,
        buffers=counts.buffers,
        buffer_dtypes=counts.buffer_dtypes,
        unused_buffers=counts.unused_buffers,
        unused_buffer_dtypes=counts.unused_buffer_dtypes,
        unused_parameters=counts.unused,
        unused_modules=counts.unused_modules,
        unused_weights=counts.unused_weights,
        unused_dtypes=counts.unused_dtypes,
        tied=counts.tied,
        unused_statistics=counts.unused_statistics,
        tracer=trace.tracer,
        notes=(
            *trace.notes,
            *notes_on_weights(graph, trace, held, class_name),
            *notes_on_cost(graph, trace),
        ),
        failures=trace.failures,
    )
