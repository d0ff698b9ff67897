"""What a trace is: the contract between the tracers and the annotators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import fx, nn


@dataclass(frozen=True)
class TracedModel:
    """A traced model.

    The ``meta`` of each node of ``graph`` holds ``outputs``, a tuple of `TensorSpec`; ``several``,
    whether the node returned a collection and not one tensor; ``flops``; and
    ``nn_module_stack``, the calls around it as ``{call: (path, class)}``, outermost first.

    Attributes:
        graph: the operations of one forward pass.
        model: a replica of the model, without weights, that ``graph`` refers to.
        tracer: ``"symbolic"`` or ``"recorded"``.
    """

    graph: fx.Graph
    model: nn.Module
    tracer: str
