"""Modules of torch: the model inside a wrapper, and tensors registered by dotted names."""

from __future__ import annotations

import dis
import types
from collections.abc import Mapping

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


def class_name_of(module: nn.Module) -> str:
    """The name of a module's class; of a script, that of the class it was made from."""
    if isinstance(module, torch.jit.ScriptModule):
        return str(module.original_name)
    return type(module).__name__


def has_forward(model: nn.Module) -> bool:
    """Whether ``model`` computes anything; containers such as ``nn.ModuleList`` do not."""
    return type(model).forward is not nn.Module.forward or "forward" in vars(model)


def modules_named_in(code: types.CodeType, names: Mapping[str, object]) -> dict[str, nn.Module]:
    """The modules among the global ``names`` that a function or one inside it reads.

    >>> net = nn.ReLU()
    >>> sorted(modules_named_in((lambda x: net(x).other).__code__, {"net": net, "other": net}))
    ['net']
    """
    found: dict[str, nn.Module] = {}
    waiting = [code]
    while waiting:
        one = waiting.pop()
        waiting += [each for each in one.co_consts if isinstance(each, types.CodeType)]
        known = {name: names.get(name) for name in one.co_names}  # attributes as well as names
        modules = {name: value for name, value in known.items() if isinstance(value, nn.Module)}
        if modules:
            read = {each.argval for each in dis.get_instructions(one) if each.opname in _READS}
            found |= {name: value for name, value in modules.items() if name in read}
    return found


_READS = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})


def attach(root: nn.Module, target: str, tensor: torch.Tensor, *, constant: bool = False) -> None:
    """Register ``tensor`` under a dotted name, creating the modules that are missing.

    A ``constant`` that is no parameter becomes an attribute, and no buffer.

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
    elif constant:
        setattr(module, name, tensor)
    else:
        module.register_buffer(name, tensor)
