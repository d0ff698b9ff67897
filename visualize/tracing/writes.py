"""What a call of a function writes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from visualize.core.torch_internals import without_torch_function
from visualize.tracing.recorder import share_memory


def writes_uncounted(target: Any, given: Sequence[torch.Tensor]) -> bool:
    """Whether a function writes to tensors that do not count their versions."""
    name = target if isinstance(target, str) else getattr(target, "__name__", "")
    uncounted = name.startswith("_foreach_") or any(tensor.is_inference() for tensor in given)
    return uncounted and name.endswith("_") and not name.startswith("__")


def written_to(changed: Sequence[torch.Tensor], args: Any) -> list[torch.Tensor]:
    """What a call wrote to, of the tensors whose version changed.

    Views count with what they are views of: ``x[0] = x[1]`` writes to the first argument alone.
    """
    first = args[0] if args else None
    if not isinstance(first, torch.Tensor) or all(one is not first for one in changed):
        return list(changed)
    return [one for one in changed if one is first or not share_memory(one, first)]


def copies_to_itself(tensor: Any, index: Any, value: Any) -> bool:
    """Whether ``x[i] = y`` is the end of ``x[i] += …``, which wrote to ``x`` already."""
    if not isinstance(value, torch.Tensor) or not share_memory(tensor, value):
        return False
    with without_torch_function():
        place = tensor[index]
        return share_memory(place, value) and _layout(place) == _layout(value)


def _layout(tensor: torch.Tensor) -> Any:
    return tensor.storage_offset(), tensor.shape, tensor.stride()
