"""How many floating-point operations an operator takes: two for each term of a sum of products.

The formulas are those of `torch.utils.flop_counter`, and more of the same kind for the products
that it leaves out. Elementwise work, such as norms, activations, pooling and outer products,
counts as nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils.flop_counter import flop_registry, sdpa_flop_count

from visualize.core.torch_internals import overload_packet
from visualize.tracing.quantized import QUANTIZED

Formula = Callable[..., int]

# (a + bi)(c + di) = (ac - bd) + (ad + bc)i
_REAL_IN_COMPLEX = 4
# Torch computes a complex convolution as three real ones.
_REAL_IN_CONVOLUTION = 3


def _vector_flops(first: Any, *_: Any, **__: Any) -> int:
    """A matrix or vector times a vector."""
    return 2 * int(first.numel())


def _added_vector_flops(_: Any, matrix: Any, *__: Any, **___: Any) -> int:
    """A matrix times a vector, added to another vector."""
    return 2 * int(matrix.numel())


def _pair_flops(left: Any, right: Any) -> int:
    """A product of matrices; zeros that a sparse one does not store are left out."""
    if right.layout is not torch.strided and left.layout is torch.strided:
        return 2 * int(left.shape[-2]) * _stored(right)
    return 2 * _stored(left) * int(right.shape[-1])


def _stored(tensor: Any) -> int:
    """How many values a tensor stores."""
    if tensor.layout is torch.strided:
        return int(tensor.numel())
    coordinates = tensor.layout is torch.sparse_coo
    return int(tensor._nnz() if coordinates else tensor.values().numel())


def _product_flops(left: Any, right: Any, *_: Any, **__: Any) -> int:
    """The products of matrices, one for each pair of them."""
    return _pair_flops(left, right)


def _added_flops(_: Any, left: Any, right: Any, *__: Any, **___: Any) -> int:
    """Such products, added to something."""
    return _pair_flops(left, right)


def _row_flops(rows: Any, *_: Any, out_val: Any, **__: Any) -> int:
    """Each row of the result is a sum over the last axis of the input."""
    return 2 * int(out_val.numel()) * int(rows.shape[-1])


def _trilinear_flops(one: Any, weight: Any, other: Any, *_: Any, **__: Any) -> int:
    """``nn.Bilinear``: x Wᵢ y for each of its outputs, first x W and then y, as torch does."""
    rows = int(one.numel()) // int(one.shape[-1])
    outputs, left, right = map(int, weight.shape[-3:])
    return 2 * rows * outputs * (left + 1) * right


def _attention_flops(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return int(sdpa_flop_count(query.shape, key.shape, value.shape))  # type: ignore[no-untyped-call]


def _time_flops(_: Any, kernel: Any, *__: Any, out_val: Any, **___: Any) -> int:
    """A convolution over time × batch × channels; its kernel is width × inputs × outputs."""
    width, inputs, _outputs = map(int, kernel.shape)
    return 2 * int(out_val.numel()) * width * inputs


def _kernel_flops(_: Any, kernel: Any, *__: Any, out_val: Any, **___: Any) -> int:
    """A convolution whose kernel is outputs × inputs × positions."""
    return 2 * int(out_val.numel()) * int(kernel[0].numel())


def _vecdot_flops(one: Any, *_: Any, out_val: Any, dim: int = -1, **__: Any) -> int:
    """Sums of products along a dimension."""
    return 2 * int(out_val.numel()) * int(one.shape[dim])


# By qualified name: an operator of another library exists only once that is imported.
_FORMULAS: Mapping[str, Formula] = {
    "aten::mv": _vector_flops,
    "aten::dot": _vector_flops,
    "aten::vdot": _vector_flops,
    "aten::addmv": _added_vector_flops,
    "aten::mm": _product_flops,
    "aten::addmm": _added_flops,
    "aten::addbmm": _added_flops,
    "aten::_sparse_mm": _product_flops,
    "aten::_sparse_addmm": _added_flops,
    # A product of each group of rows with its own matrix, as in experts.
    "aten::_grouped_mm": _product_flops,
    "aten::_int_mm": _row_flops,
    "aten::_weight_int4pack_mm": _row_flops,
    "aten::_weight_int4pack_mm_for_cpu": _row_flops,
    "aten::affine_grid_generator": _row_flops,
    "aten::_trilinear": _trilinear_flops,
    "aten::_scaled_dot_product_flash_attention_for_cpu": _attention_flops,
    "aten::conv_tbc": _time_flops,
    "torchvision::deform_conv2d": _kernel_flops,
}


@functools.cache
def formula_of(operator: Any) -> Formula | None:
    """The formula of an operator that the dispatcher calls; None if it has none.

    A formula takes the arguments of the operator, and its result as ``out_val``. What writes to
    its first argument, as ``addmv_`` does, has that of the operator which does not.

    >>> formula_of(torch.ops.aten.addmv_.default) is formula_of(torch.ops.aten.addmv.default)
    True
    """
    packet = overload_packet(operator)
    name = packet.__name__.removesuffix("_")
    if name != packet.__name__:
        packet = getattr(getattr(torch.ops, operator.namespace), name, packet)
    known = _FORMULAS.get(f"{operator.namespace}::{name}")
    return known or QUANTIZED.get(packet) or flop_registry.get(packet)


def real_products(args: Sequence[Any]) -> int:
    """How many products of real numbers one of the numbers in ``args`` takes: 4 if complex.

    >>> real_products([torch.ones(2)]), real_products([torch.ones(2, dtype=torch.complex64)])
    (1, 4)
    """
    tensors = (one for one in args if isinstance(one, torch.Tensor))
    return _REAL_IN_COMPLEX if any(one.is_complex() for one in tensors) else 1


def flops_of_function(
    func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, counted: int
) -> int:
    """FLOPs of a function whose parts, as the dispatcher sees them, take ``counted`` FLOPs.

    >>> pair = torch.ones(3, 5), torch.ones(3, 5)
    >>> flops_of_function(torch.linalg.vecdot, pair, {}, torch.linalg.vecdot(*pair), 0)
    30
    """
    name = getattr(func, "__name__", "").partition(".")[0]
    if name == "linalg_vecdot" and args:
        return _vecdot_flops(*args, **kwargs, out_val=result) * real_products(args)
    if name.startswith("conv") and real_products(args) > 1:
        return counted * _REAL_IN_COMPLEX // _REAL_IN_CONVOLUTION
    return counted
