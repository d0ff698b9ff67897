"""The vocabulary of operators: a table with one row for each known family.

A module class and the function that does the same work are one family: ``Conv2d`` and
``conv2d``, or ``AdaptiveAvgPool2d`` and ``adaptive_avg_pool2d``. `operator` looks up a type;
the sets below the table are views of it.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


class Category(enum.Enum):
    """The kind of work that an operator does; each family belongs to exactly one."""

    CONVOLUTION = "convolution"
    TRANSPOSED_CONVOLUTION = "transposed convolution"
    LINEAR = "linear"
    PRODUCT = "matrix product"
    EMBEDDING = "embedding"
    RECURRENT = "recurrent"
    ATTENTION = "attention"
    NORM = "normalization"
    ACTIVATION = "activation"
    POOL = "pooling"
    RESAMPLE = "resampling"
    REDUCTION = "reduction"  # of whole dimensions
    POINTWISE = "pointwise"
    JOIN = "join"
    GATHER = "gather"  # takes values from computed places
    RANDOM = "random"  # draws random numbers
    REPEAT = "repeat"
    PAD = "pad"
    SLICE = "slice"
    RESHAPE = "reshape"  # moves values without computing any
    IDENTITY = "identity"  # changes neither values nor shape in inference
    OTHER = "other"


class MergeType(str, enum.Enum):
    """How an operator combines the tensors it reads."""

    ADD = "add"
    SUBTRACT = "subtract"
    CONCAT = "concat"
    MULTIPLY = "multiply"

    @property
    def symbol(self) -> str:
        """What a figure draws in the circle of a merge."""
        return {"add": "+", "subtract": "−", "concat": "‖", "multiply": "×"}[self.value]


@dataclass(frozen=True, slots=True)
class Operator:
    """What is known of a family of modules and functions.

    Attributes:
        family: the name it is looked up by; see `family`.
        category: the kind of work it does.
        word: its name in a figure; empty if that is its own name.
        merge: how it combines tensors, if it can be a merge.
        layers: the number of layers that papers count it as, if it has a weight matrix.
        is_adaptive: whether the size of its windows follows from that of its output.
        is_stacked: whether it multiplies several pairs of matrices at once.
        copies: whether it repeats values.
    """

    family: str
    category: Category
    word: str = ""
    merge: MergeType | None = None
    layers: int = 1
    is_adaptive: bool = False
    is_stacked: bool = False
    copies: bool = False

    @property
    def moves_only(self) -> bool:
        """Whether it returns values that it reads, at the same or other places, and no others."""
        return self.category in (Category.IDENTITY, Category.RESHAPE, Category.SLICE)


@functools.lru_cache(maxsize=4096)
def family(type_name: str) -> str:
    """The name under which a class or function is looked up.

    >>> family("AdaptiveAvgPool2d") == family("adaptive_avg_pool2d")
    True
    """
    return type_name.replace("_", "").lower()


def _rows(
    category: Category,
    families: str,
    *,
    word: str = "",
    merge: MergeType | None = None,
    layers: int = 1,
    is_adaptive: bool = False,
    is_stacked: bool = False,
    copies: bool = False,
) -> Iterator[Operator]:
    """One row for each of ``families``, which are separated by spaces."""
    for name in families.split():
        yield Operator(name, category, word, merge, layers, is_adaptive, is_stacked, copies)


def _named(category: Category, words: str) -> Iterator[Operator]:
    """One row for each of ``words``, which are separated by commas: a word is also the family."""
    for word in words.split(", "):
        yield from _rows(category, family(word).replace(" ", ""), word=word)


_TABLE: tuple[Operator, ...] = (
    *_rows(Category.CONVOLUTION, "conv1d conv2d conv3d"),
    *_rows(
        Category.TRANSPOSED_CONVOLUTION, "convtranspose1d convtranspose2d convtranspose3d"
    ),
    *_rows(Category.LINEAR, "linear nondynamicallyquantizablelinear bilinear"),
    *_rows(Category.PRODUCT, "matmul rmatmul mm mv dot vdot inner outer einsum tensordot"),
    *_rows(Category.PRODUCT, "addmm addmv addr addbmm multidot chainmatmul"),
    # Products of several pairs of matrices, such as one pair per expert.
    *_rows(Category.PRODUCT, "bmm baddbmm groupedmm", is_stacked=True),
    *_rows(Category.EMBEDDING, "embedding embeddingbag", layers=0),
    *_rows(Category.RECURRENT, "rnn rnntanh rnnrelu", word="RNN"),
    *_rows(Category.RECURRENT, "lstm", word="LSTM"),
    *_rows(Category.RECURRENT, "gru", word="GRU"),
    *_rows(Category.RECURRENT, "lstmcell grucell rnncell rnntanhcell rnnrelucell"),
    # The module projects its inputs and its output, the function does not.
    *_rows(Category.ATTENTION, "scaleddotproductattention flexattention", layers=0),
    *_rows(Category.ATTENTION, "multiheadattention multiheadattentionforward", layers=2),
    *_rows(Category.ATTENTION, "attention"),
    *_rows(
        Category.NORM, "batchnorm batchnorm1d batchnorm2d batchnorm3d syncbatchnorm",
        word="BN", layers=0,
    ),
    *_rows(Category.NORM, "frozenbatchnorm2d", layers=0),
    *_rows(Category.NORM, "layernorm layernorm2d", word="LayerNorm", layers=0),
    *_rows(Category.NORM, "groupnorm", word="GroupNorm", layers=0),
    *_rows(Category.NORM, "rmsnorm", word="RMSNorm", layers=0),
    *_rows(
        Category.NORM, "instancenorm instancenorm1d instancenorm2d instancenorm3d",
        word="InstanceNorm", layers=0,
    ),
    *_rows(Category.NORM, "localresponsenorm", word="LocalResponseNorm", layers=0),
    *_rows(Category.NORM, "crossmaplrn2d", layers=0),
    *_rows(Category.NORM, "normalize l2norm", word="L2 norm", layers=0),
    *_rows(Category.NORM, "globalresponsenorm grn", word="GRN", layers=0),
    *_named(Category.ACTIVATION, "ReLU, ReLU6, LeakyReLU, PReLU, RReLU, ELU, CELU, SELU, GELU"),
    *_named(Category.ACTIVATION, "GLU, SiLU, Swish, Mish, sigmoid, LogSigmoid, hard sigmoid"),
    *_named(Category.ACTIVATION, "hard swish, Hardtanh, tanh, Softplus, Softsign, softmax"),
    *_named(Category.ACTIVATION, "LogSoftmax, Softmax2d, Softmin, Threshold, Hardshrink"),
    *_named(Category.ACTIVATION, "Softshrink, Tanhshrink"),
    *_rows(Category.ACTIVATION, "activation"),  # one that is written out
    *_rows(Category.POOL, "avgpool1d avgpool2d avgpool3d", word="avg pool"),
    *_rows(Category.POOL, "maxpool1d maxpool2d maxpool3d", word="max pool"),
    *_rows(Category.POOL, "lppool1d lppool2d lppool3d", word="lp pool"),
    *_rows(
        Category.POOL, "adaptiveavgpool1d adaptiveavgpool2d adaptiveavgpool3d",
        word="avg pool", is_adaptive=True,
    ),
    *_rows(
        Category.POOL, "adaptivemaxpool1d adaptivemaxpool2d adaptivemaxpool3d",
        word="max pool", is_adaptive=True,
    ),
    *_rows(
        Category.POOL, "fractionalmaxpool2d fractionalmaxpool3d",
        word="fractional max pool",
    ),
    *_rows(Category.RESAMPLE, "upsample interpolate upsamplingbilinear2d upsamplingnearest2d"),
    *_rows(Category.RESAMPLE, "pixelshuffle"),
    *_rows(Category.REDUCTION, "mean sum prod amax amin max min aminmax norm vectornorm var std"),
    *_rows(Category.REDUCTION, "median logsumexp argmax argmin any all countnonzero"),
    *_rows(Category.POINTWISE, "add", merge=MergeType.ADD, layers=0),
    *_rows(Category.POINTWISE, "mul multiply", merge=MergeType.MULTIPLY, layers=0),
    *_rows(Category.POINTWISE, "sub subtract rsub", merge=MergeType.SUBTRACT, layers=0),
    *_rows(Category.POINTWISE, "div divide truediv truedivide rdiv rtruediv", word="divide"),
    *_rows(Category.POINTWISE, "addcmul addcdiv lerp layerscale"),
    *_rows(Category.POINTWISE, "floordiv rfloordiv floordivide remainder fmod mod rmod"),
    *_rows(Category.POINTWISE, "pow rpow floatpower", word="pow"),
    *_rows(Category.POINTWISE, "neg abs sign square sqrt rsqrt reciprocal exp expm1 exp2"),
    *_rows(Category.POINTWISE, "log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh"),
    *_rows(Category.POINTWISE, "erf erfc erfinv floor ceil round trunc frac clamp clampmin"),
    *_rows(Category.POINTWISE, "clampmax clip maximum minimum where maskedfill nantonum"),
    *_rows(Category.POINTWISE, "eq", word="="),
    *_rows(Category.POINTWISE, "ne noteq notequal", word="≠"),
    *_rows(Category.POINTWISE, "lt less", word="<"),
    *_rows(Category.POINTWISE, "le lessequal", word="≤"),
    *_rows(Category.POINTWISE, "gt greater", word=">"),
    *_rows(Category.POINTWISE, "ge greaterequal", word="≥"),
    *_rows(Category.POINTWISE, "isnan isinf isfinite logicaland logicalor"),
    *_rows(Category.POINTWISE, "logicalnot logicalxor bitwiseand bitwiseor bitwisenot bitwisexor"),
    *_rows(
        Category.JOIN, "cat concat concatenate hstack vstack dstack",
        merge=MergeType.CONCAT, layers=0,
    ),
    *_rows(Category.JOIN, "stack"),
    *_rows(Category.GATHER, "index"),
    *_rows(Category.GATHER, "gather indexselect take takealongdim maskedselect gridsample"),
    *_rows(Category.GATHER, "maxunpool1d maxunpool2d maxunpool3d"),
    *_rows(Category.RANDOM, "rand randlike randn randnlike randint randintlike randperm normal"),
    *_rows(Category.RANDOM, "normalfunctional bernoulli poisson binomial multinomial uniform"),
    *_rows(Category.RANDOM, "random exponential lognormal cauchy geometric standardgamma"),
    *_rows(Category.RANDOM, "gumbelsoftmax", word="Gumbel softmax"),
    *_rows(Category.REPEAT, "repeat repeatinterleave tile", copies=True),
    *_rows(Category.PAD, "pad zeropad1d zeropad2d zeropad3d constantpad1d constantpad2d"),
    *_rows(Category.PAD, "constantpad3d reflectionpad1d reflectionpad2d reflectionpad3d"),
    *_rows(Category.PAD, "replicationpad1d replicationpad2d replicationpad3d"),
    *_rows(Category.PAD, "circularpad1d circularpad2d circularpad3d"),
    *_rows(Category.SLICE, "getitem slice narrow select", word="slice"),
    *_rows(Category.SLICE, "chunk split splitwithsizes tensorsplit unbind item", word="split"),
    *_rows(Category.RESHAPE, "flatten unflatten ravel view viewas reshape reshapeas unsafeview"),
    *_rows(Category.RESHAPE, "permute transpose swapaxes swapdims movedim moveaxis"),
    *_rows(Category.RESHAPE, "t mt h mh adjoint", word="transpose"),
    *_rows(Category.RESHAPE, "squeeze unsqueeze channelshuffle pixelunshuffle"),
    *_rows(Category.RESHAPE, "expand expandas broadcastto", copies=True),
    *_rows(Category.RESHAPE, "viewasreal viewascomplex"),
    *_rows(Category.POINTWISE, "real", word="real part"),
    *_rows(Category.POINTWISE, "imag", word="imaginary part"),
    *_rows(Category.IDENTITY, "identity contiguous clone detach alias requiresgrad data"),
    *_rows(Category.IDENTITY, "to type typeas float half double bfloat16 astensor asarray"),
    *_rows(Category.IDENTITY, "int long short bool byte char"),
    *_rows(Category.IDENTITY, "dropout dropout1d dropout2d dropout3d alphadropout"),
    *_rows(Category.IDENTITY, "featurealphadropout featuredropout stochasticdepth droppath"),
    *_rows(Category.OTHER, "setitem", word="write slice"),
    *_rows(Category.OTHER, "getattr"),
)  # fmt: skip
_BY_FAMILY = {row.family: row for row in _TABLE}


@functools.lru_cache(maxsize=4096)
def operator(type_name: str) -> Operator:
    """What is known of a class or function; if nothing is, its category is `Category.OTHER`.

    >>> operator("AdaptiveAvgPool2d").word, operator("MyBlock").category
    ('avg pool', <Category.OTHER: 'other'>)
    """
    name = family(type_name)
    return _BY_FAMILY.get(name) or Operator(name, Category.OTHER)


def is_known(type_name: str) -> bool:
    """Whether the table has a row for a class or function.

    >>> is_known("Conv2d"), is_known("MyBlock")
    (True, False)
    """
    return family(type_name) in _BY_FAMILY


def _families(keep: Callable[[Operator], bool]) -> frozenset[str]:
    return frozenset(row.family for row in _TABLE if keep(row))


def _of(*categories: Category) -> frozenset[str]:
    return _families(lambda row: row.category in categories)


CONVOLUTION = _of(Category.CONVOLUTION)
TRANSPOSED_CONVOLUTION = _of(Category.TRANSPOSED_CONVOLUTION)
LINEAR = _of(Category.LINEAR)
# These multiply with a kernel or matrix of their own and add a bias.
AFFINE = CONVOLUTION | TRANSPOSED_CONVOLUTION | LINEAR
PRODUCT = _of(Category.PRODUCT)
STACKED_PRODUCT = _families(lambda row: row.is_stacked)
EMBEDDING = _of(Category.EMBEDDING)
RECURRENT = _of(Category.RECURRENT)
# Attention without projections: a function of queries, keys and values.
ATTENTION = _families(lambda row: row.category is Category.ATTENTION and not row.layers)
NORM = _of(Category.NORM)
ACTIVATION = _of(Category.ACTIVATION)
POOL = _of(Category.POOL)
RESAMPLE = _of(Category.RESAMPLE)
REDUCTION = _of(Category.REDUCTION)
GATHER = _of(Category.GATHER)
RANDOM = _of(Category.RANDOM)
PAD = _of(Category.PAD)
SLICE = _of(Category.SLICE)
RESHAPE = _of(Category.RESHAPE)
IDENTITY = _of(Category.IDENTITY)
MOVES = _families(lambda row: row.moves_only)
COPIES = _families(lambda row: row.copies)
SUBTRACT = _families(lambda row: row.merge is MergeType.SUBTRACT)
DIVIDE = _families(lambda row: row.word == "divide")
JOIN = _of(Category.JOIN)
CONCAT = _families(lambda row: row.merge is MergeType.CONCAT)

# The methods of tensors that functions of ``operator`` call, where these have another name.
TENSOR_METHODS = {"truediv": "div", "mod": "remainder"}


def merge_type(type_name: str) -> MergeType | None:
    """How an operation combines the tensors it reads; None if it cannot be a merge.

    >>> merge_type("cat").value, merge_type("Conv2d")
    ('concat', None)
    """
    return operator(type_name).merge


# Functions that add more than two tensors, or at some places alone.
ADDED_PAIRS = frozenset({"addcmul", "addcdiv"})
ADDED_AT = frozenset({"indexadd", "scatteradd", "index_add", "scatter_add"})
ADDED_PRODUCTS = frozenset({"addmm", "addmv", "addr", "addbmm", "baddbmm"})
_MERGING = ADDED_PAIRS | ADDED_AT | ADDED_PRODUCTS | {"lerp", "stack", "setitem"}


def may_merge(type_name: str) -> bool:
    """Whether an operation may combine tensors as a sum, a product or a concat does.

    >>> may_merge("add"), may_merge("addcmul"), may_merge("relu")
    (True, True, False)
    """
    return merge_type(type_name) is not None or family(type_name) in _MERGING


def joins_constant(type_name: str) -> bool:
    """Whether an operation on data and a constant is written as its sign and the constant.

    ``+ bias`` is clear; a difference needs both of its sides.

    >>> joins_constant("add"), joins_constant("sub")
    (True, False)
    """
    return merge_type(type_name) not in (None, MergeType.SUBTRACT)


def reads_values(type_name: str, position: int) -> bool:
    """Whether an operation reads the values of an input, and not its shape, dtype or device alone.

    >>> reads_values("zeros_like", 0), reads_values("to", 0), reads_values("to", 1)
    (False, True, False)
    """
    if type_name.endswith("_like") or type_name.startswith("new_"):
        return False
    return position == 0 or not (type_name.endswith("_as") or type_name == "to")


def has_weight_matrix(type_name: str, weights: Iterable[tuple[int, ...]]) -> bool:
    """Whether an operation works with a weight matrix, kernel or table.

    Norms, and merges with a parameter such as a position embedding, only scale or shift.

    Args:
        type_name: its class or function.
        weights: the shapes of its parameters.
    """
    row = operator(type_name)
    scales = row.category is Category.NORM or row.merge is not None
    return not scales and any(len(shape) > 1 for shape in weights)


def counts_as_layer(type_name: str, weights: Iterable[tuple[int, ...]]) -> bool:
    """Whether papers count an operation when they say how many layers deep a network is.

    It has a weight matrix and multiplies with it: a table of embeddings is only looked up.

    >>> table = [(1000, 64)]
    >>> has_weight_matrix("Embedding", table), counts_as_layer("Embedding", table)
    (True, False)
    """
    return operator(type_name).layers > 0 and has_weight_matrix(type_name, weights)
