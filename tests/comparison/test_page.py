"""The page with the figure of a difference."""

from __future__ import annotations

import re

from tests.compared import EDITED, SAME, difference, drawn


def test_it_runs_nothing_and_loads_nothing() -> None:
    page = drawn(difference([SAME] * 6, EDITED)).render("html")["html"].decode()
    assert "<script" not in page
    assert len(re.findall("<style>", page)) == 1
    assert "prefers-color-scheme:dark" in page
    assert not re.search(r"(?:src|href)=\"http", page)
    assert page.count("<table") == 1
