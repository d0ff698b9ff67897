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
from visualize.core.phrases import Phrase, counted, listed, phrase, term, verbatim

# Words of operators and names of functions that the catalogue has; other names stay as they are.
_CATALOGUE = (
    phrase("max pool"), phrase("avg pool"), phrase("lp pool"), phrase("fractional max pool"),
    phrase("slice"), phrase("split"), phrase("add"), phrase("multiply"), phrase("concat"),
    phrase("divide"), phrase("subtract"), phrase("stack"), phrase("pad"), phrase("matmul"),
    phrase("hard sigmoid"), phrase("hard swish"), phrase("sigmoid"), phrase("softmax"),
    phrase("dropout"), phrase("stochastic depth"), phrase("identity"), phrase("channel shuffle"),
    phrase("flatten"), phrase("unflatten"), phrase("reshape"), phrase("view"), phrase("permute"),
    phrase("transpose"), phrase("squeeze"), phrase("unsqueeze"), phrase("expand"), phrase("roll"),
    phrase("pixel unshuffle"), phrase("grid sample"), phrase("sum"), phrase("max"), phrase("min"),
    phrase("clamp"), phrase("exp"), phrase("log"), phrase("sqrt"), phrase("pow"), phrase("where"),
    phrase("neg"), phrase("rsqrt"), phrase("normalize"), phrase("shifted window attention"),
)  # fmt: skip


def shape(tensor: TensorSpec, batch: int = 1) -> str:
    """A shape without the dimension of the batch, if it has one.

    >>> shape(TensorSpec((1, 64, 56, 56))), shape(TensorSpec((128, 2)))
    ('64×56×56', '128×2')
    """
    sizes = tensor.shape
    if len(sizes) > 1 and sizes[0] == batch:
        sizes = sizes[1:]
    return "×".join(map(str, sizes)) or "scalar"


def operation(layer: Operation) -> Phrase:
    """One operation in words.

    >>> str(operation(Operation("c", NodeKind.MODULE, "Conv2d", attributes={"kernel_size": [3, 3],
    ...     "out_channels": 64, "stride": [2, 2]})))
    '3×3 conv, 64, /2'
    """
    name = family(layer.type)
    for families, words in _WORDS:
        if name in families:
            return words(layer)
    known = operator(layer.type)
    word = known.merge.value if known.merge else known.word
    return term(word) if word else _function(layer)


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
    """A norm or activation on the second line of a box."""
    return operator(layer.type).word or layer.type


def _convolution(layer: Operation) -> Phrase:
    kernel = _kernel(layer)
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    groups = layer.attributes.get("groups", 1)
    kind = phrase("conv")
    if groups and groups > 1:
        depthwise = groups == layer.attributes.get("in_channels") or _weight(layer)[1:2] == (1,)
        kind = phrase("depthwise conv") if depthwise else phrase("grouped conv")
    dilation = layer.attributes.get("dilation", 1)
    widest = max(dilation) if isinstance(dilation, (list, tuple)) else dilation
    return listed(
        [
            _sized(kernel, kind),
            str(channels) if channels else "",
            _stride(layer),
            phrase("dilation {rate}", rate=widest) if widest > 1 else "",
        ]
    )


def _sized(kernel: str, kind: Phrase) -> Phrase:
    """A kind of convolution after the size of its kernel, if that is known."""
    return phrase("{kernel} {convolution}", kernel=kernel, convolution=kind) if kernel else kind


def _kernel(layer: Operation) -> str:
    """The size of a convolution's kernel; for a function, from its weight."""
    sizes = layer.attributes.get("kernel_size")
    return _sizes(sizes or _weight(layer)[2:] or None)


def _weight(layer: Operation) -> tuple[int, ...]:
    """Shape of the first parameter, which is a function's weight."""
    return layer.weights[0] if layer.weights else ()


def _transposed_convolution(layer: Operation) -> Phrase:
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    stride = _stride(layer).replace("/", "×")
    kind = _sized(_kernel(layer), phrase("up-conv"))
    return listed([kind, str(channels) if channels else "", stride])


def _pool(layer: Operation) -> Phrase:
    known = operator(layer.type)
    kind = term(known.word)
    if known.is_adaptive:
        sizes = layer.outputs[0].shape[2:] if layer.outputs else ()
        if set(sizes) <= {1}:
            return phrase("global {pooling}", pooling=kind)
        return phrase("{pooling} to {sizes}", pooling=kind, sizes="×".join(map(str, sizes)))
    kernel = _sizes(layer.attributes.get("kernel_size"))
    sized = phrase("{pooling} {kernel}", pooling=kind, kernel=kernel) if kernel else kind
    return listed([sized, _stride(layer)])


def _mean(layer: Operation) -> Phrase:
    """A mean over all places of a map, batch × channels × height × width, is a pooling."""
    given = layer.attributes.get("dim", layer.attributes.get("1"))
    over = list(given) if isinstance(given, (list, tuple)) else [given]
    left = len(layer.outputs[0].shape) if layer.outputs else 0
    kept = layer.attributes.get("keepdim", layer.attributes.get("2")) is True
    rank = left if kept else left + len(over)
    # Three dimensions may as well be a sequence of vectors.
    if rank not in (4, 5) or not all(isinstance(one, int) for one in over):
        return phrase("mean")
    is_global = {one % rank for one in over} == set(range(2, rank))
    return phrase("global {pooling}", pooling=phrase("avg pool")) if is_global else phrase("mean")


