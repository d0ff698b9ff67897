"""Layers and tensors that a model holds and has not registered, in lists, dicts and the like.

``self.layers = [nn.Linear(8, 8)]`` hides the layer from ``model.parameters()`` and from optimizers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from visualize.core.torch_internals import named_modules, own_tensors, tensors_of

_OWN = frozenset(vars(nn.Module()))  # the tables of torch
_HOLDERS = (dict, list, tuple, nn.Module, torch.Tensor)
_DEEPEST = 4  # collections inside collections


@dataclass(frozen=True)
class Unregistered:
    """What a model holds and has not registered, by path: ``stack.0`` for ``self.stack[0]``.

    Attributes:
        modules: those that are held, and those inside them.
        tensors: those that are held.
        ids: the identities of these tensors and of those that the modules hold.
    """

    modules: Mapping[str, nn.Module] = field(default_factory=dict)
    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)
    ids: frozenset[int] = frozenset()

    @classmethod
    def of(cls, model: nn.Module) -> Unregistered:
        """What ``model`` and the modules inside it hold and have not registered.

        >>> net = nn.Module()
        >>> net.layers = [nn.ReLU()]
        >>> list(Unregistered.of(net).modules)
        ['layers.0']
        """
        modules: dict[str, nn.Module] = {}
        tensors: dict[str, torch.Tensor] = {}
        waiting = list(named_modules(model))
        known = {id(module) for _, module in waiting}
        for _, module in waiting:
            known.update(map(id, own_tensors(module).values()))
        for path, module in waiting:
            for name, value in vars(module).items():
                if name in _OWN or not isinstance(value, _HOLDERS):
                    continue
                for place, held in _held(f"{path}.{name}" if path else name, value, _DEEPEST):
                    if id(held) in known:
                        continue
                    if isinstance(held, torch.Tensor):
                        tensors[place] = held
                    else:
                        inner = [
                            (f"{place}.{sub}".strip("."), one) for sub, one in named_modules(held)
                        ]
                        known.update(id(one) for _, one in inner)
                        modules.update(inner)
                        waiting += inner
        every = (*tensors.values(), *(one for each in modules.values() for one in tensors_of(each)))
        return cls(modules, tensors, frozenset(id(one) for one in every) - known)


def paths_by_id(model: nn.Module, held: Unregistered | None = None) -> dict[int, str]:
    """The path of each module by its identity, also of those that are not registered (``held``)."""
    held = held or Unregistered.of(model)
    return {id(module): path for path, module in (*held.modules.items(), *named_modules(model))}


def tensors_held(model: nn.Module, held: Unregistered | None = None) -> list[torch.Tensor]:
    """The parameters and buffers of ``model``, and what it holds and has not registered."""
    held = held or Unregistered.of(model)
    inside = (tensor for module in held.modules.values() for tensor in tensors_of(module))
    return [*tensors_of(model), *held.tensors.values(), *inside]


def _held(path: str, value: object, depth: int) -> Iterator[tuple[str, nn.Module | torch.Tensor]]:
    """The modules and tensors in ``value``, with their paths."""
    if isinstance(value, (nn.Module, torch.Tensor)):
        yield path, value
    elif depth and isinstance(value, dict):
        for key, item in value.items():
            yield from _held(f"{path}.{str(key).replace('.', '_')}", item, depth - 1)
    elif depth and isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _held(f"{path}.{number}", item, depth - 1)
