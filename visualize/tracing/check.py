"""A symbolic graph is believed only if a run calls the same layers and draws the same noise."""

from __future__ import annotations

from typing import Any

import torch
from torch import fx, nn
from torch.overrides import TorchFunctionMode

from visualize.core.errors import UntraceableError
from visualize.core.operators import RANDOM, family
from visualize.core.torch_internals import named_modules
from visualize.tracing.flops import Memory, OnMeta
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.module_calls import module_calls


def check_against_run(
    graph: fx.Graph, model: nn.Module, inputs: Inputs, leaves: Leaves, memory: Memory
) -> None:
    """Compare ``graph`` with a run of ``model`` on meta tensors.

    Under a proxy ``isinstance(x, torch.Tensor)`` is false, so tracing can take a branch that no
    run takes. Random numbers that are drawn without a proxy are constants in a symbolic graph. A
    run that fails on meta tensors proves nothing and is ignored.

    Raises:
        UntraceableError: the two differ; it names the first layer where they do, if there is one.
    """
    bound = inputs.bind(model)
    run = _Run()
    handles = _record_calls(model, leaves, run)
    try:
        with torch.no_grad(), OnMeta(memory), run, module_calls(model):
            model(*bound.args, **bound.kwargs)
    except Exception:  # whatever needs values or another device
        return
    finally:
        for handle in handles:
            handle.remove()
    traced = [str(node.target) for node in graph.nodes if node.op == "call_module"]
    if traced != run.called:
        pairs = zip([*traced, ""], [*run.called, ""])
        raise UntraceableError(
            "under torch.fx the model takes a different branch than in a run, as a check such as "
            "isinstance(x, torch.Tensor) can cause",
            line=next((b or a for a, b in pairs if a != b), "a layer"),
            hint="move this check out of forward",
        )
    if run.draws > sum(map(_is_draw, (node.target for node in graph.nodes))):
        raise UntraceableError(
            "under torch.fx random numbers that depend on no input become constants",
            line="forward",
            hint="draw them like an input, as torch.randn_like does",
        )


class _Run(TorchFunctionMode):
    """What a run does.

    Attributes:
        called: paths of the leaf modules that it calls, leaves inside leaves excepted.
        draws: how many times it draws random numbers outside of them.
        depth: of how many leaf modules the code that runs is part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.called: list[str] = []
        self.draws = 0
        self.depth = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.draws += self.depth == 0 and _is_draw(func)
        return func(*args, **(kwargs or {}))


def _is_draw(target: Any) -> bool:
    """Whether a function draws random numbers."""
    return family(str(getattr(target, "__name__", target))) in RANDOM


def _record_calls(model: nn.Module, leaves: Leaves, run: _Run) -> list[Any]:
    """Let every leaf module append its path to what ``run`` called."""

    def enter(path: str) -> None:
        if run.depth == 0:
            run.called.append(path)
        run.depth += 1

    def leave() -> None:
        run.depth -= 1

    handles: list[Any] = []
    for path, module in named_modules(model):
        if leaves(module, path):
            handles.append(module.register_forward_pre_hook(lambda *_, path=path: enter(path)))
            handles.append(module.register_forward_hook(lambda *_: leave(), always_call=True))
    return handles
