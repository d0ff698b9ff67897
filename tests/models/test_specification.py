"""What a MODEL argument names."""

from __future__ import annotations

import pytest

from visualize.models.specification import parse_model

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
