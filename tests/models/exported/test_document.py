"""The JSON of exported programs: unions, names, sizes, dtypes and module calls."""

from __future__ import annotations

import pytest
import torch

from visualize.core.architecture import ModuleCall
from visualize.models.exported.document import (
    PLAIN,
    dtype_of,
    enclosing_calls_of,
    name_of,
    only,
    outputs_of,
    sizes_of,
)


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ({"as_name": "x"}, "x"),
        ({"as_tensor": {"name": "y"}}, "y"),
        ({"as_sym_int": {"as_name": "s0"}}, "s0"),
        ({"as_optional_tensor": {"as_tensor": {"name": "z"}}}, "z"),
        ({"as_sym_int": {"as_int": 3}}, None),
        ({"as_int": 3}, None),
    ],
)
def test_arguments_name_their_nodes(argument: dict[str, object], name: str | None) -> None:
    assert name_of(argument) == name


def test_a_union_holds_one_value() -> None:
    assert only({"as_int": 3}) == ("as_int", 3)
    with pytest.raises(ValueError, match="unpack"):
        only({"as_int": 3, "as_float": 1.0})


def test_outputs_are_listed_one_by_one() -> None:
    one = {"as_tensor": {"name": "a"}}
    assert outputs_of({"outputs": [one]}) == [one]
    several = {"as_tensors": [{"name": "a"}, {"name": "b"}]}
    assert [name_of(output) for output in outputs_of({"outputs": [several]})] == ["a", "b"]


def test_sizes_of_dynamic_dimensions_are_their_hints() -> None:
    hint = {"as_expr": {"expr_str": "s0", "hint": {"as_int": 7}}}
    assert sizes_of([{"as_int": 2}, hint]) == (2, 7)


def test_plain_values() -> None:
    assert dtype_of(7) is torch.float32
    assert PLAIN["as_scalar_type"](13) is torch.bfloat16
    assert PLAIN["as_float"]("Infinity") == float("inf")
    assert PLAIN["as_float_lists"]([["1", 2]]) == [[1.0, 2.0]]
    assert PLAIN["as_complex"]({"real": 1, "imag": 2}) == 1 + 2j
    assert PLAIN["as_memory_format"](2) is torch.channels_last
    assert PLAIN["as_none"](True) is None
    with pytest.raises(KeyError):
        PLAIN["as_layout"](1)


def test_module_calls_are_read_from_their_text() -> None:
    text = "L__self__,,net.Net;L__self__b@1,b,torch.nn.modules.linear.Linear"
    found = enclosing_calls_of({"metadata": {"nn_module_stack": text}})
    assert [(one.call, one.class_name) for one in found] == [
        (ModuleCall("", 0), "Net"),
        (ModuleCall("b", 1), "Linear"),
    ]
    assert enclosing_calls_of({"metadata": {}}) == ()
