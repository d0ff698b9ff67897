"""Arguments of calls as handlers read them."""

from __future__ import annotations

import pytest

from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.describe.receptive.call import Call, Operand
from visualize.describe.receptive.maps import Map
from visualize.describe.receptive.spans import UnknownError


def call(**attributes: object) -> Call:
    outputs = (TensorSpec((1, 2, 8)),)
    operation = Operation("a", NodeKind.MODULE, "Conv1d", attributes=attributes, outputs=outputs)
    return Call(operation, (Operand(TensorSpec((1, 2, 8)), Map(((1,), (2,), (8,)), {})),))


def test_sizes_of_each_axis() -> None:
    assert call(kernel_size=3).sizes(2, "kernel_size", 0, [1, 1]) == [3, 3]
    assert call(kernel_size=[3, 5]).sizes(2, "kernel_size", 0, [1, 1]) == [3, 5]
    assert call().sizes(2, "kernel_size", 0, [1, 1]) == [1, 1]


def test_axes_count_from_the_first() -> None:
    assert call(dim=-1).axis(1, "dim") == 2
    with pytest.raises(UnknownError):
        call(dim="n").axis(1, "dim")
