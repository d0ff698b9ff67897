"""Operations in words: what a paper would write for one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from visualize.core.architecture import Operation, TensorSpec
from visualize.core.arguments import argument
from visualize.core.arithmetic import scales
from visualize.core.hyperparameters import factor, number, numbers, per_axis
from visualize.core.operators import (
    ACTIVATION,
    ATTENTION,
    CONVOLUTION,
    EMBEDDING,
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
from visualize.core.phrases import Phrase, counted, enumerated, listed, phrase, term, verbatim


def shape(tensor: TensorSpec) -> str:
    """A shape without the batch, if it has one.

    >>> shape(TensorSpec((1, 64, 56, 56), sample=(64, 56, 56))), shape(TensorSpec((128, 2)))
    ('64×56×56', '128×2')
    """
    return str(shape_phrase(tensor))


def shape_phrase(tensor: TensorSpec) -> Phrase:
    """The same in words, which a figure in another language has in that language."""
    return verbatim("×".join(map(str, tensor.shown))) or phrase("scalar")


def operation(layer: Operation) -> Phrase:
    """One operation in words.

    >>> from visualize.core.architecture import NodeKind
    >>> str(operation(Operation("c", NodeKind.MODULE, "Conv2d", attributes={"kernel_size": [3, 3],
    ...     "out_channels": 64, "stride": [2, 2]})))
    '3×3 conv, 64, /2'
    """
    words = _operation(layer)
    if layer.weight and layer.weight.members > 1:  # an ensemble, side by side
        return phrase("{number} × {kind}", number=layer.weight.members, kind=words)
    return words


def _operation(layer: Operation) -> Phrase:
    name = family(layer.does)
    for families, words in _WORDS:
        if name in families:
            return words(layer)
    known = operator(layer.does)
    word = known.merge.value if known.merge else known.word
    return listed([term(word) if word else _function(layer), *scales(layer)])


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
    return (operator(layer.does).merge or MergeType.ADD).symbol


def short_name(layer: Operation) -> str:
    """A norm or activation on the second line of a box."""
    return operator(layer.does).word or layer.type


def _convolution(layer: Operation) -> Phrase:
    kinds = phrase("conv"), phrase("grouped conv"), phrase("depthwise conv")
    return listed([*_kernel_and_channels(layer, *kinds), _stride(layer), _dilation(layer)])


def separable_convolution(depthwise: Operation, pointwise: Operation) -> Phrase:
    """A depthwise convolution and the pointwise one after it.

    >>> from visualize.core.architecture import NodeKind
    >>> first = Operation("d", NodeKind.MODULE, "Conv2d", attributes={"kernel_size": [3, 3]})
    >>> last = Operation("p", NodeKind.MODULE, "Conv2d", attributes={"out_channels": 64})
    >>> str(separable_convolution(first, last))
    '3×3 separable conv, 64'
    """
    kind = phrase("separable conv")
    kernel = _kernel_and_channels(depthwise, kind, kind, kind)
    channels = _kernel_and_channels(pointwise, kind, kind, kind)[1]
    more = kernel[2:]
    return listed([kernel[0], channels, *more, _stride(depthwise), _dilation(depthwise)])


def _transposed_convolution(layer: Operation) -> Phrase:
    kinds = phrase("up-conv"), phrase("grouped up-conv"), phrase("depthwise up-conv")
    stride = _strides(layer)
    growth = phrase("↑{stride}", stride=stride) if stride else ""
    return listed([*_kernel_and_channels(layer, *kinds), growth, _dilation(layer)])


def _kernel_and_channels(
    layer: Operation, plain: Phrase, grouped: Phrase, depthwise: Phrase
) -> list[Phrase | str]:
    """A kind of convolution with the size of its kernel, and how many channels it makes."""
    given, weight = layer.attributes, layer.weight
    inputs = weight.inputs if weight else given.get("in_channels")
    outputs = weight.outputs if weight else given.get("out_channels")
    groups = weight.groups if weight else given.get("groups", 1)
    kind = plain
    if isinstance(groups, int) and groups > 1:
        kind = depthwise if groups == inputs else grouped
    kernel = _sizes(weight.shape[2:] if weight else numbers(layer, "kernel_size"), layer)
    channels = str(outputs or _channels_out(layer) or "")
    if not kernel:
        return [kind, channels]
    if _dimensions(layer) == 1:  # one number before a word reads as a count
        kind = phrase("1-d {convolution}", convolution=kind)
        return [kind, channels, phrase("kernel {size}", size=kernel)]
    return [phrase("{kernel} {convolution}", kernel=kernel, convolution=kind), channels]


def _dilation(layer: Operation) -> Phrase | str:
    rate = per_axis(numbers(layer, "dilation"))
    return phrase("dilation {rate}", rate=rate) if rate else ""


def _dimensions(layer: Operation) -> int:
    """In how many dimensions a convolution or pooling slides, by its name: 2 for ``Conv2d``."""
    found = re.search(r"(\d)d$", family(layer.does))
    return int(found[1]) if found else 2


def _pool(layer: Operation) -> Phrase:
    known = operator(layer.does)
    kind = term(known.word)
    dimensions = _dimensions(layer)
    if known.is_adaptive:
        sizes = layer.outputs[0].shape[-dimensions:] if layer.outputs else ()
        if set(sizes) <= {1}:
            return phrase("global {pooling}", pooling=kind)
        sized = phrase("{pooling} to {sizes}", pooling=kind, sizes="×".join(map(str, sizes)))
        return phrase("1-d {pooling}", pooling=sized) if dimensions == 1 else sized
    kernel = _sizes(numbers(layer, "kernel_size"), layer)
    sized = phrase("{pooling} {kernel}", pooling=kind, kernel=kernel) if kernel else kind
    if dimensions == 1 and kernel:
        kind = phrase("1-d {pooling}", pooling=kind)
        return listed([kind, phrase("kernel {size}", size=kernel), _stride(layer)])
    return listed([sized, _stride(layer)])


def _mean(layer: Operation) -> Phrase:
    """A mean over all places of a map, batch × channels × height × width, is a pooling."""
    given = argument(layer, 1, "dim")
    over = list(given) if isinstance(given, (list, tuple)) else [given]
    left = len(layer.outputs[0].shape) if layer.outputs else 0
    kept = argument(layer, 2, "keepdim") is True
    rank = left if kept else left + len(over)
    # Three dimensions may as well be a sequence of vectors.
    if rank not in (4, 5) or not all(isinstance(one, int) for one in over):
        return phrase("mean")
    is_global = {one % rank for one in over} == set(range(2, rank))
    return phrase("global {pooling}", pooling=phrase("avg pool")) if is_global else phrase("mean")


def _linear(layer: Operation) -> Phrase:
    given, weight = layer.attributes, layer.weight
    if family(layer.does) == "bilinear":
        names = ("out_features", "in1_features", "in2_features")
        out, one, other = weight.shape if weight else map(given.get, names)
        both = enumerated([str(one), str(other)])
        return listed(
            [phrase("Bilinear"), phrase("{inputs} → {outputs}", inputs=both, outputs=out)]
        )
    wide = weight.inputs if weight else given.get("in_features")
    outputs = weight.outputs if weight else given.get("out_features")
    sizes = "" if wide is None else f"{wide} → {outputs}"
    return listed([phrase("Linear"), sizes, *scales(layer)])


def _einsum(layer: Operation) -> Phrase:
    equation = layer.attributes.get("equation")
    if not isinstance(equation, str):
        return verbatim("einsum")
    return verbatim(f"einsum {equation.replace(' ', '').replace('->', '→')}")


def _resample(layer: Operation) -> Phrase:
    scale = factor(layer, "scale_factor") or factor(layer, "upscale_factor")
    mode = str(layer.attributes.get("mode") or "")
    if "shuffle" in family(layer.does):
        kind = phrase("pixel shuffle")
    else:
        kind = _RESIZES.get(mode) or phrase("{mode} resize", mode=mode)
    if scale is None:
        return kind
    # Behind, it would read as a number of copies.
    return phrase("{factor:g}× {resizing}", resizing=kind, factor=scale)


_RESIZES = {
    "": phrase("resize"),
    "nearest": phrase("nearest resize"),
    "bilinear": phrase("bilinear resize"),
    "bicubic": phrase("bicubic resize"),
    "trilinear": phrase("trilinear resize"),
}


def _embedding(layer: Operation) -> Phrase:
    given, weight = layer.attributes, layer.weight
    rows = weight.inputs if weight else given.get("num_embeddings")
    width = weight.outputs if weight else given.get("embedding_dim")
    sizes = f"{rows} → {width}" if rows else ""
    if family(layer.does) == "embeddingbag":
        mode = given.get("mode", "mean")
        return listed([verbatim(f"EmbeddingBag ({mode})"), sizes])
    return listed([phrase("Embedding"), sizes]) if sizes else phrase("embedding")


def _attention(layer: Operation) -> Phrase:
    heads = number(layer, "num_heads")
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
    inputs, out = number(layer, "input_size"), number(layer, "hidden_size")
    depth, projected = number(layer, "num_layers") or 1, number(layer, "proj_size")
    if inputs is None and len(layer.weights) > 1:  # of a function: from the inputs, from itself
        inputs, out = layer.weights[0][-1], layer.weights[1][-1]
    kind = verbatim(short_name(layer))
    both = layer.attributes.get("bidirectional") is True
    return listed(
        [
            phrase("bidirectional {layer}", layer=kind) if both else kind,
            f"{inputs} → {out}" if inputs else "",
            phrase("projected to {size}", size=projected) if projected else "",
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
    return term("BatchNorm" if name == "BN" else name)


def _activation(layer: Operation) -> Phrase:
    return term(short_name(layer))


def _window_attention(layer: Operation) -> Phrase:
    """Attention in windows, which are shifted unless one window covers all of a side."""
    shift, window = numbers(layer, "shift_size"), numbers(layer, "window_size")
    sizes = layer.outputs[0].shape[1:3] if layer.outputs else ()
    if len(shift) > 1 and len(window) > 1:
        sides = zip(shift, window, sizes)
        if not any(by > 0 and size > wide for by, wide, size in sides):
            return phrase("window attention")
    return phrase("shifted window attention")


def _spaced(type_name: str) -> str:
    """``shifted_window_attention`` and ``StochasticDepth`` in plain words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _MODULE.sub("", type_name))
    name = name.replace("_", " ").strip()
    return name.lower()


