"""Values in a script's pickles: known functions, known classes, and tensors that fit."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from visualize.models.scripted.contents import ClassCode, RefusedError
from visualize.models.scripted.pickled import Called, Made, Named, Stored, Table
from visualize.models.scripted.values import PickleCheck

_STATE = ast.parse("def __setstate__(): pass").body[0]
assert isinstance(_STATE, ast.FunctionDef)
_CLASSES = {
    "__torch__.Conv": ClassCode("__torch__.Conv", "Module", {"__setstate__": _STATE}),
    "__torch__.Net": ClassCode("__torch__.Net", "Module", {}),
    "__torch__.Pair": ClassCode("__torch__.Pair", "NamedTuple", {}),
}


def _call(module: str, name: str, *arguments: Any) -> Called:
    return Called(Named(module, name), arguments)


def _stored(key: Any = "0", count: Any = 6, kind: str = "FloatStorage") -> Stored:
    return Stored(("storage", Named("torch", kind), key, "cpu", count))


def _tensor(size: Any = (2, 3), stride: Any = (3, 1), offset: Any = 0, **storage: Any) -> Called:
    hooks = _call("collections", "OrderedDict")
    of = _stored(**storage)
    return _call("torch._utils", "_rebuild_tensor_v2", of, offset, size, stride, True, hooks)


def _quantized(*quantizer: Any, size: Any = (2, 3)) -> Called:
    hooks = _call("collections", "OrderedDict")
    of = _stored(kind="QInt8Storage")
    return _call("torch._utils", "_rebuild_qtensor", of, 0, size, (3, 1), quantizer, False, hooks)


def _made(name: str, state: Any, *, complete: bool = True) -> Made:
    return Made(Named("__torch__", name), state, complete)


def _table(**items: Any) -> Table:
    table = Table()
    table.items = [*items.items()]
    return table


def _conv(groups: Any = 1, stride: Any = (1, 1), dilation: Any = (1, 1)) -> Made:
    state = (
        1,
        1,
        (3, 3),
        stride,
        (0, 0),
        dilation,
        False,
        (0, 0),
        groups,
        "zeros",
        _tensor(),
        None,
    )
    return _made("Conv", state)


def _check(value: Any) -> set[str]:
    check = PickleCheck(_CLASSES, {"0": 24, "1": 8})
    check.check(value)
    return check.records


_TWO = _tensor((2,), (1,), key="1", count=2)


@pytest.mark.parametrize(
    "value",
    [
        _made("Net", _table(training=True, weight=_tensor())),
        _call("torch.jit._pickle", "build_intlist", [1, 2]),
        _call("torch.jit._pickle", "restore_type_tag", _table(a=1), "Dict[str, __torch__.Net]"),
        _call("torch", "device", "cuda:0"),
        _call("builtins", "complex", 1.0, 2.0),
        _tensor((2, 2), (1, 3), 1),
        _tensor((), (), 5),
        _tensor((0, 9), (9, 1), count=0),
        _quantized(Named("torch", "per_tensor_affine"), 0.5, 3),
        _quantized(Named("torch", "per_channel_affine"), _TWO, _TWO, 0),
        Made(Named("__torch__.torch.classes.quantized", "Conv2dPackedParamsBase"), (1,), True),
        _conv(groups=2),
    ],
)
def test_what_scripts_hold_is_known(value: Any) -> None:
    assert _check(value) <= {"0", "1"}


@pytest.mark.parametrize(
    "value",
    [
        Named("torch", "save"),
        _conv(groups=0),
        _conv(stride=(1, 0)),
        _conv(dilation=(2**40, 1)),
        _conv(dilation=None),
        _call("posix", "system", "true"),
        _call("torch.distributed.rpc", "rebuild_rref", 1),
        _call("torch", "device", "cpu; true"),
        _call("torch", "device", 1),
        _call("collections", "OrderedDict", []),
        _call("torch.jit._pickle", "build_intlist", 3),
        _call("torch.jit._pickle", "restore_type_tag", [], "List[__torch__.Other]"),
        _call("torch.jit._pickle", "restore_type_tag", [], "List[" * 1000),
        _call("builtins", "complex", 1.0, "2"),
        Called(Named("__torch__", "Color"), _table()),
        Called(Named("__torch__", "Net"), 1),
        _made("Other", _table()),
        _made("Pair", _table()),
        _made("Net", (1, 2)),
        _made("Net", None, complete=False),
        _made("Net", _table(__class__=1)),
        Made(Named("__torch__.torch.classes.other", "Thing"), (), True),
        _stored(),
        _tensor((3, 3)),
        _tensor((2, 3), (3, 2)),
        _tensor((2, 3), (3, 1), 1),
        _tensor((2, 3), (3, -1)),
        _tensor((2, -3)),
        _tensor((2,), (3, 1)),
        _tensor((2.0,), (1,)),
        _tensor((True,), (1,)),
        _tensor(offset=-1),
        _tensor(key="../x"),
        _tensor(key="2"),
        _tensor(key="1"),
        _tensor(kind="DoubleStorage"),
        _tensor(kind="OtherStorage"),
        _tensor(count=2**60),
        _call("torch._utils", "_rebuild_tensor_v2", 1, 0, (), (), True, None),
        _quantized(Named("torch", "per_tensor_affine"), "0.5", 3),
        _quantized(Named("torch", "other"), 0.5, 3),
        _quantized(Named("torch", "per_channel_affine"), _TWO, _TWO, 1),
        _quantized(Named("torch", "per_channel_affine"), 1, 2, 0),
    ],
)
def test_everything_else_is_refused(value: Any) -> None:
    with pytest.raises(RefusedError):
        _check([value])


@pytest.mark.parametrize("of", [_call("torch._utils", "_rebuild_tensor_v2", 1)])
def test_missing_arguments_are_errors(of: Called) -> None:
    with pytest.raises(ValueError, match="unpack"):
        _check(of)
