"""Operations in words: what a paper would write for one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.core.operators import (
    ACTIVATION,
    ATTENTION,
    CONVOLUTION,
    IDENTITY,
    LINEAR,
    NORM,
    POOL,
    RECURRENT,
    RESAMPLE,
    RESHAPE,
    SLICE,
    TRANSPOSED_CONVOLUTION,
    MergeType,
    family,
    operator,
)


def shape(tensor: TensorSpec, batch: int = 1) -> str:
    """A shape without the dimension of the batch, if it has one.

    >>> shape(TensorSpec((1, 64, 56, 56))), shape(TensorSpec((128, 2)))
    ('64×56×56', '128×2')
    """
    sizes = tensor.shape
    if len(sizes) > 1 and sizes[0] == batch:
        sizes = sizes[1:]
    return "×".join(map(str, sizes)) or "scalar"


def operation(layer: Operation) -> str:
    """One operation in words.

    >>> operation(Operation("c", NodeKind.MODULE, "Conv2d", attributes={"kernel_size": [3, 3],
    ...     "out_channels": 64, "stride": [2, 2]}))
    '3×3 conv, 64, /2'
    """
    name = family(layer.type)
    for families, words in _WORDS:
        if name in families:
            return words(layer)
    known = operator(layer.type)
    return (known.merge.value if known.merge else known.word) or _function(layer)


def operation_name(type_name: str) -> str:
    """A class as a stage names it: ``conv`` for ``Conv2d``, other classes as they are.

    >>> operation_name("Conv2d"), operation_name("BasicBlock")
    ('conv', 'BasicBlock')
    """
    if family(type_name) in CONVOLUTION:
        return "conv"
    return type_name.lstrip("_") or type_name


def symbol(layer: Operation) -> str:
    """The sign of a merge."""
    return (operator(layer.type).merge or MergeType.ADD).symbol


def short_name(layer: Operation) -> str:
    """A norm or activation as it stands in the second line of a box."""
    return operator(layer.type).word or layer.type


def _convolution(layer: Operation) -> str:
    kernel = _kernel(layer)
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    groups = layer.attributes.get("groups", 1)
    kind = "conv"
    if groups and groups > 1:
        depthwise = groups == layer.attributes.get("in_channels") or _weight(layer)[1:2] == (1,)
        kind = "depthwise conv" if depthwise else "grouped conv"
    words = [f"{kernel} {kind}".strip(), str(channels) if channels else ""]
    words.append(_stride(layer))
    dilation = layer.attributes.get("dilation", 1)
    widest = max(dilation) if isinstance(dilation, (list, tuple)) else dilation
    words.append(f"dilation {widest}" if widest > 1 else "")
    return ", ".join(word for word in words if word)


def _kernel(layer: Operation) -> str:
    """The size of a convolution's kernel; that of a function is told by its weight."""
    sizes = layer.attributes.get("kernel_size")
    return _sizes(sizes or _weight(layer)[2:] or None)


def _weight(layer: Operation) -> tuple[int, ...]:
    """Shape of the first parameter, which is a function's weight."""
    return layer.weights[0] if layer.weights else ()


def _transposed_convolution(layer: Operation) -> str:
    kernel = _kernel(layer)
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    stride = _stride(layer).replace("/", "×")
    words = [f"{kernel} up-conv".strip(), str(channels) if channels else "", stride]
    return ", ".join(word for word in words if word)


def _pool(layer: Operation) -> str:
    known = operator(layer.type)
    if known.is_adaptive:
        sizes = layer.outputs[0].shape[2:] if layer.outputs else ()
        if set(sizes) <= {1}:
            return f"global {known.word}"
        return f"{known.word} to {'×'.join(map(str, sizes))}"
    kernel = _sizes(layer.attributes.get("kernel_size"))
    return ", ".join(word for word in (f"{known.word} {kernel}".strip(), _stride(layer)) if word)


def _mean(layer: Operation) -> str:
    """A mean over all places of a map, batch × channels × height × width, is a pooling."""
    given = layer.attributes.get("dim", layer.attributes.get("1"))
    over = list(given) if isinstance(given, (list, tuple)) else [given]
    left = len(layer.outputs[0].shape) if layer.outputs else 0
    kept = layer.attributes.get("keepdim", layer.attributes.get("2")) is True
    rank = left if kept else left + len(over)
    # Three dimensions may as well be a sequence of vectors.
    if rank not in (4, 5) or not all(isinstance(one, int) for one in over):
        return "mean"
    return "global avg pool" if {one % rank for one in over} == set(range(2, rank)) else "mean"


def _linear(layer: Operation) -> str:
    wide, out = layer.attributes.get("in_features"), layer.attributes.get("out_features")
    if family(layer.type) == "bilinear":
        sides = [layer.attributes.get(f"in{side}_features") for side in (1, 2)]
        return f"Bilinear, {sides[0]}, {sides[1]} → {out}"
    if wide is None:
        out, wide = next((weight for weight in layer.weights if len(weight) == 2), (None, None))
    if wide is None:
        return "Linear"
    return f"Linear, {wide} → {out}"


