"""What outlives a trace: calls of torch's own functions with plain arguments, not too many."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from visualize.tracing import lasting
from visualize.tracing.lasting import LastingCalls


def _own(value: Any) -> Any:
    return value


class _Special(torch.Tensor):
    """A class of a model's own."""


@pytest.mark.parametrize(
    ("func", "argument", "lasts"),
    [
        (torch.add, torch.Size((2, 3)), True),
        (F.hardswish, (int, 3), True),
        (torch.Tensor.sum, (torch.dtype, torch.float32), True),
        (_own, (int, 3), False),
        (torch.add, (object, object()), False),
        (torch.add, (torch.nn.Parameter, torch.Size((2,)), (1,), torch.float32, True), True),
        (torch.add, (_Special, torch.Size((2,)), (1,), torch.float32, True), False),
    ],
)
def test_only_what_refers_to_no_model_lasts(func: Any, argument: Any, lasts: bool) -> None:
    calls: LastingCalls[int] = LastingCalls()
    key = (func, (argument,))
    calls.keep(func, key, 7)
    assert calls.get(key) == (7 if lasts else None)


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "_MOST", 3)
    calls: LastingCalls[int] = LastingCalls()
    keys = [(torch.add, size) for size in range(7)]
    for key in keys:
        calls.keep(torch.add, key, 1)
    assert [key for key in keys if calls.get(key)] == keys[-1:]
