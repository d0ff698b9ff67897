"""What a trace is: the contract between the tracers and the annotators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, fx, nn


@dataclass(frozen=True)
class TracedModel:
    """A traced model.

    The ``meta`` of each node of ``graph`` holds ``outputs``, a tuple of `TensorSpec`; ``several``,
    whether the node returned a collection and not one tensor; ``flops``; and
    ``nn_module_stack``, the calls around it as ``{call: (path, class)}``, outermost first. That of
    a merge may hold ``line``, the file and line where the model's code calls it.

    Attributes:
        graph: the operations of one forward pass.
        model: a replica of the model, without weights, that ``graph`` refers to.
        parameters: the parameters of the replica as it was before it ran, by name.
        tracer: ``"symbolic"`` or ``"recorded"``.
        notes: what a user should know of how the graph was made.
        failures: the ways of tracing that were tried before in vain, and why.
        values: the parameters of the model itself by name, where their statistics are asked for.
    """

    graph: fx.Graph
    model: nn.Module
    parameters: Mapping[str, nn.Parameter]
    tracer: str
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    values: Mapping[str, Tensor] = field(default_factory=dict)
