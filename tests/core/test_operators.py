"""The vocabulary of operators: each family once, in the category that torch itself would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from visualize.core import operators
from visualize.core.operators import (
    Category,
    MergeType,
    Operator,
    counts_as_layer,
    family,
    has_weight_matrix,
    operator,
)

ROWS = operators._TABLE

# The category of all classes that a file of torch.nn defines.
FILES = {
    "activation": {Category.ACTIVATION, Category.ATTENTION},
    "batchnorm": {Category.NORM},
    "conv": {Category.CONVOLUTION, Category.TRANSPOSED_CONVOLUTION},
    "dropout": {Category.IDENTITY},
    "instancenorm": {Category.NORM},
    "linear": {Category.LINEAR, Category.IDENTITY},
    "normalization": {Category.NORM},
    "padding": {Category.PAD},
    "pooling": {Category.POOL, Category.GATHER},  # unpooling puts values where others say
    "rnn": {Category.RECURRENT},
    "sparse": {Category.EMBEDDING},
    "upsampling": {Category.RESAMPLE},
}
UNKNOWN = {
    "Fold": "sums windows, no other class does the same",
    "Unfold": "copies windows, no other class does the same",
    "CosineSimilarity": "compares two tensors",
    "PairwiseDistance": "compares two tensors",
    "AdaptiveLogSoftmaxWithLoss": "a loss",
    "RNNBase": "a base class",
    "RNNCellBase": "a base class",
    "Transformer": "made of others",
}


def classes() -> list[type[nn.Module]]:
    found = [kind for name, kind in vars(nn).items() if isinstance(kind, type)]
    return [
        kind
        for kind in found
        if issubclass(kind, nn.Module)
        and "Loss" not in kind.__name__
        and not kind.__name__.startswith(("Lazy", "Transformer"))
        and not kind.__module__.endswith((".container", ".module", ".data_parallel"))
        and kind.__name__ not in UNKNOWN
    ]


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_a_class_of_torch_has_a_sensible_category(kind: type[nn.Module]) -> None:
    file = kind.__module__.rpartition(".")[2]
    category = operator(kind.__name__).category
    assert category is not Category.OTHER
    assert category in FILES.get(file, set(Category))


def test_only_what_has_a_reason_is_unknown() -> None:
    assert all(operator(name).category is Category.OTHER for name in UNKNOWN)


def test_a_family_has_one_row() -> None:
    assert [name for name, rows in Counter(row.family for row in ROWS).items() if rows > 1] == []
    assert all(row.family == family(row.family) for row in ROWS)


def test_views_of_the_table_do_not_overlap() -> None:
    views = [
        operators.AFFINE, operators.PRODUCT, operators.RECURRENT, operators.ATTENTION,
        operators.NORM, operators.ACTIVATION, operators.POOL, operators.RESAMPLE,
        operators.REDUCTION, operators.PAD, operators.SLICE, operators.RESHAPE,
        operators.IDENTITY, operators.JOIN,
    ]  # fmt: skip
    assert sum(map(len, views)) == len(frozenset().union(*views))
    assert operators.MOVES == operators.SLICE | operators.RESHAPE | operators.IDENTITY
    assert operators.AFFINE >= operators.LINEAR
    assert operators.STACKED_PRODUCT < operators.PRODUCT


def test_a_class_and_its_function_are_one_family() -> None:
    assert operator("Conv2d") is operator("conv2d")
    assert operator("AdaptiveAvgPool2d") is operator("adaptive_avg_pool2d")
    # By one name, too.
    assert operator("relu").word == operator("ReLU").word == "ReLU"
    assert operator("log_softmax").word == "LogSoftmax"


# What torch computes agrees with the category


def functions(row: Operator) -> list[Callable[..., Any]]:
    """What torch calls by the name of a family."""
    places = (torch, torch.Tensor, nn.functional)
    return [
        getattr(place, name)
        for place in places
        for name in dir(place)
        if family(name) == row.family and name.islower() and name == name.strip("_")
    ]


def called(function: Callable[..., Any], *values: torch.Tensor) -> Any:
    """The result for as many of ``values`` as the function takes, None if it takes others."""
    for given in range(1, len(values) + 1):
        try:
            return function(*values[:given])
        except (TypeError, RuntimeError, ValueError):
            continue
    return None


def rows(category: Category) -> list[Any]:
    found = [row for row in ROWS if row.category is category and functions(row)]
    return [pytest.param(row, id=row.family) for row in found]


@pytest.mark.parametrize("row", rows(Category.POINTWISE))
def test_a_pointwise_function_keeps_values_in_their_places(row: Operator) -> None:
    torch.manual_seed(0)
    values = torch.rand(3, 12) * 0.8 + 0.1
    triples = [
        list(values),
        [values[0] > 0.5, *values[1:]],
        [values[0], values[1] > 0.5, values[2]],
    ]
    triples.append([value > 0.5 for value in values])
    triples.append([torch.complex(value, value) for value in values])
    checked = 0
    for function in functions(row):
        for triple in triples:
            result = called(function, *triple)
            if isinstance(result, torch.Tensor) and result.shape == (12,):
                turned = called(function, *(one.flip(0) for one in triple))
                torch.testing.assert_close(turned, result.flip(0), equal_nan=True)
                checked += 1
    assert checked or row.family in ("clampmin", "clampmax", "maskedfill")


@pytest.mark.parametrize("row", rows(Category.REDUCTION))
def test_a_reduction_returns_fewer_values(row: Operator) -> None:
    values = torch.rand(4, 5)
    results = [called(function, values) for function in functions(row)]
    results += [called(lambda x, f=function: f(x, 0), values) for function in functions(row)]
    first = [
        result if isinstance(result, torch.Tensor) else result[0]
        for result in results
        if result is not None
    ]
    assert first
    assert all(result.numel() < values.numel() for result in first)


@pytest.mark.filterwarnings("ignore:Implicit dimension")
@pytest.mark.parametrize("row", rows(Category.ACTIVATION))
def test_an_activation_keeps_the_shape(row: Operator) -> None:
    values = torch.randn(2, 4, 6, 6)
    results = [called(function, values) for function in functions(row)]
    results = [result for result in results if result is not None]
    halves = row.family == "glu"
    assert all(result.shape == values.shape or halves for result in results)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("flatten", ()), ("unflatten", (0, (2, 2))), ("ravel", ()), ("view", (-1,)),
        ("reshape", (-1,)), ("permute", ((1, 0, 2),)), ("transpose", (0, 1)), ("swapaxes", (0, 1)),
        ("swapdims", (0, 1)), ("movedim", (0, 1)), ("moveaxis", (0, 1)), ("squeeze", ()),
        ("unsqueeze", (0,)), ("expand", (5, 4, 3, 4)), ("broadcast_to", ((5, 4, 3, 4),)),
        ("chunk", (2,)), ("split", (2,)), ("split_with_sizes", ((1, 3),)), ("unbind", ()),
        ("tensor_split", (2,)), ("narrow", (0, 0, 2)), ("select", (0, 1)), ("contiguous", ()),
        ("clone", ()),
        ("detach", ()), ("to", (torch.float64,)), ("double", ()), ("float", ()),
    ],
)  # fmt: skip
def test_what_moves_only_computes_no_values(name: str, arguments: tuple[Any, ...]) -> None:
    assert operator(name).moves_only
    values = torch.randn(4, 3, 4)
    result = getattr(values, name)(*arguments)
    pieces = [result] if isinstance(result, torch.Tensor) else list(result)
    found = {float(one) for piece in pieces for one in piece.flatten()}
    assert found <= {float(one) for one in values.flatten()}


@pytest.mark.parametrize("name", ["add", "mul", "sub", "matmul", "softmax", "mean", "cat", "pad"])
def test_what_computes_does_not_only_move(name: str) -> None:
    assert not operator(name).moves_only


# Merges


@pytest.mark.parametrize(
    ("name", "merge", "symbol"),
    [
        ("add", MergeType.ADD, "+"),
        ("sub", MergeType.SUBTRACT, "−"),
        ("rsub", MergeType.SUBTRACT, "−"),
        ("mul", MergeType.MULTIPLY, "×"),
        ("cat", MergeType.CONCAT, "‖"),
        ("hstack", MergeType.CONCAT, "‖"),
    ],
)
def test_merges(name: str, merge: MergeType, symbol: str) -> None:
    assert operator(name).merge is merge
    assert merge.symbol == symbol


def test_what_joins_in_other_ways_is_no_merge() -> None:
    assert operator("stack").merge is operator("div").merge is operator("matmul").merge is None


# Layers that papers count


@pytest.mark.parametrize(
    ("name", "weights", "matrix", "counts"),
    [
        ("Conv2d", [(64, 3, 7, 7), (64,)], True, True),
        ("Linear", [(10, 64)], True, True),
        ("MultiheadAttention", [(192, 64), (64, 64)], True, True),
        ("LSTM", [(256, 64)], True, True),
        ("Embedding", [(1000, 64)], True, False),
        ("BatchNorm2d", [(64,), (64,)], False, False),
        ("LayerNorm", [(7, 7)], False, False),
        ("add", [(1, 197, 64)], False, False),
        ("Conv2d", [], False, False),
        ("Unheard", [(3, 3)], True, True),
        ("scaled_dot_product_attention", [(3, 3)], True, False),
    ],
)
def test_weight_matrices_and_layers_of_papers(
    name: str, weights: list[tuple[int, ...]], matrix: bool, counts: bool
) -> None:
    assert has_weight_matrix(name, weights) is matrix
    assert counts_as_layer(name, weights) is counts


def test_attention_of_torch_counts_twice() -> None:
    assert operator("MultiheadAttention").layers == 2
