"""Pickles of scripts are read into plain data, and written with the same meaning."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.scripted.archives import members, saved
from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.pickled import Called, Made, Named, Table, read_pickle, write_pickle

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
_VALUES = st.recursive(_SCALARS, lambda v: st.lists(v) | st.lists(v).map(tuple), max_leaves=20)


@given(_VALUES)
def test_values_are_written_as_they_are(value: Any) -> None:
    written = write_pickle(value)
    assert read_pickle(written) == value
    assert pickle.loads(written) == value


@given(_VALUES)
def test_what_python_writes_is_read(value: Any) -> None:
    assert read_pickle(pickle.dumps(value, protocol=2)) == value


def test_what_is_shared_stays_shared() -> None:
    shared = [1]
    first, second = pickle.loads(write_pickle((shared, shared)))
    assert first is second


def test_objects_keep_their_states(tmp_path: Any) -> None:
    content = members(saved(tmp_path / "net.pt"))["data.pkl"]
    net = read_pickle(content)
    assert isinstance(net, Made)
    assert net.kind.name == "Net"
    assert isinstance(net.state, Table)
    assert [key for key, _ in net.state.items] == [
        "training", "_is_full_backward_hook", "inner", "last",
    ]  # fmt: skip
    again = write_pickle(read_pickle(write_pickle(net)))
    assert again == write_pickle(net)


def test_nothing_is_called() -> None:
    called = read_pickle(b"cposix\nsystem\n(X\x01\x00\x00\x00atR.")
    assert isinstance(called, Called)
    assert called.function == Named("posix", "system")
    assert called.function.full == "posix.system"


@pytest.mark.parametrize(
    "content",
    [
        b"", b".", b"N", b"NN.", b"(.", b"(NN.", b"K", b"h\x00.", b"(q\x00.", b"Na.", b"Nb.",
        b"(K\x01u.", b"}(K\x01u.", b"]R.", b"NQ.", b"N)\x81.", b"ca\nb\n)\x81NbNb.",
        pickle.dumps({1, 2}, 4), pickle.dumps(object, 4),
        b"ca\nb\n0N.", b"ia\nb\n.", b"\x82\x01.", b"(da.", b"X\x01\x00\x00\x00\xff.",
    ],
)  # fmt: skip
def test_what_torch_never_writes_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError):
        read_pickle(content)


def test_values_that_hold_themselves_are_refused() -> None:
    inside: list[Any] = []
    inside.append(inside)
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    for value in (inside, deep, [2**70]):
        with pytest.raises(RefusedError):
            write_pickle(value)


def test_sharing_does_not_double() -> None:
    value: Any = (1,)
    for _ in range(100):
        value = (value, value)
    assert len(write_pickle(value)) < 10_000
