"""Statistics of weights: what torch computes of all of them, however they are parted."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualize.annotate import statistics
from visualize.annotate.statistics import statistics_of
from visualize.core.statistics import Statistics, combined

numbers = st.lists(
    st.one_of(st.just(0.0), st.floats(-1e6, 1e6, allow_subnormal=False, width=32)),
    min_size=1,
    max_size=60,
)


def agrees(found: Statistics | None, values: torch.Tensor) -> None:
    values = values.double()
    assert found is not None
    assert found.count == values.numel()
    size = float(values.abs().max()) or 1.0
    assert found.mean == pytest.approx(float(values.mean()), abs=1e-9 * size)
    assert found.deviation == pytest.approx(float(values.std(correction=0)), abs=1e-7 * size)
    assert found.norm == pytest.approx(float(torch.linalg.vector_norm(values)), rel=1e-9)
    assert found.zeros == int((values == 0).sum())
    assert found.sparsity == found.zeros / found.count


@given(numbers, st.integers(1, 7))
def test_parts_add_up_to_the_whole(values: list[float], size: int) -> None:
    whole = torch.tensor(values, dtype=torch.float64)
    agrees(statistics_of(whole), whole)
    agrees(combined(statistics_of(part) for part in whole.split(size)), whole)


def test_a_constant_has_no_deviation() -> None:
    ones = statistics_of(torch.full((1000,), 0.1))
    assert ones is not None
    assert (ones + ones).deviation == 0.0


def test_large_tensors_are_read_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_CHUNK", 7)
    values = torch.randn(5, 9)
    agrees(statistics_of(values), values)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.int8, torch.bool]
)
def test_every_dtype_is_read(dtype: torch.dtype) -> None:
    values = torch.tensor([0.0, 1.0, 0.0, 1.0]).to(dtype)
    assert statistics_of(values) == Statistics(4, 0.5, 1.0, 2)


@pytest.mark.filterwarnings("ignore")
def test_other_layouts_are_read() -> None:
    expected = Statistics(4, 0.5, 1.0, 2)
    values = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert statistics_of(values.T) == expected
    assert statistics_of(values.to_sparse()) == expected
    assert statistics_of(torch.quantize_per_tensor(values, 0.5, 0, torch.qint8)) == expected
    assert statistics_of(torch.complex(values, values)) == Statistics(8, 0.5, 2.0, 4)
    assert statistics_of(torch.empty(0)) is None
    assert combined([None, expected, None]) == expected
    assert combined([None]) is None


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_what_is_not_a_number_is_reported(broken: float) -> None:
    found = statistics_of(torch.tensor([1.0, broken]))
    assert found is not None
    assert not found.is_finite


def test_numbers_too_large_to_square_are_reported() -> None:
    found = statistics_of(torch.tensor([1.0, 1e200], dtype=torch.float64))
    assert found is not None
    assert found.norm == math.inf
    assert not (found + found).is_finite
