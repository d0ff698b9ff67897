"""What is known of a call is what the meta device would answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from visualize.tracing.flops import FlopCounter, Memory, OnMeta
from visualize.tracing.tensors import tensors_in


def _meta(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


def _norm(*shape: int, channels: int = 8) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    statistics = [_meta(channels) for _ in range(4)]
    return F.batch_norm, (_meta(*shape), *statistics)


CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "batch norm of an image": _norm(2, 8, 4, 4),
    "batch norm of features": _norm(2, 8),
    "batch norm of a volume": _norm(1, 8, 2, 3, 4),
    "batch norm in training": (F.batch_norm, (_meta(2, 8), *([_meta(8)] * 4), True)),
    "batch norm without weights": (F.batch_norm, (_meta(2, 8), _meta(8), _meta(8))),
    "batch norm of what lies otherwise": (
        F.batch_norm, (_meta(2, 4, 4, 8).permute(0, 3, 1, 2), *([_meta(8)] * 4))
    ),
    "concat": (torch.cat, ([_meta(2, 3, 4), _meta(2, 5, 4)], 1)),
    "concat of empty parts": (torch.cat, ((_meta(0, 4), _meta(0, 4)),)),
    "concat from the end": (torch.cat, ([_meta(2, 3), _meta(2, 1)], -1)),
    "concat of different dtypes": (torch.cat, ([_meta(2), _meta(2, dtype=torch.float16)],)),
    "concat of what lies otherwise": (torch.cat, ([_meta(3, 2).T, _meta(3, 2).T],)),
    "concat with an old empty tensor": (torch.cat, ([_meta(0), _meta(2, 3)],)),
    "two results": (torch.max, (_meta(3, 4), 1)),
    "views": (torch.split, (_meta(4, 2), 2)),
    "the same": (F.dropout, (_meta(3), 0.5, False)),
}  # fmt: skip


def _form(tensor: torch.Tensor) -> tuple[Any, ...]:
    return tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device.type


@pytest.mark.parametrize("name", CALLS)
def test_known_calls_return_what_the_function_returns(name: str) -> None:
    function, args = CALLS[name]
    memory = Memory()
    with torch.no_grad():
        expected = function(*args)
        for _ in range(2):  # the second is known
            found = memory.call(function, args, {}, tensors_in(args))
            assert type(found) is type(expected) or isinstance(found, tuple)
            assert [*map(_form, tensors_in(found))] == [*map(_form, tensors_in(expected))]


@pytest.mark.parametrize(
    ("function", "args"),
    [
        _norm(2, 7, 4, 4),
        _norm(8),
        (torch.cat, ([_meta(2, 3), _meta(3, 3)], 1)),
        (torch.cat, ([_meta(2, 3)], 2)),
        (torch.cat, ([],)),
    ],
)
def test_what_a_function_refuses_is_refused(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    memory = Memory()
    with pytest.raises((RuntimeError, ValueError, IndexError)), torch.no_grad():
        memory.call(function, args, {}, tensors_in(args))


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (torch.cat, {"tensors": [_meta(2, 3), _meta(2, 1)], "dim": 1}),
        (torch.cat, {"tensors": [_meta(2, 3), _meta(2, 1)], "axis": 1}),
        (
            F.batch_norm,
            {"input": _meta(2, 8), "running_mean": _meta(8), "running_var": _meta(8), "eps": 1e-3},
        ),
        (F.batch_norm, {"input": _meta(2, 8), "running_mean": None, "running_var": None,
                        "training": True}),
    ],
    ids=["concat", "concat along an axis", "batch norm", "batch norm in training"],
)  # fmt: skip
def test_arguments_may_have_any_name_that_torch_knows(
    function: Callable[..., Any], arguments: dict[str, Any]
) -> None:
    expected = function(**arguments)
    for _ in range(2):
        result = Memory().call(function, (), arguments, tensors_in(arguments))
        assert (result.shape, result.stride(), result.dtype) == (
            expected.shape, expected.stride(), expected.dtype,
        )  # fmt: skip


@pytest.mark.parametrize("given", [[None, _meta(2)], [3, _meta(2)], "ab"])
def test_torch_refuses_what_is_not_a_tensor(given: Any) -> None:
    with pytest.raises(TypeError, match="Tensor"):
        Memory().call(torch.cat, (given,), {}, tensors_in(given))


def test_results_of_known_calls_are_new_tensors() -> None:
    memory = Memory()
    args = (_meta(3, 4), 1)
    with torch.no_grad():
        first, second = (memory.call(torch.max, args, {}, args[:1]) for _ in range(2))
    assert first[0] is not second[0]
    assert first[0].untyped_storage()._cdata != second[0].untyped_storage()._cdata


def test_a_known_write_returns_what_was_given_and_counts_as_a_write() -> None:
    for given in (_meta(2, 3), _meta(2, 3)):
        view = given[0]
        with torch.no_grad():
            for times in (1, 2):
                assert Memory().call(F.hardswish, (given, True), {}, (given,)) is given
                assert (given._version, view._version) == (times, times)


def test_a_known_write_may_change_the_shape() -> None:
    for _ in range(2):
        given = _meta(2, 3)
        with torch.no_grad():
            result = Memory().call(torch.Tensor.t_, (given,), {}, (given,))
        assert result is given
        assert given.shape == (3, 2)


def test_the_default_type_decides() -> None:
    whole = torch.ones(3, dtype=torch.int64, device="meta")
    try:
        for dtype in (torch.float32, torch.float64, torch.float32):
            torch.set_default_dtype(dtype)
            with torch.no_grad():
                result = Memory().call(torch.true_divide, (whole, 2), {}, (whole,))
            assert result.dtype is dtype
    finally:
        torch.set_default_dtype(torch.float32)


def test_views_and_inputs_are_never_made_up() -> None:
    memory = Memory()
    x = _meta(4, 2)
    with torch.no_grad():
        for _ in range(2):
            assert memory.call(F.dropout, (x, 0.5, False), {}, (x,)) is x
            part, _ = memory.call(torch.split, (x, 2), {}, (x,))
            assert part.untyped_storage()._cdata == x.untyped_storage()._cdata


def test_flops_are_counted_at_every_call() -> None:
    memory = Memory()
    with torch.no_grad(), memory.counting(), OnMeta(memory):
        for _ in range(3):
            F.linear(_meta(2, 8), _meta(4, 8))
            F.scaled_dot_product_attention(*[_meta(1, 2, 5, 8)] * 3)
    attention = 2 * (2 * 2 * 5 * 5 * 8)
    assert memory.total == 3 * (2 * 2 * 8 * 4 + attention)


@pytest.mark.parametrize(
    ("function", "args", "flops"),
    [
        (torch.mv, (_meta(3, 4), _meta(4)), 2 * 3 * 4),
        (torch.dot, (_meta(4), _meta(4)), 2 * 4),
        (F.bilinear, (_meta(2, 3), _meta(2, 4), _meta(5, 3, 4)), 2 * 2 * 5 * (3 * 4 + 4)),
        (torch.Tensor.addmv_, (_meta(3), _meta(3, 4), _meta(4)), 2 * 3 * 4),
        (torch.Tensor.addmm_, (_meta(3, 5), _meta(3, 4), _meta(4, 5)), 2 * 3 * 4 * 5),
        (torch.Tensor.addbmm_, (_meta(3, 5), _meta(2, 3, 4), _meta(2, 4, 5)), 2 * 2 * 3 * 4 * 5),
        (torch.Tensor.baddbmm_, (_meta(2, 3, 5), _meta(2, 3, 4), _meta(2, 4, 5)), 2 * 2 * 60),
        (torch.Tensor.addr_, (_meta(3, 4), _meta(3), _meta(4)), 0),
        (torch.Tensor.relu_, (_meta(3, 4),), 0),
        (torch.mm, (_meta(2, 3), _meta(3, 4)), 2 * 2 * 3 * 4),
        (F.conv2d, (_meta(1, 3, 8, 8), _meta(4, 3, 3, 3)), 2 * 36 * 4 * 27),
    ],
)
def test_flops_of_operators(
    function: Callable[..., Any], args: tuple[torch.Tensor, ...], flops: int
) -> None:
    with FlopCounter() as counter, torch.no_grad():
        function(*args)
    assert counter.total == flops


def test_the_next_model_knows_what_torch_itself_does() -> None:
    args = (_meta(2, 3, 17), torch.nn.Parameter(_meta(5, 17)))
    counted = []
    for _ in range(2):
        memory = Memory()
        with torch.no_grad():
            memory.call(F.linear, args, {}, args)
        counted.append((memory.total, len(memory.known)))
    assert counted == [(2 * 2 * 3 * 17 * 5, 1), (2 * 2 * 3 * 17 * 5, 0)]
