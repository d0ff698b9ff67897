"""Operators that a script from a file may name: those that compute, and do nothing else.

The list says what is allowed. What is not on it may read or write files, talk to other processes,
change the state of this one, or trust addresses that the script gives it.
"""

from __future__ import annotations

import functools

from visualize.core.torch_internals import script_schemas


def names_in(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Whatever is registered here computes with tensors alone.
_LIBRARIES = frozenset({"prims", "quantized", "torchvision"})
# Of torch itself, for other things than models: processes, files, devices, tests.
_OF_TORCH = names_in(
    """
    _c10d_functional _c10d_functional_autograd _dtensor _native _quantized _test c10d coor cuda
    debug_mode_ops debugprims export image inductor inductor_prims mkl mkldnn mkldnn_prepacked
    onednn onnx prim profiler quantization rngprims sparse static_runtime symm_mem
    """
)
# On numbers, text and collections, or without tensors among their arguments.
_PLAIN = names_in(
    """
    Bool Complex Delete Float Int Size __and__ __contains__ __derive_index __getitem__ __is__
    __isnot__ __lshift__ __not__ __or__ __range_length __round_to_zero_floordiv __rshift__ __xor__
    _get_tracing_state _infer_size _list_to_tensor _set_item _size_if_not_equal _tensor_to_list
    _unwrap_optional angle acos acosh add add_ all any append arange as_tensor asin asinh atan atan2
    atanh bartlett_window blackman_window broadcast_shapes can_cast ceil clear copy copysign cos
    cosh count degrees dequantize device dict div divmod empty empty_permuted empty_strided
    endswith eq erf erfc exp expm1 extend eye fabs fft_fftfreq fft_rfftfreq find floor floordiv
    fmod format frexp full gcd ge get gt hamming_window hann_window has_torch_function index insert
    is_autocast_cpu_enabled is_autocast_enabled is_grad_enabled is_scripting isfinite isinf isnan
    items join kaiser_window keys ldexp le len lgamma linspace list log log10 log1p logspace lower
    lstrip lt mathremainder modf mul mul_ ne neg normal ones ord polar pop popitem pow promote_types
    radians rand randint randn randperm range remainder remove result_type reverse round rstrip
    scalar_tensor select set_grad_enabled setdefault sin sinh slice sort sorted sparse_coo_tensor
    split sqrt startswith str strip sub sum sym_constrain_range sym_constrain_range_for_size tan
    tanh tensor title tril_indices triu_indices update upper values warn zeros
    """
)
# Their text chooses between ways of computing.
_WITH_TEXT = names_in(
    """
    conv1d conv2d conv3d div div_ divide divide_ einsum fft_fft fft_fft2 fft_fftn fft_hfft
    fft_hfft2 fft_hfftn fft_ifft fft_ifft2 fft_ifftn fft_ihfft fft_ihfft2 fft_ihfftn fft_irfft
    fft_irfft2 fft_irfftn fft_rfft fft_rfft2 fft_rfftn gelu gelu_ index_reduce index_reduce_
    linalg_cond linalg_eigh linalg_eigvalsh linalg_lstsq linalg_matrix_norm linalg_norm linalg_qr
    linalg_svd linalg_svdvals meshgrid nanquantile pad pad_sequence quantile scatter scatter_
    scatter_reduce scatter_reduce_ searchsorted segment_reduce stft
    """
)
# Behind functions and layers that people call, which scripts and traces name as well.
_INNER = names_in(
    """
    __iand__ __interpolate __ior__ __ixor__ __upsample __upsample_bilinear __upsample_nearest
    _adaptive_avg_pool2d _adaptive_avg_pool3d _add_relu _add_relu_ _addmm_activation _aminmax
    _assert_tensor_metadata _autocast_to_full_precision _autocast_to_reduced_precision
    _batch_norm_impl_index _batch_norm_no_update _cast_Byte _cast_Char _cast_Double _cast_Float
    _cast_Half _cast_Int _cast_Long _cast_Short _cdist_forward _cholesky_solve_helper _coalesced
    _conj _conj_physical _convolution _convolution_mode _ctc_loss _dim_arange _embedding_bag
    _embedding_bag_forward_only _empty_affine_quantized _empty_per_channel_affine_quantized
    _euclidean_dist _fake_quantize_learnable_per_channel_affine
    _fake_quantize_learnable_per_tensor_affine
    _fake_quantize_per_tensor_affine_cachemask_tensor_qparams _fft_c2c _fft_c2r _fft_r2c
    _fused_dropout _fused_moving_avg_obs_fq_helper _fused_rms_norm _grid_sampler_2d_cpu_fallback
    _indices _int_mm _is_all_true _is_any_true _is_zerotensor _linalg_det _linalg_eigvals
    _linalg_slogdet _linalg_solve_ex _local_scalar_dense _log_softmax
    _make_per_channel_quantized_tensor _make_per_tensor_quantized_tensor _masked_scale
    _masked_softmax _native_batch_norm_legit _native_batch_norm_legit_no_training
    _native_multi_head_attention _neg_view _nested_from_padded _nested_tensor_from_mask
    _nested_tensor_from_mask_left_aligned _nested_tensor_size _nested_tensor_strides
    _nnpack_spatial_convolution _no_grad_fill_ _no_grad_normal_ _no_grad_uniform_ _no_grad_zero_
    _pack_padded_sequence _pack_sequence _pad_circular _pad_enum _pad_packed_sequence
    _pdist_forward _prelu_kernel _reshape_alias _reshape_copy _safe_softmax _sample_dirichlet
    _scaled_dot_product_attention_math _scaled_dot_product_efficient_attention
    _scaled_dot_product_flash_attention _scaled_dot_product_flash_attention_for_cpu _scaled_mm
    _shape_as_tensor _slow_conv2d_forward _softmax _sparse_log_softmax _sparse_softmax
    _sparse_sum _stack _standard_gamma _thnn_fused_gru_cell _thnn_fused_lstm_cell _to_copy
    _to_cpu _to_dense _transform_bias_rescale_qkv _transformer_encoder_layer_fwd _trilinear
    _unique _unique2 _unsafe_view _upsample_bicubic2d_aa _upsample_bilinear2d_aa
    _upsample_lanczos2d_aa _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d _values _weight_int8pack_mm _weight_norm _weight_norm_interface
    """
)
# With tensors among their arguments, but not to compute with them alone.
_NOT = frozenset({"backward", "dist_backward", "record_stream", "save", "set", "set_", "set_data"})
_PRIMITIVES = names_in(
    """
    BroadcastSizes ConstantChunk EnumName EnumValue IfThenElse NumToTensor Print RaiseException
    StringIndex TupleIndex TupleUnpack Uninitialized abs data device dtype index is_cpu is_cuda
    is_meta is_mkldnn is_mps is_nested is_quantized is_sparse is_sparse_csr is_vulkan is_xla is_xpu
    itemsize layout max min name nbytes rangelist requires_grad tolist type unchecked_cast
    unchecked_unwrap_optional
    """
)


@functools.cache
def only_computes(operator: str) -> bool:
    """Whether an operator such as ``aten::relu`` computes and does nothing else.

    >>> [only_computes(f"aten::{name}") for name in ("relu", "einsum", "save", "from_file")]
    [True, True, False, False]
    >>> [only_computes(name) for name in ("torchvision::nms", "image::write_file")]
    [True, False]
    """
    namespace, _, name = operator.partition("::")
    if namespace == "prim":
        return name in _PRIMITIVES
    if namespace != "aten":
        return namespace in _LIBRARIES
    if name in _PLAIN | _WITH_TEXT | _INNER:
        return True
    return name not in _NOT and not name.startswith("_") and _takes_tensors_alone(operator)


@functools.cache
def may_be_exported(operator: str) -> bool:
    """Whether a program of `torch.export` may name an operator.

    Programs run on tensors without values, so that inner operators of torch, which trust what they
    are given, are among them. Operators of other packages are code that this process has loaded.

    >>> [may_be_exported(f"aten::{name}") for name in ("relu", "_unsafe_index", "from_file")]
    [True, True, False]
    >>> [may_be_exported(name) for name in ("c10d::send", "profiler::_record_function_enter")]
    [False, False]
    """
    namespace, _, name = operator.partition("::")
    if namespace == "aten":
        return only_computes(operator) or (name not in _NOT and _takes_tensors_alone(operator))
    return only_computes(operator) or namespace not in _OF_TORCH


def _takes_tensors_alone(operator: str) -> bool:
    """Whether every form of an operator takes tensors, and neither text nor handles."""
    forms = [[str(each.type) for each in form.arguments] for form in script_schemas(operator)]
    return bool(forms) and all(
        any("Tensor" in kind for kind in kinds) and all(map(_is_data, kinds)) for kinds in forms
    )


def _is_data(kind: str) -> bool:
    return not any(other in kind for other in ("str", "Storage", "Stream", "Future", "RRef", "Any"))
