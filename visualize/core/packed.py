"""Weights that quantized layers pack in a form of their own, which are no parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from visualize.core.torch_internals import named_modules


def packed_weights(module: nn.Module) -> Iterator[torch.Tensor]:
    """The weights and biases that the quantized layers in ``module`` have packed.

    Such layers of `torch.ao.nn.quantized` have methods where other layers have tensors.
    """
    for _, layer in named_modules(module):
        if not type(layer).__module__.startswith("torch.ao.nn"):
            continue
        for name in ("weight", "bias", "get_weight", "get_bias"):
            found = getattr(layer, name, None)
            if callable(found) and not isinstance(found, torch.Tensor):
                yield from _tensors(found())


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    values = value.values() if isinstance(value, dict) else [value]
    return (one for one in values if isinstance(one, torch.Tensor))
