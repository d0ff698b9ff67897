"""A symbolic graph is believed only if a run calls the same layers in the same order."""

from __future__ import annotations

from typing import Any

import torch
from torch import fx, nn

from visualize.core.errors import UntraceableError
from visualize.core.torch_internals import named_modules
from visualize.tracing.flops import Memory, OnMeta
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves


def check_against_run(
    graph: fx.Graph, model: nn.Module, inputs: Inputs, leaves: Leaves, memory: Memory
) -> None:
    """Compare ``graph`` with a run of ``model`` on meta tensors.

    Under a proxy ``isinstance(x, torch.Tensor)`` is false, so tracing can take a branch that no
    run takes. A run that fails on meta tensors proves nothing and is ignored.

    Raises:
        UntraceableError: the two differ; it names the first layer where they do.
    """
    bound = inputs.bind(model)
    called: list[str] = []
    handles = _record_calls(model, leaves, called)
    try:
        with torch.no_grad(), OnMeta(memory):
            model(*bound.args, **bound.kwargs)
    except Exception:  # whatever needs values or another device
        return
    finally:
        for handle in handles:
            handle.remove()
    traced = [str(node.target) for node in graph.nodes if node.op == "call_module"]
    if traced != called:
        first = next((b or a for a, b in zip([*traced, ""], [*called, ""]) if a != b), "a layer")
        raise UntraceableError(
            "under torch.fx the model takes a different branch than in a run, as a check such as "
            "isinstance(x, torch.Tensor) can cause",
            line=first,
            hint="move this check out of forward",
        )


def _record_calls(model: nn.Module, leaves: Leaves, called: list[str]) -> list[Any]:
    """Let every leaf module append its path to ``called``, leaves inside leaves excepted."""
    depth = 0

    def enter(path: str) -> None:
        nonlocal depth
        if depth == 0:
            called.append(path)
        depth += 1

    def leave() -> None:
        nonlocal depth
        depth -= 1

    handles: list[Any] = []
    for path, module in named_modules(model):
        if leaves(module, path):
            handles.append(module.register_forward_pre_hook(lambda *_, path=path: enter(path)))
            handles.append(module.register_forward_hook(lambda *_: leave(), always_call=True))
    return handles
