"""What became of each operation."""

from __future__ import annotations

import random

from tests.edits import chain, change, rewire
from visualize.compare import compare


def test_an_attribute_and_an_input() -> None:
    given = chain(40)
    for edit, status in ((change, "changed"), (rewire, "rewired")):
        edited = edit(given, random.Random(3))
        found = compare(given, edited.architecture)
        assert {n for n, s in found.old_status.items() if s.value == status} == edited.truth[status]
