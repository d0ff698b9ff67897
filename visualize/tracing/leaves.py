"""Leaf modules: those that a graph shows as one operation."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import nn

from visualize.core.module_path import matching
from visualize.core.modules import class_name_of
from visualize.core.torch_internals import named_modules, own_class

# Opened although torch.nn defines them, because they hold residual connections.
_OPENED = (
    nn.Sequential,
    nn.Transformer,
    nn.TransformerEncoder,
    nn.TransformerDecoder,
    nn.TransformerEncoderLayer,
    nn.TransformerDecoderLayer,
)


@dataclass(frozen=True)
class Leaves:
    """The modules of torch.nn that compute, and those that the user names.

    Attributes:
        names: class names or module paths, ``*`` and ``?`` allowed.
    """

    names: tuple[str, ...] = ()

    def __call__(self, module: nn.Module, path: str) -> bool:
        """Whether ``module``, found at ``path``, is a leaf."""
        kind = own_class(module)
        if isinstance(module, torch.jit.ScriptModule):
            return bool(self.names) and self._named(class_name_of(module), path)
        if kind.__module__.startswith(("torch.nn", "torch.ao.nn")):
            return not isinstance(module, _OPENED) or self._named(kind.__name__, path)
        return bool(self.names) and self._named(kind.__name__, path)

    def _named(self, kind: str, path: str) -> bool:
        return any(fnmatchcase(kind, name) or matching(name, [path]) for name in self.names)

    def unmatched(self, model: nn.Module) -> list[str]:
        """The names that fit no module of ``model``."""
        if not self.names:
            return []
        found = [(class_name_of(module), path) for path, module in named_modules(model)]
        return [
            name
            for name in self.names
            if not any(fnmatchcase(kind, name) or matching(name, [path]) for kind, path in found)
        ]
