"""DOT: the source that Graphviz draws."""

from __future__ import annotations

import re

import visualize
from tests.nets import NETS


def test_numbers_in_dot_are_short() -> None:
    make, inputs = NETS["residual"]
    dot = visualize.draw(make(), inputs).render(["dot"])["dot"].decode()
    assert not re.search(r"\d\.\d{4,}", dot)
