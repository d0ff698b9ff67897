"""What a MODEL argument names."""

from __future__ import annotations

import pytest

from visualize.core.errors import UsageError
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


def test_there_are_no_integers_below_0() -> None:
    assert parse_inputs(["1,8:int64<1"]).args[0].below == 1
    with pytest.raises(UsageError, match="cannot read the shape '1,8:int64<0'"):
        parse_inputs(["1,8:int64<0"])
