"""Operators that take functions: branches and loops are run, attention is one operation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import sdpa_flop_count

from visualize.tracing.recorder import Recorder
from visualize.tracing.tensors import tensors_in


def run_higher_order(
    name: str, args: Any, recorder: Recorder, watching: AbstractContextManager[object]
) -> Any:
    """What the operator ``name`` returns.

    Args:
        name: one of `HIGHER_ORDER`.
        args: its arguments in their order.
        recorder: records the run.
        watching: sees the operations of the functions that are given.
    """
    if name == "flex_attention":
        return _attention(args, recorder)
    with watching:
        return HIGHER_ORDER[name](*args)


def _branch(predicate: Any, if_true: Any, if_false: Any, operands: Any) -> Any:
    return (if_true if predicate else if_false)(*operands)


def _map(function: Callable[..., Any], mapped: Any, others: Any) -> Any:
    rows = zip(*(each.unbind(0) for each in mapped))
    results = [function(*row, *others) for row in rows]
    if isinstance(results[0], torch.Tensor):
        return torch.stack(results)
    return tuple(torch.stack(parts) for parts in zip(*results))


def _loop(goes_on: Callable[..., Any], body: Callable[..., Any], carried: Any, others: Any) -> Any:
    while goes_on(*carried, *others):
        carried = tuple(body(*carried, *others))
    return carried


def _attention(args: Any, recorder: Recorder) -> Any:
    """The results of attention whose scores a function changes; its values are made up."""
    query, key, value, change, _, scale, *_ = args
    batch, heads, rows, _ = query.shape
    made = (
        query.new_zeros((batch, heads, rows, value.shape[-1])),
        query.new_zeros((batch, heads, rows), dtype=torch.float32),
        query.new_zeros((batch, heads, rows), dtype=torch.float32),
    )
    read = [tensor for tensor in _read_by(change, query) if recorder.is_named(tensor)]
    flops = sdpa_flop_count(  # type: ignore[no-untyped-call]
        query.shape, (batch, heads, *key.shape[2:]), (batch, heads, *value.shape[2:])
    )
    return recorder.add(
        "call_function",
        torch.ops.higher_order.flex_attention,
        (query, key, value, *read),
        {"scale": scale},
        (query, key, value, *read),
        made,
        flops=int(flops),
    )


def _read_by(change: Callable[..., Any], like: torch.Tensor) -> list[torch.Tensor]:
    """The tensors that a function of a score and four positions reads, each once."""
    position = like.new_zeros((), dtype=torch.int64)
    given = [like.new_zeros(()), *[position] * 4]
    reading = _Reading()
    with contextlib.suppress(Exception), reading:  # what it reads is all that is asked
        change(*given)
    return [one for one in reading.found.values() if not any(one is each for each in given)]


class _Reading(TorchFunctionMode):
    """Notes every tensor that operations are given."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[int, torch.Tensor] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.found.update({id(each): each for each in tensors_in((args, kwargs or {}))})
        return func(*args, **(kwargs or {}))


HIGHER_ORDER: dict[str, Callable[..., Any]] = {
    "cond": _branch,
    "map_impl": _map,
    "while_loop": _loop,
    "flex_attention": _attention,
}
