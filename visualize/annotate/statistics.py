"""Statistics of the values of tensors."""

from __future__ import annotations

from dataclasses import replace

import torch

from visualize.core.statistics import Statistics, combined

_CHUNK = 1 << 24  # numbers converted to double precision at a time


def statistics_of(tensor: torch.Tensor) -> Statistics | None:
    """The statistics of all numbers in ``tensor``, computed in double precision; None without any.

    The real and the imaginary part of a complex number count as two numbers.

    >>> statistics_of(torch.tensor([[0.0, 2.0], [3.0, 3.0]]))
    Statistics(count=4, mean=2.0, squares=6.0, zeros=1)
    """
    numbers = tensor.detach()
    if numbers.is_quantized:
        numbers = numbers.dequantize()
    if numbers.layout is not torch.strided:
        numbers = numbers.to_dense()
    if numbers.is_complex():
        numbers = torch.view_as_real(numbers.resolve_conj())
    chunks = torch.split(numbers.reshape(-1), _CHUNK)
    try:
        found = combined(
            _statistics(chunk.to("cpu", torch.float64)) for chunk in chunks if len(chunk)
        )
    except NotImplementedError:  # a dtype that torch stores but cannot compute with
        return None
    is_idle = found is not None and tensor.dim() < 2 and found.zeros == found.count
    return replace(found, idle=found.zeros) if found and is_idle else found


def _statistics(numbers: torch.Tensor) -> Statistics:
    variance, mean = torch.var_mean(numbers, correction=0)
    count = len(numbers)
    zeros = count - int(torch.count_nonzero(numbers))
    return Statistics(count, float(mean), float(variance) * count, zeros)
