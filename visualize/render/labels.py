"""The words of a figure: what a paper would write for an operation, a shape or a count."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from visualize.architecture import Architecture, Layer, NodeKind, Role, Skip, SkipKind, TensorSpec
from visualize.operations import (
    ACTIVATION,
    CONVOLUTION,
    IDENTITY,
    LINEAR,
    MERGES,
    NORM,
    POOL,
    RESAMPLE,
    RESHAPE,
    SLICE,
    TRANSPOSED_CONVOLUTION,
    family,
    merge_type,
)
from visualize.quantities import count

_LONGEST = 48
MERGE_SYMBOLS = {"add": "+", "multiply": "×", "concat": "‖"}
_SHORT = {
    "BatchNorm1d": "BN", "BatchNorm2d": "BN", "BatchNorm3d": "BN", "SyncBatchNorm": "BN",
    "LayerNorm2d": "LayerNorm", "batch_norm": "BN", "layer_norm": "LayerNorm",
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "gelu": "GELU", "silu": "SiLU",
    "elu": "ELU", "tanh": "tanh", "Tanh": "tanh", "Sigmoid": "sigmoid", "Hardsigmoid":
    "hard sigmoid", "Hardswish": "hard swish", "hardsigmoid": "hard sigmoid", "hardswish":
    "hard swish", "Softmax": "softmax", "group_norm": "GroupNorm", "rms_norm": "RMSNorm",
}  # fmt: skip


def shape(tensor: TensorSpec) -> str:
    """A shape without its batch dimension.

    >>> shape(TensorSpec((1, 64, 56, 56)))
    '64×56×56'
    """
    sizes = tensor.shape[1:] or tensor.shape
    return "×".join(map(str, sizes)) or "scalar"


def box_label(layer: Layer, *, names: bool = False) -> list[str]:
    """The lines of a box: what it is, then details and parameters in smaller type."""
    if layer.role is Role.MERGE:
        return [MERGE_SYMBOLS[merge_type(layer.type) or "add"], *_details(layer)]
    lines = [_title(layer)]
    details = _details(layer)
    if layer.parameters:
        details.append(count(layer.parameters))
    if details:
        lines.append(" · ".join(details))
    if names and layer.path:
        lines.append(layer.path)
    return [_clip(line) for line in lines]


def closed_skips(skips: Sequence[Skip]) -> str:
    """What a closed box says of the skip connections inside it: ``2 residual, 1 gate``."""
    kinds = [skip.kind for skip in skips]
    residual = sum(kind in (SkipKind.IDENTITY, SkipKind.PROJECTION) for kind in kinds)
    counts = {
        "residual": residual,
        "concat": kinds.count(SkipKind.CONCAT),
        "gate": kinds.count(SkipKind.GATE),
    }
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def skip_label(architecture: Architecture, skip: Skip) -> str:
    """What stands beside an arc: what a projection does, or the shape that a concat carries."""
    if skip.kind is SkipKind.PROJECTION:
        operations = [architecture.operations[node] for node in skip.branch]
        works = [layer for layer in operations if family(layer.type) not in NORM | IDENTITY]
        return _clip(", ".join(operation(layer) for layer in works or operations))
    if skip.kind is SkipKind.CONCAT and skip.shape:
        return shape(TensorSpec(skip.shape))
    return ""


def operation(layer: Layer) -> str:
    """One operation in words.

    >>> operation(Layer("c", NodeKind.MODULE, "Conv2d", attributes={"kernel_size": [3, 3],
    ...     "out_channels": 64, "stride": [2, 2]}))
    '3×3 conv, 64, /2'
    """
    name = family(layer.type)
    for families, words in _WORDS:
        if name in families:
            return words(layer)
    if name in MERGES["add"] | MERGES["multiply"] | MERGES["concat"]:
        return MERGE_SYMBOLS[merge_type(layer.type) or "add"] + " constant"
    return _SHORT.get(layer.type) or _function(layer)


def _title(layer: Layer) -> str:
    if layer.role is Role.INPUT:
        return f"{_input_name(layer)}  {_shapes(layer)}".strip()
    if layer.role is Role.OUTPUT:
        return f"output  {_shapes(layer)}".strip()
    if layer.role is Role.BLOCK:
        return f"{operation_name(layer.type)}, {_width(layer)}".removesuffix(", ")
    if layer.role is Role.STAGE:
        number = layer.attributes.get("count", 1)
        kind = operation_name(layer.type)
        return f"{kind} ×{number}" if number > 1 else kind
    constants = _constants(layer)
    if merge_type(layer.type) and constants:
        return constants[0]
    return operation(_core(layer))


def operation_name(type_name: str) -> str:
    """A class as a stage names it: ``conv`` for ``Conv2d``, other classes as they are.

    >>> operation_name("Conv2d"), operation_name("BasicBlock")
    ('conv', 'BasicBlock')
    """
    if family(type_name) in CONVOLUTION:
        return "conv"
    return type_name.lstrip("_") or type_name


def _core(layer: Layer) -> Layer:
    """The operation that a box is named after."""
    return next((part for part in layer.parts if part.id == layer.id), layer)


def _shapes(layer: Layer) -> str:
    return ", ".join(shape(tensor) for tensor in layer.outputs[:3]) + (
        ", …" if len(layer.outputs) > 3 else ""
    )


def _input_name(layer: Layer) -> str:
    """``image`` for what can be one, else the name of the argument."""
    sizes = layer.outputs[0].shape if layer.outputs else ()
    is_image = len(sizes) == 4 and sizes[1] in (1, 3) and min(sizes[2:]) > 1
    return "image" if is_image and layer.id in _UNTOLD else layer.id


# Names of arguments that tell nothing of what they hold.
_UNTOLD = frozenset({"x", "input", "input_1", "inputs", "image", "images", "img", "pixel_values"})


def _width(layer: Layer) -> str:
    """Channels that a block returns: the size that its last weighted layer makes."""
    sizes = layer.outputs[-1].shape if layer.outputs else ()
    for part in reversed(layer.parts):
        if family(part.type) in CONVOLUTION | LINEAR and part.outputs and len(sizes) > 1:
            made = part.outputs[0].shape
            channels = made[1] if family(part.type) in CONVOLUTION else made[-1]
            return str(channels if channels in (sizes[1], sizes[-1]) else sizes[1])
    return ""


def _details(layer: Layer) -> list[str]:
    """Norms, activations and constants that were fused into a box."""
    if layer.role in (Role.BLOCK, Role.STAGE, Role.INPUT, Role.OUTPUT):
        return []
    after = [part for part in layer.parts if part.index > layer.index]
    fused = [
        _SHORT.get(part.type, part.type)
        for part in after
        if family(part.type) in NORM | ACTIVATION and part.type != "glu"
    ]
    constants = _constants(layer)
    if merge_type(layer.type) and layer.role is not Role.MERGE:
        constants = constants[1:]
    return [*([", ".join(fused)] if fused else []), *constants]


def _constants(layer: Layer) -> list[str]:
    """``+ pos_embedding`` for each parameter that a box adds, multiplies or concatenates."""
    words = []
    operands: list[Layer] = []
    for part in layer.operations:
        if part.kind is NodeKind.CONSTANT:
            operands.append(part)
        elif merge_type(part.type) and not _is_plain(part) and part.role is Role.LAYER:
            symbol = MERGE_SYMBOLS[merge_type(part.type) or "add"]
            named = [_humanize(operand.path) for operand in operands if operand.parameters]
            words.append(f"{symbol} {named[-1] if named else 'constant'}")
            operands = []
    return words


def _is_plain(layer: Layer) -> bool:
    """Whether an operation works on sizes alone."""
    return not layer.outputs


def _humanize(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _clip(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _convolution(layer: Layer) -> str:
    kernel = _sizes(layer.attributes.get("kernel_size"))
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    groups = layer.attributes.get("groups", 1)
    kind = "conv"
    if groups and groups > 1:
        depthwise = groups == layer.attributes.get("in_channels")
        kind = "depthwise conv" if depthwise else "grouped conv"
    words = [f"{kernel} {kind}".strip(), str(channels) if channels else ""]
    words.append(_stride(layer))
    dilation = _sizes(layer.attributes.get("dilation"))
    if dilation and set(dilation) - {"1", "×"}:
        words.append(f"dilation {dilation.partition('×')[0]}")
    return ", ".join(word for word in words if word)


def _transposed_convolution(layer: Layer) -> str:
    kernel = _sizes(layer.attributes.get("kernel_size"))
    channels = layer.attributes.get("out_channels") or _channels_out(layer)
    stride = _stride(layer).replace("/", "×")
    words = [f"{kernel} up-conv".strip(), str(channels) if channels else "", stride]
    return ", ".join(word for word in words if word)


def _pool(layer: Layer) -> str:
    kind = re.sub(r"adaptive|pool\dd", "", family(layer.type))
    if "adaptive" in family(layer.type):
        sizes = layer.outputs[0].shape[2:] if layer.outputs else ()
        if set(sizes) <= {1}:
            return f"global {kind} pool"
        return f"{kind} pool to {'×'.join(map(str, sizes))}"
    kernel = _sizes(layer.attributes.get("kernel_size"))
    return ", ".join(word for word in (f"{kind} pool {kernel}".strip(), _stride(layer)) if word)


def _linear(layer: Layer) -> str:
    wide, out = layer.attributes.get("in_features"), layer.attributes.get("out_features")
    if wide is None and layer.weights and len(layer.weights[0]) == 2:
        out, wide = layer.weights[0]
    if wide is None:
        return "Linear"
    return f"Linear, {wide} → {out}"


def _resample(layer: Layer) -> str:
    scale = layer.attributes.get("scale_factor") or layer.attributes.get("upscale_factor")
    factor = scale[0] if isinstance(scale, (list, tuple)) else scale
    mode = layer.attributes.get("mode", "")
    kind = "pixel shuffle" if "shuffle" in family(layer.type) else f"{mode} resize".strip()
    return f"{kind} ×{factor:g}" if isinstance(factor, (int, float)) else kind


def _embedding(layer: Layer) -> str:
    rows, width = layer.attributes.get("num_embeddings"), layer.attributes.get("embedding_dim")
    return f"Embedding, {rows} → {width}" if rows else "embedding"


def _attention(layer: Layer) -> str:
    heads = layer.attributes.get("num_heads")
    return f"multi-head attention, {heads} heads" if heads else "attention"


def _recurrent(layer: Layer) -> str:
    wide, out = layer.attributes.get("input_size"), layer.attributes.get("hidden_size")
    depth = layer.attributes.get("num_layers", 1)
    words = [layer.type, f"{wide} → {out}" if wide else "", f"{depth} layers" if depth > 1 else ""]
    return ", ".join(word for word in words if word)


def _dropout(layer: Layer) -> str:
    rate = layer.attributes.get("p")
    name = _spaced(layer.type)
    return f"{name} {rate:g}" if isinstance(rate, (int, float)) else name


def _norm(layer: Layer) -> str:
    return {"BN": "BatchNorm"}.get(
        _SHORT.get(layer.type, layer.type), _SHORT.get(layer.type, layer.type)
    )


def _spaced(type_name: str) -> str:
    """``shifted_window_attention`` and ``StochasticDepth`` in plain words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_name).replace("_", " ").strip()
    return name.lower()


