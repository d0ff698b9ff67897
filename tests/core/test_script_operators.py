"""Operators of scripts: those that compute are allowed, whatever else torch registers is not."""

from __future__ import annotations

import pytest
import torchvision  # noqa: F401 (registers operators)

from visualize.core.script_operators import names_in, only_computes


@pytest.mark.parametrize(
    "name",
    [
        "aten::conv2d", "aten::_convolution", "aten::einsum", "aten::add_", "aten::__getitem__",
        "aten::lstm", "aten::quantized_lstm", "prim::min", "quantized::conv2d_relu",
        "torchvision::roi_align",
    ],
)  # fmt: skip
def test_what_computes_is_allowed(name: str) -> None:
    assert only_computes(name)


@pytest.mark.parametrize(
    "name",
    [
        "aten::save", "aten::from_file", "aten::set_", "aten::record_stream", "aten::manual_seed",
        "aten::wait", "aten::to_here", "aten::hash", "aten::_print",
        "aten::_cufft_clear_plan_cache", "aten::ljust", "aten::no_such_operator",
        "prim::rpc_sync", "prim::PythonOp",
        "image::read_file", "image::write_file", "c10d::send", "profiler::_record_function_enter",
        "symm_mem::one_shot_all_reduce", "somebody::anything", "relu", "",
    ],
)  # fmt: skip
def test_everything_else_is_not(name: str) -> None:
    assert not only_computes(name)


def test_names_are_read_from_text() -> None:
    assert names_in("a b\n c ") == {"a", "b", "c"}
