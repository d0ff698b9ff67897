"""What the result of a real run depends on, and what the output of a graph is reached from."""

from __future__ import annotations

import copy
from typing import Any

import networkx as nx
import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from visualize.core.architecture import Architecture, NodeKind
from visualize.tracing.tensors import tensors_in


def run_eagerly(
    model: nn.Module, args: Any, kwargs: Any, train: bool, change: str = ""
) -> list[Tensor]:
    """What a copy of ``model`` returns, with one parameter or input changed."""
    model = copy.deepcopy(model).train(train)
    args, kwargs = pytree.tree_map_only(Tensor, torch.clone, (args, kwargs))
    changeable = {**dict(model.named_parameters()), **_named_inputs(args, kwargs)}
    with torch.no_grad():
        if change:
            noise = torch.Generator().manual_seed(5)
            tensor = changeable[change]
            tensor.copy_(tensor + torch.randn(tensor.shape, generator=noise))
        torch.manual_seed(7)
        return tensors_in(model(*args, **kwargs))


def _named_inputs(args: Any, kwargs: Any) -> dict[str, Tensor]:
    inputs = tensors_in((args, kwargs))
    return {f"input{index}": t for index, t in enumerate(inputs) if t.is_floating_point()}


def by_change(model: nn.Module, args: Any, kwargs: Any, train: bool) -> set[str]:
    before = run_eagerly(model, args, kwargs, train)
    found = set()
    for name in [*dict(model.named_parameters()), *_named_inputs(args, kwargs)]:
        after = run_eagerly(model, args, kwargs, train, name)
        if len(after) != len(before) or not all(map(_same, before, after)):
            found.add(name)
    return found


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, equal_nan=True)


def by_autograd(model: nn.Module, args: Any, kwargs: Any, train: bool) -> set[str]:
    """The same by autograd, which counts what is overwritten in part; empty where it refuses."""
    model = copy.deepcopy(model).train(train)
    args, kwargs = pytree.tree_map_only(Tensor, torch.clone, (args, kwargs))
    inputs = _named_inputs(args, kwargs)
    for tensor in inputs.values():
        tensor.requires_grad_()
    given = pytree.tree_map_only(
        Tensor, lambda t: t * 1 if t.requires_grad else t, (args, kwargs)
    )  # so that it may be written to
    try:
        outputs = [t for t in tensors_in(model(*given[0], **given[1])) if t.requires_grad]
        if outputs:
            torch.autograd.backward([abs(t).sum() for t in outputs])
    except RuntimeError:
        return set()
    named = {**dict(model.named_parameters()), **inputs}
    return {name for name, tensor in named.items() if tensor.grad is not None}


def reaches_output(architecture: Architecture, model: nn.Module) -> set[str]:
    """The parameters and inputs from which the output of the graph is reached."""
    reached = nx.ancestors(architecture.graph, "output")
    modules = {_plain(path): module for path, module in model.named_modules()}
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found: set[str] = set()
    inputs = 0
    for layer in architecture.operations:
        if layer.kind is NodeKind.INPUT:
            if layer.id in reached and layer.outputs[0].dtype.startswith("float"):
                found.add(f"input{inputs}")
            inputs += 1
        elif layer.id in reached:
            owner, _, name = layer.path.rpartition(".")
            tensors = [getattr(modules.get(owner), name, None)]
            if layer.kind is NodeKind.MODULE:
                tensors = list(modules[layer.path].parameters())
            elif layer.kind is not NodeKind.CONSTANT:
                tensors = []
            found |= {names[id(tensor)] for tensor in tensors if id(tensor) in names}
    return found


def _plain(path: str) -> str:
    """A path without wrappers of torch.compile and DataParallel."""
    steps = [step for step in path.split(".") if step not in ("_orig_mod", "module")]
    return ".".join(steps)