# The module of torch that a function is in, where this says no more than its name.
_MODULE = re.compile(r"^(?:fft|special)_(?=.)")


def _picked(layer: Operation) -> Phrase:
    """What an index does: ``x[:, None]`` adds a dimension, ``x[:, places]`` selects, others slice.

    Places that are a tensor are no plain value, so that the index is not among the attributes.
    """
    if family(layer.does) != "getitem" or not layer.outputs:
        return _function(layer)
    index = argument(layer, 1)
    parts = index if isinstance(index, (list, tuple)) else [index]
    if index is None or any(isinstance(part, (list, tuple)) for part in parts):
        return phrase("select")
    if "None" in parts and all(part in _WHOLE for part in parts):
        return phrase("unsqueeze")
    return _function(layer)


# Steps of an index that leave out nothing.
_WHOLE = ("None", "...", "slice(None, None, None)")


def _function(layer: Operation) -> Phrase:
    word = operator(layer.does).word
    if word:
        return term(word)
    is_class = layer.type[:1].isupper()  # of a module, or of an `autograd.Function`
    plain = not is_class or family(layer.does) in RESHAPE | IDENTITY
    return term(_spaced(layer.type), layer.type) if plain else verbatim(layer.type)


_WORDS: tuple[tuple[frozenset[str], Callable[[Operation], Phrase]], ...] = (
    (CONVOLUTION, _convolution),
    (TRANSPOSED_CONVOLUTION, _transposed_convolution),
    (POOL, _pool),
    (LINEAR, _linear),
    (frozenset({"einsum"}), _einsum),
    (frozenset({"mean"}), _mean),
    (RESAMPLE, _resample),
    (EMBEDDING, _embedding),
    (frozenset({"multiheadattention"}), _attention),
    (frozenset({"shiftedwindowattention"}), _window_attention),
    (ATTENTION, _dot_product_attention),
    (RECURRENT, _recurrent),
    (frozenset({"dropout", "dropout2d", "stochasticdepth"}), _dropout),
    (NORM, _norm),
    (ACTIVATION, _activation),
    (SLICE, _picked),
    (IDENTITY | RESHAPE, _function),
)


def _sizes(sizes: Sequence[int], layer: Operation) -> str:
    """Sizes of a kernel, one for each dimension that ``layer`` slides in."""
    if len(sizes) == 1:
        sizes = [*sizes] * _dimensions(layer)
    return "×".join(map(str, sizes))


def _stride(layer: Operation) -> Phrase | str:
    strides = _strides(layer)
    return phrase("/{stride}", stride=strides) if strides else ""


def _strides(layer: Operation) -> str:
    """The stride of a layer, one number if it is the same in each dimension; empty if it is 1."""
    sizes = numbers(layer, "stride")
    if layer.attributes.get("stride") is None and family(layer.does) in POOL:
        sizes = numbers(layer, "kernel_size")
    return per_axis(sizes)


def _channels_out(layer: Operation) -> int | None:
    sizes = layer.outputs[0].shape if layer.outputs else ()
    return sizes[1] if len(sizes) > 2 else None
