"""TorchScript: its code is interpreted here once, operation by operation.

A script runs in C++, where Python sees neither its modules nor their parameters. Its code is
plain data, though: a graph of operations and control flow, each operation with the module it
was written in. Interpreted on meta tensors it gives the same graph as any other model, and
nothing but operators on tensors is ever called.
"""

from __future__ import annotations

import torch
from torch import fx, nn

from visualize.core.errors import UntraceableError
from visualize.core.phrases import Note, phrase
from visualize.core.torch_internals import named_parameters, script_method, tensors_of
from visualize.tracing.inputs import Inputs
from visualize.tracing.scripted.interpreter import Interpreter
from visualize.tracing.tensors import tensors_in

__all__ = ["note_on_script", "trace_scripted"]


def note_on_script(model: torch.jit.ScriptModule) -> Note | None:
    """What a user should know about the figure of ``model``, if anything."""
    graph = script_method(model).inlined_graph  # kept, because its nodes do not outlive it
    constants = graph.findAllNodes("prim::Constant")
    held = [tensor for constant in constants for tensor in tensors_in(constant.output().toIValue())]
    if named_parameters(model) or not any(tensor.dim() for tensor in held):
        return None
    return Note(
        phrase(
            "this TorchScript is frozen: its modules are gone, so no blocks or stages can be "
            "found, and its weights are constants without names"
        )
    )


def trace_scripted(model: torch.jit.ScriptModule, inputs: Inputs) -> tuple[fx.Graph, nn.Module]:
    """Record one run of ``model``, which is left as it is.

    Returns:
        The graph, each node with its `NodeFacts`, and the module its targets refer to.

    Raises:
        InputError: the inputs do not fit ``forward``.
        UntraceableError: the script decides by values of tensors and the model has none, or it
            does what the interpreter does not know.
        ForwardError: an operation refused its inputs, or the script itself raised.
    """
    try:
        return Interpreter(model, with_values=False).record(inputs.with_few_values())
    except UntraceableError:
        if any(tensor.is_meta for tensor in tensors_of(model)):
            raise
    return Interpreter(model, with_values=True).record(inputs.with_values())
