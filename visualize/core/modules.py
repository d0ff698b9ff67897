"""Modules of torch: the model inside a wrapper, and tensors registered by dotted names."""

from __future__ import annotations

import torch
from torch import nn

from visualize.core.torch_internals import compiled_module


def is_module(model: object) -> bool:
    """Whether ``model`` is a module; what ``torch.compile`` returns for one is a module too."""
    return isinstance(model, nn.Module)


def unwrapped(model: nn.Module) -> nn.Module:
    """``model``, or what ``torch.compile``, DataParallel or DistributedDataParallel wraps."""
    while True:
        inner = compiled_module(model)
        if inner is not None:
            model = inner
        elif isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            model = model.module
        else:
            return model


def attach(root: nn.Module, target: str, tensor: torch.Tensor) -> None:
    """Register ``tensor`` under a dotted name, creating the modules that are missing.

    >>> net = nn.Module()
    >>> attach(net, "fc.weight", nn.Parameter(torch.zeros(2)))
    >>> [name for name, _ in net.named_parameters()]
    ['fc.weight']
    """
    *steps, name = target.split(".")
    module = root
    for step in steps:
        if not isinstance(getattr(module, step, None), nn.Module):
            module.add_module(step, nn.Module())
        module = module.get_submodule(step)
    if isinstance(tensor, nn.Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)
