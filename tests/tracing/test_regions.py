"""An index that a region is given by gives that region, and what is apart shares no element."""

from __future__ import annotations

import itertools

import pytest
import torch

from visualize.tracing.regions import region_of

_INDICES = (
    slice(None), (slice(None), slice(2)), (slice(None), slice(2, None)), (0,), (slice(None), 3),
    (slice(None), slice(None, None, 2)), (slice(1, 2), slice(1, 5, 3)), (slice(1, None), ..., 0),
    (..., slice(1, -1)), (1, 2, 0), (slice(None), slice(1, 2), 2),
)  # fmt: skip
_BASES = (
    torch.arange(48).view(2, 6, 4),
    torch.arange(48).view(4, 6, 2).permute(2, 1, 0),
    torch.arange(96).view(4, 6, 4)[::2],
)


@pytest.mark.parametrize("base", _BASES)
@pytest.mark.parametrize("index", _INDICES)
def test_a_part_has_an_index(base: torch.Tensor, index: object) -> None:
    part, region = base[index], region_of(base)
    inner = region_of(part)
    assert inner
    assert region
    found = inner.index_in(region)
    assert found is not None
    assert torch.equal(base[found], part)


@pytest.mark.parametrize("base", _BASES)
def test_what_is_apart_shares_no_element(base: torch.Tensor) -> None:
    apart = 0
    for one, other in itertools.product(_INDICES, repeat=2):
        here, there = region_of(base[one]), region_of(base[other])
        assert here
        assert there
        if here.is_apart_from(there):
            apart += 1
            assert not set(base[one].flatten().tolist()) & set(base[other].flatten().tolist())
    assert apart


def test_no_index_gives_what_has_its_dimensions_in_another_order() -> None:
    base = torch.zeros(3, 4)
    inner, whole = region_of(base.T), region_of(base)
    assert inner
    assert whole
    assert inner.index_in(whole) is None


def test_a_tensor_without_strides_has_no_region() -> None:
    assert region_of(torch.eye(2).to_sparse()) is None
