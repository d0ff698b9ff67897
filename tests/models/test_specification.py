"""What a MODEL argument names."""

from __future__ import annotations

import re

import pytest

from visualize.core.errors import UsageError
from visualize.core.example import ExampleTensor
from visualize.models.specification import parse_inputs, parse_model

pytestmark = pytest.mark.filterwarnings("ignore")


def test_suffixes_tell_the_source() -> None:
    sources = {name: parse_model(name).source for name in ("a.pt2", "d/a.pt", "a(1).ts", "a.pth")}
    assert sources == {
        "a.pt2": "exported",
        "d/a.pt": "scripted",
        "a(1).ts": "scripted",
        "a.pth": "scripted",
    }
    assert parse_model("d/net.v2.pt2").label == "net.v2"


def test_parts_of_an_argument_are_fields_and_lists() -> None:
    example = parse_inputs(
        [
            "1,3",
            "batch.left=1,4",
            "batch.right.x=1,5:int64",
            "batch.edges[1]=7,",
            "batch.edges[0]=6,",
        ]
    )
    batch = example.kwargs["batch"]
    assert [tensor.shape for tensor in example.args] == [(1, 3)]
    assert batch.left.shape == batch["left"].shape == (1, 4)
    assert (batch.right.x.shape, batch.right.x.dtype) == ((1, 5), "int64")
    assert [tensor.shape for tensor in batch.edges] == [(6,), (7,)]
    with pytest.raises(AttributeError):
        _ = batch.missing


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["batch.x=1,4", "batch.x=1,4"], "batch.x is given twice"),
        (["batch=1,4", "batch.x=1,4"], "batch is given twice, whole and in parts"),
        (["batch.x=1,4", "batch=1,4"], "batch is given twice, whole and in parts"),
        (["batch.x[1]=1,4"], "the parts of batch.x must be numbered from 0 without gaps"),
        (["batch[0]=1,4", "batch.x=1,4"], "the parts of batch must be numbered"),
        (["batch.=1,4"], "cannot read the shape"),
        ([".x=1,4"], "cannot read the shape"),
        (["batch[x]=1,4"], "cannot read the shape"),
    ],
)
def test_parts_that_do_not_fit_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_inputs(texts)


def test_there_are_no_integers_below_0() -> None:
    assert parse_inputs(["1,8:int64<1"]).args[0].below == 1
    with pytest.raises(UsageError, match="cannot read the shape '1,8:int64<0'"):
        parse_inputs(["1,8:int64<0"])


@pytest.mark.parametrize(
    ("text", "dtype", "least", "below"),
    [
        ("4:int64>=1<9", "int64", 1, 9),
        ("4:int32 >= 3", "int32", 3, None),
        ("4>=1<9", "int64", 1, 9),
        ("lengths=4>=0<2", "int64", 0, 2),
    ],
)
def test_bounds_of_integers(text: str, dtype: str, least: int, below: int | None) -> None:
    example = parse_inputs((text,))
    (tensor,) = (*example.args, *example.kwargs.values())
    assert tensor == ExampleTensor((4,), dtype, below, least)


@pytest.mark.parametrize("text", ["4:int64>=9<9", "4>=3<2", "4<9>=1", "4>=-1", "4>="])
def test_bounds_without_a_number(text: str) -> None:
    with pytest.raises(UsageError, match=r"--input"):
        parse_inputs((text,))
