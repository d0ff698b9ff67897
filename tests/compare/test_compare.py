"""Two graphs are compared."""

from __future__ import annotations

import random

from tests.edits import chain, insert, renamed
from visualize.compare import compare


def test_same_other_names_and_the_inverse() -> None:
    given = chain(40)
    assert not compare(given, given)
    assert compare(given, renamed(given)).changes or given.modules == {}
    after = insert(given, random.Random(1)).architecture
    found = compare(given, after)
    assert [change.status.value for change in found.changes] == ["added"]
    assert compare(after, given) == found.inverse
