"""The vocabulary of operations: what kind of work a type name stands for.

A module class and the function that does the same are one family, so ``Conv2d`` and
``conv2d``, or ``AdaptiveAvgPool2d`` and ``adaptive_avg_pool2d``, are classified alike.
"""

from __future__ import annotations

from collections.abc import Iterable


def family(type_name: str) -> str:
    """The name under which an operation is classified.

    >>> family("AdaptiveAvgPool2d") == family("adaptive_avg_pool2d")
    True
    """
    return type_name.replace("_", "").lower()


ADD = frozenset({"add"})
CONCAT = frozenset({"cat", "concat", "concatenate", "hstack", "vstack", "dstack"})
MULTIPLY = frozenset({"mul", "multiply"})

# Change neither values nor shape in inference.
IDENTITY = frozenset(
    {
        "identity", "dropout", "dropout1d", "dropout2d", "dropout3d", "alphadropout",
        "featurealphadropout", "featuredropout", "stochasticdepth", "droppath", "contiguous",
        "clone", "detach", "to", "type", "float", "half", "double", "typeas", "alias",
    }
)  # fmt: skip
SLICE = frozenset(
    {"slice", "chunk", "split", "tensorsplit", "narrow", "select", "unbind", "item", "getitem"}
)
PAD = frozenset({"pad", "zeropad2d", "constantpad2d"})
# Move values without computing any.
RESHAPE = frozenset(
    {
        "flatten", "unflatten", "view", "viewas", "reshape", "reshapeas", "permute", "transpose",
        "t", "swapaxes", "swapdims", "movedim", "moveaxis", "squeeze", "unsqueeze", "expand",
        "expandas", "ravel", "channelshuffle", "pixelunshuffle",
    }
)  # fmt: skip
NORM = frozenset(
    {
        "batchnorm", "batchnorm1d", "batchnorm2d", "batchnorm3d", "syncbatchnorm",
        "frozenbatchnorm2d", "layernorm", "layernorm2d", "groupnorm", "instancenorm",
        "instancenorm1d", "instancenorm2d", "instancenorm3d", "rmsnorm", "localresponsenorm",
    }
)  # fmt: skip
ACTIVATION = frozenset(
    {
        "relu", "relu6", "leakyrelu", "prelu", "rrelu", "elu", "celu", "selu", "gelu", "glu",
        "silu", "swish", "mish", "sigmoid", "logsigmoid", "hardsigmoid", "hardswish", "hardtanh",
        "tanh", "softplus", "softsign", "softmax", "logsoftmax", "threshold", "hardshrink",
        "activation",  # one that is written out
    }
)  # fmt: skip
CONVOLUTION = frozenset({"conv1d", "conv2d", "conv3d"})
TRANSPOSED_CONVOLUTION = frozenset({"convtranspose1d", "convtranspose2d", "convtranspose3d"})
LINEAR = frozenset({"linear", "nondynamicallyquantizablelinear", "bilinear"})
# Multiply by several matrices at once, each with inputs of its own.
STACKED_PRODUCT = frozenset({"bmm", "baddbmm", "groupedmm"})
POOL = frozenset(
    {
        f"{adaptive}{kind}pool{dimensions}d"
        for adaptive in ("", "adaptive")
        for kind in ("avg", "max", "lp")
        for dimensions in (1, 2, 3)
    }
)
ATTENTION = frozenset({"scaleddotproductattention"})
RECURRENT = frozenset(
    {"lstm", "gru", "rnn", "rnntanh", "rnnrelu", "lstmcell", "grucell", "rnncell"}
)
RESAMPLE = frozenset(
    {"upsample", "interpolate", "upsamplingbilinear2d", "upsamplingnearest2d", "pixelshuffle"}
)

WEIGHTED_MODULES = CONVOLUTION | TRANSPOSED_CONVOLUTION | LINEAR
MERGES = {"add": ADD, "concat": CONCAT, "multiply": MULTIPLY}


def merge_type(type_name: str) -> str | None:
    """``"add"``, ``"concat"`` or ``"multiply"`` for an operation that can merge, else None."""
    name = family(type_name)
    return next((merge for merge, members in MERGES.items() if name in members), None)


def is_weighted(type_name: str, weights: Iterable[tuple[int, ...]]) -> bool:
    """Whether papers count an operation as a layer: it works with a weight matrix or kernel.

    ``weights`` are the shapes of its parameters.
    """
    counted = family(type_name) not in NORM and merge_type(type_name) is None
    return counted and any(len(shape) > 1 for shape in weights)
