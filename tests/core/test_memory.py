"""Bytes of the tensors that operations compute."""

from __future__ import annotations

import pytest

from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.core.memory import activation_memory

MAP = TensorSpec((2, 8, 4, 4))


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float32", 4), ("float16", 2), ("bfloat16", 2), ("int64", 8), ("bool", 1), ("complex64", 8)],
)
def test_a_tensor_has_as_many_bytes_as_its_numbers(dtype: str, size: int) -> None:
    one = Operation("relu", NodeKind.FUNCTION, "relu", outputs=(TensorSpec((2, 3), dtype),))
    assert activation_memory([one]) == 6 * size


def test_all_results_of_all_operations_count() -> None:
    conv = Operation("conv", NodeKind.MODULE, "Conv2d", outputs=(MAP,))
    split = Operation("lstm", NodeKind.MODULE, "LSTM", outputs=(MAP, MAP))
    assert activation_memory([conv, split]) == 3 * 2 * 8 * 16 * 4


@pytest.mark.parametrize(
    ("kind", "type_name"),
    [
        (NodeKind.INPUT, "input"),
        (NodeKind.CONSTANT, "constant"),
        (NodeKind.FUNCTION, "reshape"),
        (NodeKind.FUNCTION, "getitem"),
        (NodeKind.MODULE, "Dropout"),
    ],
)
def test_what_computes_nothing_needs_none(kind: NodeKind, type_name: str) -> None:
    assert activation_memory([Operation("one", kind, type_name, outputs=(MAP,))]) == 0
