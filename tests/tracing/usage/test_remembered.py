"""What is remembered of an operator on fake tensors is what torch would answer again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from visualize.core.torch_internals import FakeTensor, FakeTensorMode, storage_id
from visualize.tracing.usage.remembered import Remembered

CPU = torch.device("cpu")
MODE = FakeTensorMode(allow_non_fake_inputs=True)
aten = torch.ops.aten


def fake(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return FakeTensor(MODE, torch.empty(shape, dtype=dtype, device="meta"), CPU)


class Asked:
    """Calls operators through a `Remembered`, and counts those that torch was asked for."""

    def __init__(self) -> None:
        self.remembered = Remembered(MODE)
        self.times = 0

    def __call__(self, operator: Any, *args: Any, **kwargs: Any) -> Any:
        def run(func: Any, args: Any, kwargs: Any) -> Any:
            self.times += 1
            return func(*args, **kwargs)

        return self.remembered.call(run, operator, args, kwargs)


def layout(result: Any, given: list[Tensor]) -> Any:
    """All that a result of torch shows of itself."""
    if isinstance(result, (tuple, list)):
        return type(result), [layout(item, given) for item in result]
    if not isinstance(result, Tensor):
        return result
    storages = [storage_id(tensor) for tensor in given]
    storage = storage_id(result)
    return (
        type(result), result.shape, result.stride(), result.storage_offset(), result.dtype,
        result.device, result.untyped_storage().nbytes(),
        storages.index(storage) if storage in storages else None,
        [result is tensor for tensor in given],
    )  # fmt: skip


CALLS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "new": lambda: (aten.mm.default, fake(11, 3), fake(3, 5)),
    "strided": lambda: (aten.relu.default, fake(11, 4, 5).transpose(0, 2)),
    "scalar": lambda: (aten.mul.Tensor, fake(11, 6), 2.0),
    "view": lambda: (aten.view.default, fake(11, 7), [7, 11]),
    "view of a part": lambda: (aten.select.int, fake(11, 8)[3:], 1, 2),
    "in place": lambda: (aten.add_.Tensor, fake(11, 9), fake(11, 9)),
    "list of views": lambda: (aten.split.Tensor, fake(11, 10), 3, 1),
    "tuple": lambda: (aten.native_layer_norm.default, fake(11, 12), [12], None, None, 1e-5),
    "with values": lambda: (aten.embedding.default, fake(11, 13), torch.arange(3)),
    "empty": lambda: (aten.cat.default, [fake(0), fake(11, 14)], 0),
    "one element": lambda: (aten.sum.default, fake(11, 15)),
}


@pytest.mark.parametrize("name", CALLS)
def test_second_answer_is_that_of_torch(name: str) -> None:
    asked = Asked()
    operator, *args = CALLS[name]()
    given = [a for each in args for a in (each if isinstance(each, list) else [each])]
    given = [a for a in given if isinstance(a, Tensor)]
    asked(operator, *args)
    answer = layout(asked(operator, *args), given)
    assert asked.times <= 1
    assert answer == layout(operator(*args), given)


def test_numbers_of_another_type_are_another_call() -> None:
    asked = Asked()
    whole = fake(17, 3, dtype=torch.int64)
    types = [asked(aten.mul.Tensor, whole, number).dtype for number in (1, 1.0, True)]
    assert types == [torch.int64, torch.float32, torch.int64]


def test_default_type_is_part_of_a_call() -> None:
    asked = Asked()
    whole = fake(17, 5, dtype=torch.int64)
    before = asked(aten.mul.Tensor, whole, 1.0).dtype
    torch.set_default_dtype(torch.float64)
    try:
        after = asked(aten.mul.Tensor, whole, 1.0).dtype
    finally:
        torch.set_default_dtype(torch.float32)
    assert (before, after) == (torch.float32, torch.float64)


def test_in_place_on_itself_and_on_another() -> None:
    asked = Asked()
    first, other = fake(19, 3), fake(19, 3)
    for _ in range(2):
        assert asked(aten.add_.Tensor, first, first) is first
        assert asked(aten.add_.Tensor, first, other) is first
        assert asked(aten.add_.Tensor, other, first) is other


def test_what_changes_its_argument_is_asked_again() -> None:
    asked = Asked()
    for _ in range(2):
        grown = fake(23)
        asked(aten.resize_.default, grown, [46])
        assert grown.shape == (46,)
        assert grown.untyped_storage().nbytes() == 4 * 46
    assert asked.times == 2


def test_a_storage_with_room_is_asked_for_again() -> None:
    asked = Asked()

    def run(func: Any, args: Any, kwargs: Any) -> Any:
        asked.times += 1
        return fake(30)[:29]

    for _ in range(2):
        result = asked.remembered.call(run, aten.neg.default, (fake(29),), {})
        assert result.untyped_storage().nbytes() == 120
    assert asked.times == 2


def test_without_fake_tensors_torch_computes() -> None:
    asked = Asked()
    values = [asked(aten.add.Tensor, torch.tensor(n), 1).item() for n in (1, 2)]
    assert values == [2, 3]


def test_other_libraries_are_asked_again() -> None:
    with torch.library._scoped_library("visualize_remembered", "DEF") as library:  # type: ignore[attr-defined]
        library.define("same(Tensor x) -> Tensor")
        library.impl("same", lambda x: x.clone(), "Meta")
        asked = Asked()
        for _ in range(2):
            asked(torch.ops.visualize_remembered.same.default, fake(31))
    assert asked.times == 2
