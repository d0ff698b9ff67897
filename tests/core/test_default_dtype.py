"""A default dtype that only one thread has."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from visualize.core.default_dtype import of_default_dtype, own_default_dtype

MAKE: dict[str, Callable[[], torch.Tensor]] = {
    "zeros": lambda: torch.zeros(2),
    "given": lambda: torch.zeros(2, dtype=torch.float32),
    "tensor": lambda: torch.tensor([0.5, 1]),
    "integers": lambda: torch.tensor([1, 2]),
    "array": lambda: torch.tensor(np.ones(2, dtype=np.float32)),
    "arange": lambda: torch.arange(0.0, 2.0),
    "division": lambda: torch.arange(4) / 2,
    "float": lambda: torch.arange(4).float(),
    "to": lambda: torch.arange(4).to(torch.float32),
    "of it": lambda: torch.zeros(2, dtype=torch.float32) * 2,
    "like": lambda: torch.ones_like(torch.zeros(2, dtype=torch.float32)),
    "new": lambda: torch.zeros(2, dtype=torch.int64).new_ones(2),
    "layer": lambda: nn.Linear(2, 2).weight,
    "embedding": lambda: nn.Embedding(2, 2).weight,
    "norm": lambda: nn.LayerNorm(2).weight,
    "default": lambda: torch.empty(0, dtype=torch.get_default_dtype()),
}


class Mode(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        return of_default_dtype(func, args, kwargs, func(*args, **kwargs))


@pytest.mark.parametrize("name", MAKE)
def test_what_is_made_has_the_dtype_that_torch_gives_it(name: str) -> None:
    torch.set_default_dtype(torch.bfloat16)
    try:
        expected = MAKE[name]().dtype
    finally:
        torch.set_default_dtype(torch.float32)
    with own_default_dtype(), Mode():
        torch.set_default_dtype(torch.bfloat16)
        assert MAKE[name]().dtype is expected
        torch.set_default_dtype(torch.float32)
        assert torch.zeros(2).dtype is torch.float32


def test_other_threads_keep_theirs() -> None:
    found: list[Any] = []
    with own_default_dtype(), Mode():
        torch.set_default_dtype(torch.float64)
        assert torch.get_default_dtype() is torch.float64
        thread = threading.Thread(
            target=lambda: found.extend((torch.get_default_dtype(), torch.ones(2).dtype))
        )
        thread.start()
        thread.join()
    assert found == [torch.float32] * 2
    assert torch.get_default_dtype() is torch.float32
