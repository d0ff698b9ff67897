"""Models are built without weights, in the first way that their constructor allows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from visualize.models.weightless import (
    build_weightless,
    building_with_values,
    explain_construction,
)


class Measuring(nn.Module):
    """Its constructor computes with values, which the meta device has not."""

    def __init__(self) -> None:
        super().__init__()
        rates = torch.linspace(0, 1, 3)
        self.rates = [float(rate) for rate in rates]
        self.one = nn.Linear(2, 2, bias=False)
        self.other = nn.Linear(2, 2, bias=False)
        self.other.weight = self.one.weight


def test_parameters_are_on_the_meta_device() -> None:
    model = build_weightless(lambda: nn.Linear(2, 2))
    assert isinstance(model, nn.Linear)
    assert model.weight.is_meta


def test_a_constructor_that_computes_gets_its_values() -> None:
    model = build_weightless(Measuring)
    assert isinstance(model, Measuring)
    assert model.rates == [0, 0.5, 1]
    assert model.one.weight is model.other.weight
    assert model.one.weight.is_meta


def test_values_are_the_same_each_time_and_leave_random_numbers_alone() -> None:
    state = torch.get_rng_state()
    with building_with_values():
        one, other = (build_weightless(lambda: nn.Linear(2, 2)) for _ in range(2))
    assert isinstance(one, nn.Linear)
    assert isinstance(other, nn.Linear)
    assert torch.equal(one.weight, other.weight)
    assert torch.equal(state, torch.get_rng_state())


def test_registration_is_as_before_also_where_a_constructor_fails() -> None:
    register = nn.Module.register_parameter

    def fail() -> nn.Module:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        build_weightless(fail)
    assert nn.Module.register_parameter is register


def test_the_error_of_a_constructor_is_one_line() -> None:
    error = explain_construction(TypeError("no such\nargument"), "net.py:Net")
    assert str(error).startswith("net.py:Net: building the model raised TypeError: no such; ")


def test_a_reason_that_goes_on_in_the_next_line_is_shown_whole() -> None:
    error = explain_construction(
        ValueError("invalid field 'depth':\n  'x' is not int\nmore"), "Net"
    )
    assert "raised ValueError: invalid field 'depth': 'x' is not int; check" in str(error)