def _linear(layer: Operation) -> Phrase:
    wide, out = layer.attributes.get("in_features"), layer.attributes.get("out_features")
    if family(layer.type) == "bilinear":
        sides = [layer.attributes.get(f"in{side}_features") for side in (1, 2)]
        return listed([phrase("Bilinear"), f"{sides[0]}, {sides[1]} → {out}"])
    if wide is None:
        out, wide = next((weight for weight in layer.weights if len(weight) == 2), (None, None))
    return listed([phrase("Linear"), "" if wide is None else f"{wide} → {out}"])


def _matrix_product(layer: Operation) -> Phrase:
    """A product with a matrix of parameters, which is given as inputs × outputs."""
    sizes = next((weight for weight in layer.weights if len(weight) == 2), None)
    if not sizes:
        return term(_spaced(layer.type), layer.type)
    return listed([phrase("Linear"), f"{sizes[0]} → {sizes[1]}"])


def _resample(layer: Operation) -> Phrase:
    scale = layer.attributes.get("scale_factor") or layer.attributes.get("upscale_factor")
    factor = scale[0] if isinstance(scale, (list, tuple)) else scale
    mode = str(layer.attributes.get("mode") or "")
    if "shuffle" in family(layer.type):
        kind = phrase("pixel shuffle")
    else:
        kind = _RESIZES.get(mode) or phrase("{mode} resize", mode=mode)
    if not isinstance(factor, (int, float)):
        return kind
    # Behind, it would read as a number of copies.
    return phrase("{factor:g}× {resizing}", resizing=kind, factor=factor)


_RESIZES = {
    "": phrase("resize"),
    "nearest": phrase("nearest resize"),
    "bilinear": phrase("bilinear resize"),
    "bicubic": phrase("bicubic resize"),
    "trilinear": phrase("trilinear resize"),
}


def _embedding(layer: Operation) -> Phrase:
    rows, width = layer.attributes.get("num_embeddings"), layer.attributes.get("embedding_dim")
    if rows is None and len(_weight(layer)) == 2:
        rows, width = _weight(layer)
    return listed([phrase("Embedding"), f"{rows} → {width}"]) if rows else phrase("embedding")


def _attention(layer: Operation) -> Phrase:
    heads = layer.attributes.get("num_heads")
    if not heads:
        return phrase("attention")
    return listed([phrase("multi-head attention"), _heads(heads)])


def _dot_product_attention(layer: Operation) -> Phrase:
    """Attention of queries, keys and values that are given as batch × heads × length × width."""
    causal = layer.attributes.get("is_causal") is True
    attention = phrase("attention")
    kind = phrase("causal {attention}", attention=attention) if causal else attention
    sizes = layer.outputs[0].shape if layer.outputs else ()
    return listed([kind, _heads(sizes[1]) if len(sizes) == 4 and sizes[1] > 1 else ""])


def _heads(number: int) -> Phrase:
    return counted("{number} head", "{number} heads", number)


def _recurrent(layer: Operation) -> Phrase:
    wide, out = layer.attributes.get("input_size"), layer.attributes.get("hidden_size")
    stacked = layer.attributes.get("num_layers")
    depth = stacked if isinstance(stacked, int) else 1
    if wide is None and len(layer.weights) > 1:  # of a function: from the inputs, from itself
        wide, out = layer.weights[0][-1], layer.weights[1][-1]
    return listed(
        [
            verbatim(short_name(layer)),
            f"{wide} → {out}" if wide else "",
            counted("{number} layer", "{number} layers", depth) if depth > 1 else "",
        ]
    )


def _dropout(layer: Operation) -> Phrase:
    rate = layer.attributes.get("p")
    kind = term(_spaced(layer.type), layer.type)
    if not isinstance(rate, (int, float)):
        return kind
    return phrase("{dropout} {rate:g}", dropout=kind, rate=rate)


def _norm(layer: Operation) -> Phrase:
    name = short_name(layer)
    return verbatim("BatchNorm" if name == "BN" else name)


def _activation(layer: Operation) -> Phrase:
    return term(short_name(layer))


def _spaced(type_name: str) -> str:
    """``shifted_window_attention`` and ``StochasticDepth`` in plain words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_name).replace("_", " ").strip()
    return name.lower()


def _function(layer: Operation) -> Phrase:
    if family(layer.type) in SLICE:
        return term(operator(layer.type).word)
    plain = layer.kind is NodeKind.FUNCTION or family(layer.type) in RESHAPE | IDENTITY
    return term(_spaced(layer.type), layer.type) if plain else verbatim(layer.type)


_WORDS: tuple[tuple[frozenset[str], Callable[[Operation], Phrase]], ...] = (
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
    (ACTIVATION, _activation),
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