def _function(layer: Layer) -> str:
    if family(layer.type) in SLICE:
        return "slice" if family(layer.type) in ("getitem", "narrow", "select") else "split"
    return _spaced(layer.type) if layer.kind is NodeKind.FUNCTION else layer.type


def _activation(layer: Layer) -> str:
    return _SHORT.get(layer.type, layer.type)


_WORDS: tuple[tuple[frozenset[str], Callable[[Layer], str]], ...] = (
    (CONVOLUTION, _convolution),
    (TRANSPOSED_CONVOLUTION, _transposed_convolution),
    (POOL, _pool),
    (LINEAR, _linear),
    (RESAMPLE, _resample),
    (frozenset({"embedding", "embeddingbag"}), _embedding),
    (frozenset({"multiheadattention"}), _attention),
    (frozenset({"lstm", "gru", "rnn", "lstmcell", "grucell", "rnncell"}), _recurrent),
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


def _stride(layer: Layer) -> str:
    stride = layer.attributes.get("stride")
    if stride is None and family(layer.type) in POOL:
        stride = layer.attributes.get("kernel_size")
    sizes = stride if isinstance(stride, (list, tuple)) else [stride]
    if not sizes or set(sizes) <= {1, None}:
        return ""
    return f"/{sizes[0]}" if len(set(sizes)) == 1 else "/" + "×".join(map(str, sizes))


def _channels_out(layer: Layer) -> int | None:
    sizes = layer.outputs[0].shape if layer.outputs else ()
    return sizes[1] if len(sizes) > 2 else None