def _matrix_product(layer: Operation) -> str:
    """A product with a matrix of parameters, which is given as inputs × outputs."""
    sizes = next((weight for weight in layer.weights if len(weight) == 2), None)
    return f"Linear, {sizes[0]} → {sizes[1]}" if sizes else _spaced(layer.type)


def _resample(layer: Operation) -> str:
    scale = layer.attributes.get("scale_factor") or layer.attributes.get("upscale_factor")
    factor = scale[0] if isinstance(scale, (list, tuple)) else scale
    mode = layer.attributes.get("mode", "")
    kind = "pixel shuffle" if "shuffle" in family(layer.type) else f"{mode} resize".strip()
    return f"{kind} ×{factor:g}" if isinstance(factor, (int, float)) else kind


def _embedding(layer: Operation) -> str:
    rows, width = layer.attributes.get("num_embeddings"), layer.attributes.get("embedding_dim")
    if rows is None and len(_weight(layer)) == 2:
        rows, width = _weight(layer)
    return f"Embedding, {rows} → {width}" if rows else "embedding"


def _attention(layer: Operation) -> str:
    heads = layer.attributes.get("num_heads")
    return f"multi-head attention, {heads} heads" if heads else "attention"


def _dot_product_attention(layer: Operation) -> str:
    """Attention of queries, keys and values that are given as batch × heads × length × width."""
    kind = "causal attention" if layer.attributes.get("is_causal") is True else "attention"
    sizes = layer.outputs[0].shape if layer.outputs else ()
    return f"{kind}, {sizes[1]} heads" if len(sizes) == 4 and sizes[1] > 1 else kind


def _recurrent(layer: Operation) -> str:
    wide, out = layer.attributes.get("input_size"), layer.attributes.get("hidden_size")
    stacked = layer.attributes.get("num_layers")
    depth = stacked if isinstance(stacked, int) else 1
    if wide is None and len(layer.weights) > 1:  # of a function: from the inputs, from itself
        wide, out = layer.weights[0][-1], layer.weights[1][-1]
    kind = short_name(layer)
    words = [kind, f"{wide} → {out}" if wide else "", f"{depth} layers" if depth > 1 else ""]
    return ", ".join(word for word in words if word)


def _dropout(layer: Operation) -> str:
    rate = layer.attributes.get("p")
    name = _spaced(layer.type)
    return f"{name} {rate:g}" if isinstance(rate, (int, float)) else name


def _norm(layer: Operation) -> str:
    name = short_name(layer)
    return "BatchNorm" if name == "BN" else name


def _spaced(type_name: str) -> str:
    """``shifted_window_attention`` and ``StochasticDepth`` in plain words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_name).replace("_", " ").strip()
    return name.lower()


def _function(layer: Operation) -> str:
    if family(layer.type) in SLICE:
        return operator(layer.type).word
    plain = layer.kind is NodeKind.FUNCTION or family(layer.type) in RESHAPE | IDENTITY
    return _spaced(layer.type) if plain else layer.type


_WORDS: tuple[tuple[frozenset[str], Callable[[Operation], str]], ...] = (
    (CONVOLUTION, _convolution),
    (TRANSPOSED_CONVOLUTION, _transposed_convolution),
    (POOL, _pool),
    (LINEAR, _linear),
    (frozenset({"addmm"}), _matrix_product),
    (frozenset({"mean"}), _mean),
    (RESAMPLE, _resample),
    (frozenset({"embedding", "embeddingbag"}), _embedding),
    (frozenset({"multiheadattention"}), _attention),
    (ATTENTION, _dot_product_attention),
    (RECURRENT, _recurrent),
    (frozenset({"dropout", "dropout2d", "stochasticdepth"}), _dropout),
    (NORM, _norm),
    (ACTIVATION, short_name),
    (IDENTITY | RESHAPE | SLICE, _function),
)


def _sizes(value: Any) -> str:
    if value is None:
        return ""
    sizes = value if isinstance(value, (list, tuple)) else [value, value]
    return "×".join(map(str, sizes))


def _stride(layer: Operation) -> str:
    stride = layer.attributes.get("stride")
    if stride is None and family(layer.type) in POOL:
        stride = layer.attributes.get("kernel_size")
    sizes = stride if isinstance(stride, (list, tuple)) else [stride]
    if not sizes or set(sizes) <= {1, None}:
        return ""
    return f"/{sizes[0]}" if len(set(sizes)) == 1 else "/" + "×".join(map(str, sizes))


def _channels_out(layer: Operation) -> int | None:
    sizes = layer.outputs[0].shape if layer.outputs else ()
    return sizes[1] if len(sizes) > 2 else None
