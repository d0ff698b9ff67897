"""Names of nodes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from visualize.export.tikz.names import Names


@given(st.lists(st.text(max_size=12), unique=True, max_size=20))
def test_names_are_unique_and_have_no_meaning_to_tikz(ids: list[str]) -> None:
    names = Names().all_of(ids)
    assert len(set(names.values())) == len(ids)
    assert all(
        re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", name) for name in names.values()
    )


def test_a_path_is_a_name_whatever_comes_before_it() -> None:
    path = "layer3.0.conv2"
    assert Names().all_of(["stem", path])[path] == Names().all_of([path])[path] == "layer3-0-conv2"
